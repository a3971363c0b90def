"""What speaks for a passage, how sure an answer may be: the parts of `retriever.py`."""
