"""Calls through Twilio: each webhook is answered with what is said next."""
