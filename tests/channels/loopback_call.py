"""A caller with Twilio on loopback, who does what each document says; twilio.com/docs/voice.

A document's verbs are done in order. `Gather` speaks what is in it and listens: what is said or
keyed in is posted to its action, silence goes on to the next verb. `Redirect` and the action of a
`Dial` go on with another document. After the last verb the call ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.etree import ElementTree

from aiohttp.test_utils import TestClient
from twilio.request_validator import RequestValidator

SIGNATURE_HEADER = "X-Twilio-Signature"
MOST_DOCUMENTS = 50
"""A call that asks for more goes round in circles."""


@dataclass
class Heard:
    """What a document said and did."""

    xml: ElementTree.Element
    said: list[tuple[str, str]] = field(default_factory=list)
    """Each text, with its language."""
    dialled: str = ""

    @property
    def text(self) -> str:
        """Everything that was said."""
        return " ".join(text for text, _ in self.said)

    @property
    def gather(self) -> ElementTree.Element:
        """What it listens with."""
        found = self.xml.find("Gather")
        assert found is not None, ElementTree.tostring(self.xml)
        return found


class LoopbackCall:
    """One call to a gateway whose public address is ``url``."""

    def __init__(
        self,
        client: TestClient,
        url: str,
        token: str,
        sid: str = "CA1",
        caller: str = "+14155550123",
    ) -> None:
        self._client = client
        self._url = url
        self._signer = RequestValidator(token)
        self._fields = {"CallSid": sid, "From": caller, "To": "+15550100142"}
        self.posted: list[tuple[str, dict[str, str]]] = []
        self.documents: list[str] = []
        self.heard: list[Heard] = []
        self.ended = False
        self.rings: dict[str, str] = {"DialCallStatus": "completed"}
        """What becomes of a number that is dialled."""

    async def begin(self) -> Heard:
        """Call; what is heard until the call listens or ends."""
        return await self._go_on(await self.post(f"{self._url}/channels/voice"))

    async def say(self, words: str) -> Heard:
        """Say something while the call listens."""
        return await self._answer(SpeechResult=words, Confidence="0.91")

    async def press(self, keys: str) -> Heard:
        """Press keys while the call listens."""
        limit = int(self._listening.get("numDigits", "99"))
        assert len(keys) <= limit, f"only {limit} keys are taken"
        return await self._answer(Digits=keys)

    async def stay_silent(self) -> Heard:
        """Let the call listen in vain: it goes on after the `Gather`."""
        return await self._go_on(self.heard[-1], after_gather=True)

    async def repeat(self) -> str:
        """What the last webhook is answered with when Twilio sends it again."""
        address, fields = self.posted[-1]
        status, document = await self._send(address, fields)
        assert status == 200
        return document

    async def post(self, address: str, **fields: str) -> Heard:
        """Post a signed webhook; the document that answers it, before anything of it is done."""
        every = {**self._fields, **fields}
        self.posted.append((address, every))
        status, document = await self._send(address, every)
        assert status == 200, document
        self.documents.append(document)
        return Heard(ElementTree.fromstring(document))

    async def _send(self, address: str, fields: dict[str, str]) -> tuple[int, str]:
        signature = self._signer.compute_signature(address, fields)
        parts = urlsplit(address)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        response = await self._client.post(path, data=fields, headers={SIGNATURE_HEADER: signature})
        return response.status, await response.text()

    @property
    def _listening(self) -> ElementTree.Element:
        assert not self.ended, "the call has ended"
        return self.heard[-1].gather

    async def _answer(self, **fields: str) -> Heard:
        return await self._go_on(await self.post(self._listening.attrib["action"], **fields))

    async def _go_on(self, heard: Heard, after_gather: bool = False) -> Heard:
        for _ in range(MOST_DOCUMENTS):
            following = await self._perform(heard, after_gather)
            if following is None:
                self.heard.append(heard)
                return heard
            following.said[:0] = heard.said if not after_gather else []
            following.dialled = following.dialled or heard.dialled
            heard, after_gather = following, False
        raise AssertionError("the call goes round in circles")

    async def _perform(self, heard: Heard, after_gather: bool) -> Heard | None:
        """The document that one leads to; None when it listens or ends."""
        verbs = list(heard.xml)
        if after_gather:
            place = next(i for i, verb in enumerate(verbs) if verb.tag == "Gather")
            verbs = verbs[place + 1 :]
            assert verbs, "a call without a verb after Gather is cut off in silence"
        for verb in verbs:
            match verb.tag:
                case "Say":
                    heard.said.append((verb.text or "", verb.attrib["language"]))
                case "Gather":
                    heard.said += [(s.text or "", s.attrib["language"]) for s in verb.iter("Say")]
                    return None
                case "Redirect":
                    return await self.post(verb.text or "")
                case "Dial":
                    heard.dialled = verb.findtext("Number") or ""
                    return await self.post(verb.attrib["action"], **self.rings)
                case "Hangup":
                    break
                case other:
                    raise AssertionError(f"no such verb is expected: {other}")
        self.ended = True
        return None
