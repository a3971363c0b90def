"""What an operator may set about the gateway and the institution it speaks for."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")
"""The spellings of this machine that a browser may put into an Origin."""

SECRET_CHARACTERS = 32
"""128 bits even when they are hexadecimal digits."""


class GatewaySettings(BaseModel):
    """Where the gateway listens, whom it lets in, and how much it takes from one sender."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    host: str = "127.0.0.1"
    """Address to listen on. Keep it on loopback behind a reverse proxy."""
    port: int = Field(default=8080, ge=0, le=65535)
    """Port to listen on."""
    public_url: str = ""
    """The address people type, such as `https://advisor.example.edu`. Empty: `http://host:port`."""
    allowed_origins: tuple[str, ...] = ()
    """Sites that may embed the widget, such as `https://www.example.edu`, besides `public_url`."""
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    """How many reverse proxies stand in front and append to `X-Forwarded-For`."""
    message_limit: int = Field(default=2000, ge=100, le=20_000)
    """Longest message of a student, in characters."""
    turn_deadline: float = Field(default=20.0, gt=0, le=300)
    """Seconds that the bot has for one turn before the student gets an apology."""
    burst_pause: float = Field(default=1.2, ge=0, le=10)
    """Seconds of silence after which what a student typed on a messaging channel is answered: what
    came closer together is read as one question. 0: each message by itself, as in the web chat."""
    inbox_limit: int = Field(default=2000, ge=10)
    """Messages that may wait for an answer, of all gateways together, before no more are taken:
    providers are answered 503 and send again, the widget is told. A tenth is kept for providers."""
    session_burst: int = Field(default=10, ge=1)
    """Messages that one chat session, or one sender on a messaging channel, may send at once."""
    session_per_minute: float = Field(default=30, gt=0)
    """Messages a minute that one chat session, or one sender on a messaging channel, may send in
    the long run."""
    address_burst: int = Field(default=200, ge=1)
    """Messages that one network address may send at once; a campus may share one address."""
    address_per_minute: float = Field(default=1200, gt=0)
    """Messages a minute that one network address may send in the long run."""
    new_sessions_burst: int = Field(default=60, ge=1)
    """New chat sessions that one network address may open at once."""
    new_sessions_per_minute: float = Field(default=60, gt=0)
    """New chat sessions a minute that one network address may open in the long run."""
    sockets_per_session: int = Field(default=20, ge=1)
    """Tabs that one chat session may hold open."""
    sockets_per_address: int = Field(default=500, ge=1)
    """WebSockets that one network address may hold open."""
    web_session_days: int = Field(default=30, ge=1)
    """Days without a visit after which a chat session ends and the widget starts a new one."""
    identity_secret: str = Field(default="", repr=False)
    """Secret of at least 32 characters that the server of an embedding site shares, to say who a
    student is (`identify` in the widget's guide). Empty: nobody can be identified."""
    drain_seconds: float = Field(default=15, ge=0, le=25)
    """Seconds that running turns get to finish when the gateway is told to stop."""

    @model_validator(mode="after")
    def _check_addresses(self) -> Self:
        for name, urls in (("public_url", (self.url,)), ("allowed_origins", self.allowed_origins)):
            for url in urls:
                parts = urlsplit(url)
                if parts.scheme not in ("http", "https") or not parts.netloc:
                    message = (
                        f"{name}: {url!r} is not a web address; "
                        "write it as https://advisor.example.edu"
                    )
                    raise ValueError(message)
        if 0 < len(self.identity_secret) < SECRET_CHARACTERS:
            raise ValueError(f"identity_secret: at least {SECRET_CHARACTERS} characters are needed")
        return self

    @property
    def url(self) -> str:
        """The public address without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def loopback(self) -> bool:
        """Whether the public address is plain http on this very machine."""
        parts = urlsplit(self.url)
        return parts.scheme == "http" and parts.netloc.rpartition(":")[0] in LOOPBACK_NAMES

    @property
    def origins(self) -> frozenset[str]:
        """Every Origin that may open a chat; loopback counts under each of its spellings."""
        own = {origin_of(self.url)}
        if self.loopback:
            port = urlsplit(self.url).netloc.rpartition(":")[2]
            own |= {f"http://{name}:{port}" for name in LOOPBACK_NAMES}
        return frozenset(own | {origin_of(origin) for origin in self.allowed_origins})


class InstitutionSettings(BaseModel):
    """Whom the assistant speaks for, and how a student reaches a person there."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    name: str = "Maple Harbor College (fictional)"
    """Name as students know it."""
    notice: str = (
        "Maple Harbor College is a fictional institution made up to show this assistant. "
        "Its programs, prices and deadlines are invented."
    )
    """A sentence that stands on the chat, the pages and the sources; empty for none."""
    email: str = "advising@maple-harbor.example"
    """Where a student writes to reach a person."""
    phone: str = "+1-555-010-0142"
    """What a student dials to reach a person; empty for none."""
    office_hours: str = "Monday to Friday, 9:00–17:00"
    """When a person answers."""
    expected_wait: str = ""
    """How long one usually waits for a person, such as `about 10 minutes`; empty: not known."""
    crisis_text: str = (
        "If you are in danger or thinking about harming yourself, call your local emergency "
        "number now. In the United States you can call or text 988 at any hour."
    )
    """What is said to a student in distress, whatever else happens."""


def origin_of(url: str) -> str:
    """Scheme, host and port of a web address, in the form of an Origin header."""
    parts = urlsplit(url.strip())
    default = {"http": ":80", "https": ":443"}.get(parts.scheme.lower(), "")
    host = parts.netloc.lower()
    return f"{parts.scheme.lower()}://{host.removesuffix(default) if default else host}"
