"""Every way in and out: the gateway, its channels, and the one path of a message."""
