"""What README and docs state in figures; each file measures one thing, `make bench` them all."""
