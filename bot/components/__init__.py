"""What this bot adds to Rasa: its input channel, stores, understanding, and patches."""
