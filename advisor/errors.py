"""What can go wrong with running the assistant, each said in one line.

```
AdvisorError
├── SettingsError     a setting is missing, unknown or not allowed
├── SetupError        a part of the set-up is missing: Python 3.10, the bot's environment, a model
├── PortTaken         another program listens where ours should
├── NoSpace           the disk is full
├── TrainingFailed    Rasa could not train a model
├── ProcessFailed     a process does not become healthy
└── NothingHeld       nobody is known by a name
```
"""


class AdvisorError(Exception):
    """Root of the errors that the command turns into one line."""


class SettingsError(AdvisorError):
    """A setting is missing, unknown or not allowed."""


class SetupError(AdvisorError):
    """A part of the set-up is missing."""


class PortTaken(AdvisorError):
    """Another program listens where ours should."""


class NoSpace(AdvisorError):
    """The disk is full."""


class TrainingFailed(AdvisorError):
    """Rasa could not train a model."""


class ProcessFailed(AdvisorError):
    """A process does not become healthy."""


class NothingHeld(AdvisorError):
    """Nobody is known by a name."""
