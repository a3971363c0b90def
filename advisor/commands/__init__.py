"""Subcommands of `advisor`, one a file; each adds itself to the application."""
