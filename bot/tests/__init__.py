"""Tests that need Rasa's own environment: `python -m unittest discover -t . -s tests` in bot/."""
