"""Where content comes from: reading it safely, fetching it again in time."""
