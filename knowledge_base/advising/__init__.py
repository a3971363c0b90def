"""What an adviser does with a student's words and the published content, one task a module."""
