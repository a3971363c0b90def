"""Gets access tokens by OAuth 2: in an app's own name, or for somebody who has allowed it.

RFC 6749, sections 4.4 and 6.
"""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from channels.delivery.channel import Ask, Call, Unprepared
from channels.delivery.loan import Lent, Loan, answered
from channels.delivery.verdicts import told

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
EARLY_SECONDS = 300.0
"""How long before its end a token is replaced."""
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Grant:
    """One token, as long as it holds."""

    def __init__(
        self,
        address: str,
        client_id: str,
        client_secret: str = "",
        scope: str = "",
        refresh_token: str = "",
    ) -> None:
        """``address`` is the token endpoint's; with ``refresh_token`` the token speaks for whoever
        allowed that, without it for the app."""
        self._address = address
        self._app = {"client_id": client_id, "client_secret": client_secret, "scope": scope}
        self._refresh_token = refresh_token
        self._loan: Loan[str] = Loan(self._fetch)

    async def renew(self, ask: Ask) -> None:
        """Have a token. Raises Unprepared."""
        await self._loan.renew(ask)

    @property
    def token(self) -> str:
        """Empty when none is held."""
        return self._loan.thing or ""

    async def _fetch(self, ask: Ask) -> Lent[str]:
        form = {name: value for name, value in (self._app | self._asked_for()).items() if value}
        answer = await answered(ask, Call(self._address, urlencode(form).encode(), FORM))
        granted = told(answer.body)
        token, seconds = granted.get("access_token"), granted.get("expires_in")
        if not isinstance(token, str) or not isinstance(seconds, int):
            raise Unprepared("no_token")
        newer = granted.get("refresh_token")
        if self._refresh_token and isinstance(newer, str):
            self._refresh_token = newer
        return Lent(token, seconds - EARLY_SECONDS, float(seconds))

    def _asked_for(self) -> dict[str, str]:
        if self._refresh_token:
            return {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
        return {"grant_type": "client_credentials"}


def keeps_secrets(url: str) -> bool:
    """Whether a secret may go there: over TLS, or within this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
