"""What staff change before it is content: drafts, their review, and revisions that stay."""
