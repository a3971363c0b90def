"""What becomes of what a caller says: it steers the call, or goes through Reception to the bot."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace

import structlog

from channels.errors import MessageRefused, MessageTooLong, NotAccepting
from channels.model import TALK_TO_PERSON, InboundMessage
from channels.picking import picked
from channels.reception import Reception
from channels.transcript import Transcript
from channels.voice.answers import Answers, keys_of
from channels.voice.asking import languages
from channels.voice.call import Place, Webhook
from channels.voice.phrases import MORE_KEY, PERSON_KEY, REPEAT_KEY, TEXT_KEY
from channels.voice.script import Script
from channels.voice.texting import Texting
from channels.voice.told import Replies, Told
from languages.calls import Steer, call_words
from languages.speech import say, speaking

CHANNEL = "voice"
FIRST_WORDS_SECONDS = 0.6
"""How long after the webhook's coming a filler is said where no answer is there: the caller should
hear something within 0.8 s of it, and making the document and a busy machine need the rest."""
POLL_SECONDS = 4.0
"""How long a redirect waits for the answer; Twilio gives a webhook 15 s,
twilio.com/docs/usage/webhooks/webhooks-connection-overrides."""
KEYS = {MORE_KEY: Steer.MORE, TEXT_KEY: Steer.TEXT, REPEAT_KEY: Steer.REPEAT}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Moment:
    """One webhook: what it says, where the call stands, and the reply that was spoken last."""

    webhook: Webhook
    place: Place
    told: Told | None = None
    came: float = field(default_factory=time.monotonic)
    """When, by a clock that only goes on: what a caller waits begins here."""

    @property
    def address(self) -> str:
        """One call is one conversation: a telephone may be shared, and its number be forged."""
        return self.webhook.sid


class Calls:
    """Answers each webhook of a call with the document that says what comes next.

    Every method raises `channels.errors.NotAccepting` or `sqlalchemy.exc.SQLAlchemyError` when
    nothing can be recorded or read.
    """

    def __init__(
        self,
        *,
        script: Script,
        answers: Answers,
        replies: Replies,
        texting: Texting,
        reception: Reception,
        transcript: Transcript,
        deadline: float,
    ) -> None:
        """``deadline`` is a turn's, in seconds."""
        self._script = script
        self._answers = answers
        self._replies = replies
        self._texting = texting
        self._reception = reception
        self._transcript = transcript
        self._most_polls = math.ceil(deadline / POLL_SECONDS) + 1

    async def begin(self, moment: Moment) -> str:
        """Somebody calls."""
        return self._script.greeting(moment.place)

    def unavailable(self, moment: Moment) -> str:
        """Nothing can be recorded or read now."""
        return self._script.unavailable(moment.place)

    async def heard(self, moment: Moment) -> str:
        """Something was said or keyed in, or nothing in time."""
        webhook, place = moment.webhook, moment.place
        if place.turn:
            conversation = await self._transcript.open(CHANNEL, moment.address)
            moment = replace(moment, told=await self._replies.to(conversation, place.turn))
        told = moment.told
        keys = keys_of(told)
        if not webhook.said and not webhook.keys:
            return self._script.silence(place, keys)
        steer = self._steer(moment, keys)
        if steer is not None:
            return await self._steered(moment, steer, keys)
        if webhook.keys and keys == 1:
            return await self._keyed(moment)
        return await self._say(moment, webhook.said or webhook.keys)

    def _steer(self, moment: Moment, keys: int) -> Steer | None:
        """What is asked of the call itself; of the greeting only that it be repeated."""
        webhook = moment.webhook
        if webhook.keys:
            steer = KEYS.get(webhook.keys)
            all_keys = keys == 1 and moment.told is not None
            return steer if all_keys or steer is Steer.REPEAT else None
        steer = call_words(moment.place.language).steer(webhook.said)
        return steer if moment.told or steer is Steer.REPEAT else None

    async def _steered(self, moment: Moment, steer: Steer, keys: int) -> str:
        place, told = moment.place, moment.told
        if told is None:
            return self._script.greeting_again(place)
        texts = await self._texting.reaches(moment.webhook.caller)
        if steer is Steer.TEXT and texts:
            await self._texting.send(told, moment.webhook.caller)
            return self._script.texted(place, keys)
        if steer is Steer.TEXT:
            return self._script.cannot_text(place, keys)
        part = place.part + 1 if steer is Steer.MORE else place.part
        return self._answers.of(replace(place, part=part), told, texts=texts)

    async def _keyed(self, moment: Moment) -> str:
        """A key that picks a person, a choice, or at the beginning a language."""
        place, key = moment.place, moment.webhook.keys
        if key == PERSON_KEY:
            with speaking(place.language):
                text = say("Talk to a person")
            return await self._say(
                replace(moment, place=replace(place, rung=0)), text, TALK_TO_PERSON
            )
        if moment.told is None:
            offered = languages(place.language)
            if key.isdecimal() and 0 < int(key) < len(offered):
                return self._script.greeting_again(replace(place, language=offered[int(key)]))
        choice = picked(key, moment.told.choices if moment.told else ())
        if choice is None:
            return self._script.no_such_key(place, 1)
        return await self._say(moment, choice.label, picked_key=choice.key)

    async def _say(
        self, moment: Moment, text: str, payload: str | None = None, picked_key: str | None = None
    ) -> str:
        """Takes the caller's words to the bot, and says the answer or that it takes a moment."""
        place, words = moment.place, call_words(moment.place.language)
        offered = moment.told.choices if moment.told else ()
        if offered and not payload and not picked_key:
            number = words.number(text)
            choice = picked(str(number) if number else text, offered)
            picked_key = choice.key if choice else None
        inbound = InboundMessage(
            CHANNEL,
            moment.address,
            f"{moment.webhook.sid}/{place.step}",
            text,
            payload=payload,
            picked=picked_key,
            language=words.tag,
        )
        try:
            receipt = await self._reception.accept(inbound)
        except MessageTooLong:
            return self._script.too_long(place)
        except NotAccepting:
            raise
        except MessageRefused as refused:
            log.info("message_refused", channel=CHANNEL, reason=type(refused).__name__)
            return self._script.no_such_key(place, 1)
        left = max(0.0, moment.came + FIRST_WORDS_SECONDS - time.monotonic())
        return await self._await(moment, receipt.conversation, receipt.turn_id, left)

    async def answer(self, moment: Moment) -> str:
        """The caller has heard a filler: the answer now, or another one, or that there is none."""
        conversation = await self._transcript.open(CHANNEL, moment.address)
        return await self._await(moment, conversation, moment.place.turn, POLL_SECONDS)

    async def _await(self, moment: Moment, conversation: str, turn: str, seconds: float) -> str:
        told = await self._replies.to(conversation, turn, seconds)
        place = replace(moment.place, turn=turn, part=0)
        if told is not None:
            texts = await self._texting.reaches(moment.webhook.caller)
            return self._answers.of(place, told, texts=texts)
        if place.polls >= self._most_polls:
            return self._script.no_answer(place)
        return self._script.moment(place)

    async def dialled(self, moment: Moment) -> str:
        """A person was rung for."""
        return self._answers.after_ringing(moment.place, moment.webhook.dialled)
