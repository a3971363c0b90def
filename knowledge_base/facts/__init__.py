"""Typed values that documents state, and where they contradict each other."""
