"""A command may stand for the words of an earlier turn, and nothing else can."""

import unittest
from typing import Optional, Text

from components.turn import Malformed, Turn


def meant(payload: Optional[Text]) -> Optional[Text]:
    """The turn whose words a payload stands for."""
    body = {"conversation": "c_1", "turn_id": "t_2", "text": "Plan a path", "payload": payload}
    return Turn(body).meant


class Meant(unittest.TestCase):
    """`Turn.meant`."""

    def test_the_turn_that_is_named(self) -> None:
        """By the one entity that says so."""
        self.assertEqual(meant('/plan_path{"turn": "t_1"}'), "t_1")

    def test_none_is_named(self) -> None:
        """By a typed text, a plain command, other entities, or what is no id."""
        for payload in (None, "/plan_path", '/plan_path{"a": "t_1"}', '/plan_path{"turn": 1}', "/a{x}"):
            self.assertIsNone(meant(payload), payload)


class OfAPage(unittest.TestCase):
    """`Turn.program`."""

    def test_the_program_of_the_page_is_an_id_or_none(self) -> None:
        """Anything else is malformed, and says which field."""
        body = {"conversation": "c_1", "turn_id": "t_2", "text": "how much is it"}
        for given, taken in (("MHC-DA101", "MHC-DA101"), ("", None), (None, None)):
            self.assertEqual(Turn({**body, "program": given}).program, taken)
        for wrong in (1, ["MHC-DA101"], "x" * 256):
            with self.assertRaisesRegex(Malformed, "program"):
                Turn({**body, "program": wrong})


if __name__ == "__main__":
    unittest.main()
