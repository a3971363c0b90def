"""Every setting of the assistant: environment variables `ADVISOR_*` and one `advisor.toml`."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from advisor.errors import SettingsError
from channels.accounts.settings import StaffSettings
from channels.privacy.settings import PrivacySettings
from channels.settings import GatewaySettings, InstitutionSettings
from channels.support.settings import SupportSettings
from channels.web.settings import WidgetSettings
from knowledge_base.settings import KnowledgeBaseSettings

PROJECT = Path(__file__).resolve().parents[1]
"""The folder that holds `bot/` and the packages."""


class BotSettings(BaseModel):
    """The `[bot]` section."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    folder: Path = PROJECT / "bot"
    """The Rasa project."""
    port: int = Field(default=5005, ge=1, le=65535)
    """Port on loopback where the bot listens; nobody but the gateway needs it."""
    url: str = ""
    """Where the gateway finds the bot. Empty: this machine, at `port`."""
    token: str = Field(default="", repr=False)
    """Secret of at least 32 characters that the gateway shows the bot. Empty: one is made at the
    first start and kept in the state folder."""

    @property
    def address(self) -> str:
        """The bot's address without a trailing slash."""
        return (self.url or f"http://127.0.0.1:{self.port}").rstrip("/")


class ActionsSettings(BaseModel):
    """The `[actions]` section."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    port: int = Field(default=5055, ge=1, le=65535)
    """Port on loopback where the action server listens; nobody but the bot needs it."""
    host: str = "127.0.0.1"
    """Address to listen on. The server asks nobody who they are: only the bot may reach it."""
    url: str = ""
    """Where the bot finds the action server. Empty: this machine, at `port`."""
    deadline: float = Field(default=10.0, gt=0, le=30)
    """Seconds that an action may take before it counts as failed."""

    @property
    def address(self) -> str:
        """The action server's address without a trailing slash."""
        return (self.url or f"http://127.0.0.1:{self.port}").rstrip("/")


class Settings(BaseSettings):
    """All settings. An environment variable wins over `advisor.toml`, which wins over a default."""

    model_config = SettingsConfigDict(
        env_prefix="ADVISOR_",
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
    )

    state: Path = Path("var")
    """Folder that holds everything the assistant writes."""
    database_url: str = ""
    """SQLAlchemy address of the database. Empty: `advisor.sqlite` in the state folder."""
    institution: InstitutionSettings = InstitutionSettings()
    """Whom the assistant speaks for."""
    gateway: GatewaySettings = GatewaySettings()
    """The process that people and providers reach."""
    staff: StaffSettings = StaffSettings()
    """How members of staff sign in to the consoles, and for how long."""
    widget: WidgetSettings = WidgetSettings()
    """How the chat looks on web pages, and what it says."""
    privacy: PrivacySettings = PrivacySettings()
    """What is removed from messages, what students are told, and for how long things are kept."""
    support: SupportSettings = SupportSettings()
    """People who answer instead of the assistant."""
    bot: BotSettings = BotSettings()
    """The process that understands and steers."""
    actions: ActionsSettings = ActionsSettings()
    """The process that answers from the knowledge base."""
    knowledge_base: KnowledgeBaseSettings = KnowledgeBaseSettings()
    """Content and how it is searched."""
    channels: dict[str, dict[str, Any]] = Field(default={}, repr=False)
    """Messaging channels, one section `[channels.NAME]` each; see `advisor channels`."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, settings_file())

    @property
    def database(self) -> str:
        """The database's address."""
        return self.database_url or f"sqlite+aiosqlite:///{self.state.resolve() / 'advisor.sqlite'}"

    @property
    def editions(self) -> str:
        """Path or URL of the published editions."""
        return self.knowledge_base.editions or str(self.state / "editions")

    @property
    def copies(self) -> Path:
        """Folder of this machine's copies of editions that are kept at a URL."""
        return self.state / "copies"

    @property
    def models(self) -> Path:
        """Folder of the trained dialogue models."""
        return self.state / "models"

    @property
    def logs(self) -> Path:
        """Folder of the processes' logs."""
        return self.state / "logs"

    @property
    def sources_url(self) -> str:
        """Where a citation opens a document that has no address of its own."""
        return self.knowledge_base.sources_url or f"{self.gateway.url}/sources"


def settings_file() -> Path:
    """`advisor.toml` of the current folder, or the file that `ADVISOR_SETTINGS` names."""
    return Path(os.environ.get("ADVISOR_SETTINGS", "advisor.toml"))


def load_settings() -> Settings:
    """Read all settings. Raises SettingsError that names the setting, its value and the reason."""
    try:
        return Settings()
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{settings_file()}: not valid TOML: {error}") from None
    except ValidationError as error:
        problems = "\n".join(
            f"  {'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
            for problem in error.errors()
        )
        raise SettingsError(
            f"settings (environment ADVISOR_* or {settings_file()}):\n{problems}"
        ) from None
