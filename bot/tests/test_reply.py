"""The first reply of a conversation discloses what answers, once, and the same when read back."""

import unittest

from components.reply import disclosing, opening_turn, speaks
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

WORDS = "I'm an automated assistant."
TOLD = "automated assistant"
FAILED = {"custom": {"type": "failure", "reason": "timeout"}}


class Disclosure(unittest.TestCase):
    """`disclosing`, `speaks` and `opening_turn`."""

    def test_a_text_and_an_answer_begin_with_it(self) -> None:
        """Whatever the form of the first reply, choices and sources stay."""
        text = {"text": "Bye!", "choices": [{"label": "A"}]}
        (told,) = disclosing([text], WORDS, TOLD)
        self.assertEqual(told, {"text": f"{WORDS}\n\nBye!", "choices": [{"label": "A"}]})
        answer = {"custom": {"type": "answer", "text": "$25", "citations": [1]}}
        (told,) = disclosing([answer], WORDS, TOLD)
        self.assertEqual(told["custom"], {**answer["custom"], "text": f"{WORDS}\n\n$25"})
        self.assertEqual(answer["custom"]["text"], "$25")

    def test_what_discloses_itself_is_left_alone(self) -> None:
        """Also when only the second of two replies says so."""
        replies = [{"text": "Hello!"}, {"text": "I am an Automated Assistant."}]
        self.assertEqual(disclosing(replies, WORDS, TOLD), replies)

    def test_nothing_is_said_in_place_of_a_failure(self) -> None:
        """The gateway apologises; the disclosure waits for the first reply."""
        self.assertEqual(disclosing([FAILED], WORDS, TOLD), [FAILED])
        self.assertFalse(speaks([FAILED]))
        self.assertFalse(speaks([]))

    def test_the_opening_turn_is_the_first_that_was_answered(self) -> None:
        """A turn that failed, or said nothing, opens no conversation."""
        events = [
            UserUttered("a", message_id="t_1"),
            BotUttered(data={"custom": FAILED["custom"]}),
            UserUttered("b", message_id="t_2"),
            UserUttered("c", message_id="t_3"),
            BotUttered("Hello!"),
            UserUttered("d", message_id="t_4"),
            BotUttered("Hello again!"),
        ]
        tracker = DialogueStateTracker.from_events("c_1", events)
        self.assertEqual(opening_turn(tracker), "t_3")
        self.assertIsNone(opening_turn(DialogueStateTracker.from_events("c_2", events[:3])))
        self.assertIsNone(opening_turn(None))


if __name__ == "__main__":
    unittest.main()
