"""Texts for property tests: paragraphs, headings, lists, tables and odd characters."""

from __future__ import annotations

from hypothesis import strategies as st

WORDS = st.sampled_from(
    ["tuition", "fee", "U.S.", "e.g.", "$1,140.", "3.5", "Ask", "credits?", '"Yes!"', "(see",
     "page)", "é", "学费", "|", "-", "#", "1.", "*bold*", "a.m.", "Why?", ":", "\u200b", "x" * 40]
)  # fmt: skip
SENTENCES = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
ROWS = st.lists(SENTENCES, min_size=1, max_size=3).map(lambda cells: f"| {' | '.join(cells)} |")
BLOCKS = st.one_of(
    SENTENCES,
    SENTENCES.map("## {}".format),
    SENTENCES.map("# {}".format),
    st.lists(SENTENCES, min_size=1, max_size=4).map(lambda s: "- " + "\n- ".join(s)),
    st.lists(ROWS, min_size=1, max_size=4).map("\n".join),
    st.lists(SENTENCES, min_size=1, max_size=30).map(" ".join),
)
GAPS = st.sampled_from(["\n", "\n\n", "\n \n", "\r\n\r\n", "\u2028", "\t\n\n\n"])
TEXTS = st.lists(st.tuples(BLOCKS, GAPS), max_size=8).map(
    lambda parts: "".join(block + gap for block, gap in parts)
)
