"""The messaging channels, one provider a file; `channels.discovery` finds them here."""
