"""Why a message is not taken in, in words that a channel can pass on.

```
MessageRefused
├── MessageTooLong    longer than the limit
├── MessageEmpty      nothing in it
├── UnofferedChoice   a command that this conversation was never offered
└── NotAccepting      the gateway ends, its inbox is full, or its database cannot be written
    └── TooFast       one sender writes more than the gateway takes from one
```
"""


class MessageRefused(Exception):
    """Root of every reason for which Reception does not accept a message."""


class MessageTooLong(MessageRefused):
    """The message is longer than the limit on characters."""


class MessageEmpty(MessageRefused):
    """The message holds nothing but white space."""


class UnofferedChoice(MessageRefused):
    """The payload was never offered to this conversation as a choice."""


class NotAccepting(MessageRefused):
    """The gateway cannot record a message now; the sender keeps it and tries again."""


class TooFast(NotAccepting):
    """The sender has written too much of late; what is recorded already is not refused."""
