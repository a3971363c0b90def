"""What plays students, providers and the bot around a real gateway: for load and for faults."""
