"""Tables of what is left of what was erased, cleared or counted."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, String, Table

from channels.schema.metadata import Moment, metadata

erasures = Table(
    "erasures",
    metadata,
    Column("id", String(40), primary_key=True),
    # Not a foreign key: the conversation is gone.
    Column("conversation_id", String(40), nullable=False),
    # How many rows of each table were erased.
    Column("erased", JSON, nullable=False),
    Column("at", Moment, nullable=False),
    # When the bot has said that it forgot the conversation.
    Column("bot_at", Moment),
)

daily_figures = Table(
    "daily_figures",
    metadata,
    # A day of UTC; by what its figures are parted, and the name of the part.
    Column("day", String(10), primary_key=True),
    Column("dimension", String(20), primary_key=True),
    Column("name", String(255), primary_key=True),
    Column("conversations", Integer, nullable=False),
    Column("confirmed", Integer, nullable=False),
    Column("handed_over", Integer, nullable=False),
    Column("unhelpful", Integer, nullable=False),
    Column("turns", Integer, nullable=False),
    Column("answered", Integer, nullable=False),
    Column("unanswered", Integer, nullable=False),
    Column("rated", Integer, nullable=False),
    Column("helpful", Integer, nullable=False),
    Column("reviewed", Integer, nullable=False),
    Column("verified", Integer, nullable=False),
    # Response times counted by the bounds of `channels.analytics.figures`.
    Column("times", JSON, nullable=False),
)

clearings = Table(
    "clearings",
    metadata,
    # The day in UTC, so that one gateway clears on it.
    Column("day", String(10), primary_key=True),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    # How much of each class of data was cleared.
    Column("removed", JSON(none_as_null=True)),
)
