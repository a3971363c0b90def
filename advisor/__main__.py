"""`python -m advisor`."""

from advisor.command import app

app()
