"""Names of places by which a student's residency is known."""

from __future__ import annotations

STATES = (
    *"Alabama Alaska Arizona Arkansas California Colorado Connecticut Delaware Florida".split(),
    *"Georgia Hawaii Idaho Illinois Indiana Iowa Kansas Kentucky Louisiana Maine".split(),
    *"Maryland Massachusetts Michigan Minnesota Mississippi Missouri Montana".split(),
    *"Nebraska Nevada Ohio Oklahoma Oregon Pennsylvania Tennessee Texas Utah".split(),
    *"Vermont Virginia Washington Wisconsin Wyoming".split(),
    *("New Hampshire", "New Jersey", "New Mexico", "New York", "North Carolina"),
    *("North Dakota", "Rhode Island", "South Carolina", "South Dakota", "West Virginia"),
)
"""The states of the United States (ANSI INCITS 38)."""
