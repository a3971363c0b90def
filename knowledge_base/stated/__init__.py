"""Rules that pages state, worked out for what a message tells."""
