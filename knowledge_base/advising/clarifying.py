"""Names what a message may have meant, in words that a student would choose from."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge_base.model import Topic
from languages.speech import say


def choices(readings: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """(intent, label) of each reading. Raises KeyError for one that has no label."""
    told = labels()
    return tuple((intent, told[intent]) for intent in readings)


def labels() -> dict[str, str]:
    """What is said of each intent of the bot that `bot/components/doubt.py` offers."""
    return {**_questions(), **_others()}


def offer(task: str) -> Topic:
    """A task to choose, by the intent that begins it. Raises KeyError for what is none."""
    asked = {
        "plan_path": say("Plan a path for me"),
        "estimate_credit": say("Estimate my credit"),
        "check_aid": say("Check which aid I may get"),
    }
    return Topic(labels()[task], asked[task])


def _questions() -> dict[str, str]:
    return {
        "ask_program": say("More about a program"),
        "ask_admissions": say("How to apply"),
        "ask_cost": say("What it costs"),
        "ask_aid": say("How financial aid works"),
        "ask_credit": say("How credit and transfer work"),
        "ask_dates": say("Dates and deadlines"),
        "ask_recognition": say("What a credential is worth"),
        "ask_student_services": say("Services for students"),
        "check_credential": say("Verify a credential"),
        "next_steps": say("What to do next"),
    }


def _others() -> dict[str, str]:
    return {
        "find_program": say("Find programs that fit me"),
        "compare_programs": say("Compare programs"),
        "plan_path": say("Plan a path toward a goal"),
        "save_plan": say("Save my plan"),
        "estimate_credit": say("See what earlier learning may count for"),
        "check_aid": say("Check which aid I may get"),
        "ask_source": say("Where the last answer comes from"),
        "application_status": say("How my application stands"),
        "capabilities": say("What I can ask here"),
        "are_you_a_bot": say("Who I am talking to"),
        "chitchat": say("Just chat"),
        "privacy_kept": say("What is kept of this chat"),
        "erase_data": say("Erase this chat"),
        "refuse_data": say("I'd rather not say"),
        "change_language": say("Speak another language"),
        "start_over": say("Start over"),
        "stop": say("Stop here"),
    }
