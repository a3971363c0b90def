"""Catalog and policy content: reading it, editing it, searching it and answering from it."""
