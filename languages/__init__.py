"""What the assistant says in other languages than English: one folder of data a language."""
