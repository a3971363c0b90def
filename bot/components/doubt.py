"""Doubt: when a message can be read in ways that lead to different things, and which they are."""

from typing import Any, Dict, List, Text, Tuple

CHANGE_LANGUAGE = "change_language"
FALLBACK = "nlu_fallback"
"""What Rasa's FallbackClassifier calls a message that is not understood."""
LOOKED_UP = frozenset(
    "ask_program ask_admissions ask_cost ask_aid ask_credit ask_dates ask_recognition"
    " ask_student_services check_credential next_steps out_of_scope".split()
)
"""All lead to the same look-up, so that a doubt between them changes nothing."""
TASKS = frozenset("find_program compare_programs plan_path estimate_credit check_aid".split())
"""What takes turns to get out of again. A doubt between ready replies costs one at most."""
CARE = frozenset("talk_to_person complaint distress".split())
"""Who may want or need a person is not asked what was meant."""
UNOFFERED = frozenset(
    "inform correct_me greet thanks goodbye affirm deny abuse out_of_scope".split()
)
"""What says nothing to choose by itself: an answer, a correction, a courtesy, something else."""
REPLIES = frozenset(
    "greet thanks goodbye chitchat abuse capabilities are_you_a_bot refuse_data stop change_language".split()
)
"""What has a ready reply, which changes nothing and says nothing of what was asked."""

LEAD = 0.2
"""A way that is ahead of the next by less is in doubt. In 5 folds of data/nlu, of 6549 messages that
are understood: ahead by less than 0.1, 11, of which the first reading is right for 2 and one of
those that are offered for 10; by 0.1 to 0.2, 13, 5 and 11; by 0.2 to 0.3, 32, 22 and 31, where a
question would cost more turns than it saves."""
FAINT = 0.05
"""A way with less is not offered."""
SURE_OF_REPLY = 0.5
"""Confidence below which a message is looked up before it gets a ready reply, which it still gets
where nothing surely answers it."""
SURE_OF_WISH = 0.8
"""The same for a wish for another language, which changes every reply after it: a course in a language
is spoken of in much the same words."""
OFFERED = 3
"""Ways at most: what can be chosen from at a glance."""

Parsed = Dict[Text, Any]


def doubting(parsed: Parsed) -> Parsed:
    """The reading of a message, marked as not understood where it is in doubt.

    ``readings`` then holds the two or three likeliest intents that lead to different things, the
    likeliest first. What is not understood has some only if a task is one of them. A ready reply
    that is not sure is the only reading.
    """
    ranking = [
        (entry["name"], entry["confidence"])
        for entry in parsed.get("intent_ranking") or []
        if entry["name"] != FALLBACK
    ]
    understood = (parsed.get("intent") or {}).get("name") != FALLBACK
    readings = _readings(ranking, understood) or _faint_reply(ranking, understood)
    if not readings:
        return parsed
    fallback = {"name": FALLBACK, "confidence": 1 - ranking[0][1]}
    entries = [fallback, *({"name": name, "confidence": level} for name, level in ranking)]
    return {**parsed, "intent": fallback, "intent_ranking": entries, "readings": readings}


def _readings(ranking: List[Tuple[Text, float]], understood: bool) -> List[Text]:
    ways = _ways(ranking)
    if len(ways) < 2 or ways[0][1] - ways[1][1] >= LEAD:
        return []
    nearest = {name for name, _ in ways[:2]}
    if nearest & CARE or (understood and nearest & UNOFFERED):
        return []
    offered = [way for way in ways[:OFFERED] if way[0] not in UNOFFERED | CARE]
    likely = [name for name, level in offered if level >= FAINT]
    return likely if len(likely) > 1 and TASKS & {*likely[:2]} else []


def _faint_reply(ranking: List[Tuple[Text, float]], understood: bool) -> List[Text]:
    name, level = ranking[0] if ranking and understood else ("", 0.0)
    sure = SURE_OF_WISH if name == CHANGE_LANGUAGE else SURE_OF_REPLY
    return [name] if name in REPLIES and level < sure else []


def _ways(ranking: List[Tuple[Text, float]]) -> List[Tuple[Text, float]]:
    """Each way that a message may go, by its likeliest intent, with the confidence of all of its
    intents together; the likeliest way first."""
    leading: Dict[Text, Text] = {}
    levels: Dict[Text, float] = {}
    for name, level in ranking:
        way = "look-up" if name in LOOKED_UP else name
        leading.setdefault(way, name)
        levels[way] = levels.get(way, 0.0) + level
    ordered = sorted(levels, key=lambda way: -levels[way])
    return [(leading[way], levels[way]) for way in ordered]
