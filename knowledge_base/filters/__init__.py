"""From a wish in words to a filter tree, and from there to SQL on an edition."""
