"""Answers made from the typed facts of programs: comparisons, sums, times."""
