"""What earlier learning is worth by dated rules: the parts of `credit_transfer.py`."""
