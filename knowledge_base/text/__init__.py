"""Finds sentences, numbers, dates and tables in text, each with its place."""
