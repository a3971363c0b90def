"""Stacks of programs toward a goal: the parts of `pathways.py`."""
