"""Building, keeping and following editions."""
