"""While a form asks, an answer is taken for one, and a question for a question."""

import unittest
from typing import Any, Dict, Text

from components.context import in_context


def read(text: Text, intent: Text, confidence: float = 0.9) -> Dict[Text, Any]:
    """What the pipeline makes of a message."""
    first = {"name": intent, "confidence": confidence}
    return {"text": text, "intent": first, "intent_ranking": [first]}


class Context(unittest.TestCase):
    """`in_context`."""

    def test_without_a_form_nothing_changes(self) -> None:
        """The reading stays what it was."""
        parsed = read("about thirty", "ask_cost")
        self.assertIs(in_context(parsed, None), parsed)

    def test_an_answer_is_no_question(self) -> None:
        """However the words were read, and the reading is kept behind."""
        for text, intent in [
            ("about thirty", "ask_cost"),
            ("maybe january?", "ask_dates"),
            ("no", "deny"),
            ("lincoln community college", "ask_credit"),
            ("I don't have any", "out_of_scope"),
        ]:
            parsed = in_context(read(text, intent), "plan_form")
            self.assertEqual(parsed["intent"]["name"], "inform", text)
            self.assertEqual(parsed["intent_ranking"][1]["name"], intent)

    def test_questions_and_steering_stay(self) -> None:
        """A question is answered, and who wants to stop, or a person, is heard."""
        for text, intent in [
            ("how much is the data one", "ask_cost"),
            ("and when does it start", "ask_dates"),
            ("is it online?", "ask_program"),
            ("stop asking me things", "stop"),
            ("i want a human", "talk_to_person"),
            ("i want to die", "distress"),
            ("id rather not say", "refuse_data"),
        ]:
            parsed = read(text, intent)
            self.assertIs(in_context(parsed, "aid_form"), parsed, text)

    def test_a_question_may_come_second(self) -> None:
        """Behind another sentence it is one still."""
        parsed = read("leave that for now. whats the fee for the lab", "ask_cost")
        self.assertIs(in_context(parsed, "plan_form"), parsed)

    def test_yes_and_no_with_a_question_mark_ask_back(self) -> None:
        """Whether the last answer means that; without the mark they stay, and in a form too."""
        for text, intent, form, name in [
            ("so no?", "deny", None, "ask_source"),
            ("no", "deny", None, "deny"),
            ("yes?", "affirm", "aid_form", "inform"),
        ]:
            parsed = in_context(read(text, intent), form)
            self.assertEqual(parsed["intent"]["name"], name, text)

    def test_a_number_that_should_not_be_written_is_answered_first(self) -> None:
        """Numbers of persons and of cards, with or without a form; not those of telephones."""
        for text in ("my number is 987-65-4320", "pay with 4000 1234 5678 9010 please"):
            for form in (None, "aid_form"):
                parsed = in_context(read(text, "check_aid"), form)
                self.assertEqual(parsed["intent"]["name"], "privacy_kept", text)
        parsed = in_context(read("call me at 555-010-0199", "inform"), None)
        self.assertEqual(parsed["intent"]["name"], "talk_to_person")

    def test_who_leaves_an_address_wants_a_person(self) -> None:
        """With or without a form; who asks something about an address does not."""
        for form in (None, "plan_form"):
            parsed = in_context(read("ana@mail.example, about my badge", "inform"), form)
            self.assertEqual(parsed["intent"]["name"], "talk_to_person")
        parsed = read("is aid@college.example the right address for grants", "ask_aid")
        self.assertIs(in_context(parsed, None), parsed)

    def test_a_faint_wish_to_steer_is_an_answer(self) -> None:
        """A word that only might mean *stop* does not end a form."""
        parsed = in_context(read("forty", "stop", 0.2), "aid_form")
        self.assertEqual(parsed["intent"]["name"], "inform")


if __name__ == "__main__":
    unittest.main()
