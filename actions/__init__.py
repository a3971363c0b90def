"""Rasa's custom actions, one a file: the tracker in, one call of the library, one reply out."""
