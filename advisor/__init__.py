"""The `advisor` command: settings, supervision of the processes, migrations; wiring only."""
