"""Measurements on sets of questions, one a file."""
