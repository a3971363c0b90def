"""What an operator may set about members of staff: sessions, second factors, and single sign-on."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator


class StaffSettings(BaseModel):
    """How members of staff sign in to the consoles, and for how long."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    session_hours: float = Field(default=12, gt=0)
    """Hours after which a member of staff signs in again."""
    idle_minutes: float = Field(default=60, gt=0)
    """Minutes without a request after which a member of staff signs in again."""
    setup_link_hours: float = Field(default=24, gt=0)
    """Hours for which the one-time link that makes the first administrator works."""
    invitation_hours: float = Field(default=72, gt=0)
    """Hours for which an invitation, or a link to set a new password, works."""
    sign_in_tries: int = Field(default=5, ge=1)
    """Sign-ins that may be tried within `sign_in_minutes`, per address and per account; codes of
    second factors too, per account."""
    sign_in_minutes: float = Field(default=5, gt=0)
    """Minutes over which `sign_in_tries` are counted."""
    require_second_factor: bool = False
    """Whether those who sign in with a password see nothing but their own account until they have
    set up a second factor."""
    identity_issuer: str = Field(default="", examples=["https://login.example.edu"])
    """Issuer of the institution's OpenID Connect provider, under which its
    `/.well-known/openid-configuration` lies. Empty: sign-in by password only."""
    identity_client: str = ""
    """The client id that the provider knows the assistant by. Its redirect address is
    `PUBLIC_URL/console/identity/back`."""
    identity_secret: str = Field(default="", repr=False)
    """The client secret. Empty: a public client, held by PKCE alone."""
    identity_name: str = "single sign-on"
    """What the button on the sign-in page calls the provider."""

    @model_validator(mode="after")
    def _check_identity(self) -> Self:
        if not self.identity_issuer:
            return self
        parts = urlsplit(self.identity_issuer)
        near = parts.hostname in ("127.0.0.1", "localhost", "::1")
        if not (parts.scheme == "https" or (parts.scheme == "http" and near)) or not parts.netloc:
            raise ValueError("identity_issuer: write it as https://login.example.edu")
        if not self.identity_client:
            raise ValueError("identity_client: the provider needs a client id")
        return self
