"""A message is in doubt only where its likeliest readings lead to different things."""

import unittest
from typing import Any, Dict, List, Optional, Text

from components.doubt import FALLBACK, LEAD, SURE_OF_REPLY, doubting


def read(fallback: bool = False, **levels: float) -> Dict[Text, Any]:
    """What the pipeline makes of a message: intents with their confidence, the likeliest first."""
    ranking: List[Dict[Text, Any]] = [
        {"name": name, "confidence": level} for name, level in levels.items()
    ]
    if fallback:
        ranking = [{"name": FALLBACK, "confidence": 0.9}, *ranking]
    return {"text": "any", "intent": ranking[0], "intent_ranking": ranking}


def readings(fallback: bool = False, **levels: float) -> Optional[List[Text]]:
    """The intents that are offered; None where nothing changes."""
    parsed = read(fallback, **levels)
    doubted = doubting(parsed)
    if doubted is parsed:
        return None
    names = [entry["name"] for entry in doubted["intent_ranking"]]
    assert doubted["intent"]["name"] == names[0] == FALLBACK
    assert names[1:] == list(levels)
    return list(doubted["readings"])


class Doubt(unittest.TestCase):
    """`doubting`."""

    def test_two_tasks_that_are_near(self) -> None:
        """Both are offered, the likeliest first; a faint third is not."""
        self.assertEqual(
            readings(plan_path=0.45, find_program=0.4, stop=0.01), ["plan_path", "find_program"]
        )

    def test_a_person_is_never_one_of_the_choices(self) -> None:
        """Not as the third either: it has no words among them, and is offered beside them."""
        self.assertEqual(
            readings(plan_path=0.35, find_program=0.3, talk_to_person=0.25),
            ["plan_path", "find_program"],
        )

    def test_a_lead_leaves_no_doubt(self) -> None:
        """From `LEAD` on the first reading holds."""
        self.assertIsNone(readings(plan_path=0.3 + LEAD, find_program=0.3))

    def test_question_topics_count_together(self) -> None:
        """They lead to one look-up: together they may be ahead of a task, or near to it."""
        self.assertIsNone(readings(ask_cost=0.3, plan_path=0.29, ask_aid=0.25))
        self.assertEqual(readings(plan_path=0.4, ask_cost=0.2, ask_aid=0.15), ["plan_path", "ask_cost"])
        self.assertIsNone(readings(ask_cost=0.4, ask_aid=0.39))

    def test_replies_are_not_worth_a_question(self) -> None:
        """Without a task the likeliest ready reply is given, once nothing answers the message if it
        is not sure."""
        self.assertIsNone(readings(chitchat=SURE_OF_REPLY, are_you_a_bot=0.38, plan_path=0.1))
        self.assertEqual(readings(chitchat=0.4, are_you_a_bot=0.38, plan_path=0.1), ["chitchat"])
        self.assertIsNone(readings(start_over=0.4, stop=0.3))

    def test_a_task_or_a_reply(self) -> None:
        """To leave a task, or to begin one, are different things."""
        self.assertEqual(readings(plan_path=0.42, stop=0.36), ["plan_path", "stop"])

    def test_who_may_need_a_person_is_not_asked(self) -> None:
        """Not when a person is likeliest, nor when one is close behind."""
        for care in ("distress", "talk_to_person", "complaint"):
            self.assertIsNone(readings(**{care: 0.4, "find_program": 0.35}))
            self.assertIsNone(readings(**{"find_program": 0.4, care: 0.35}))

    def test_what_depends_on_before_is_left_alone(self) -> None:
        """A bare detail goes to what was done last."""
        self.assertIsNone(readings(inform=0.4, find_program=0.35, plan_path=0.2))

    def test_what_is_not_understood(self) -> None:
        """It is looked up anyway; readings are there for afterwards if a task is one of them."""
        self.assertEqual(
            readings(fallback=True, inform=0.25, ask_program=0.2, plan_path=0.15),
            ["ask_program", "plan_path"],
        )
        self.assertIsNone(readings(fallback=True, chitchat=0.2, ask_program=0.1))
        self.assertIsNone(readings(fallback=True, ask_program=0.02, plan_path=0.01))

    def test_nothing_to_doubt(self) -> None:
        """A single reading, and a message that was not read at all."""
        self.assertIsNone(readings(plan_path=0.31))
        self.assertEqual(doubting({"text": "?"}), {"text": "?"})


if __name__ == "__main__":
    unittest.main()
