"""What can go wrong with content, and what to do about it.

```
KnowledgeBaseError
├── SourceError            a source cannot be read as a whole
│   ├── UnknownFormat      no reader recognises it
│   ├── MappingError       the mapping file is wrong
│   ├── SourceTooLarge     it passes a limit
│   ├── AddressRefused     it stands at an address that must not be fetched
│   ├── SourceGone         it is no longer where it was
│   └── SourceUnreachable  its server cannot give it now
├── UnknownProgram         the edition holds no program with the id that was named
├── UnknownSource          nothing was imported from the place that was named
├── NothingPublished       there is no edition to answer from
├── NothingToPublish       no document has been imported yet
├── ConflictingFacts       documents contradict each other, and publishing was to be strict
├── UnknownEdition         the edition that was named is not on the shelf
├── DamagedEdition         a file of the edition does not match its manifest
├── ShelfUnreachable       the place that holds the editions cannot be reached now
├── VectorsUnreachable     the database that shares the vectors cannot be used now
└── EncoderUnavailable     the sentence encoder cannot be loaded
```

Every message names what is wrong, where, and what to do. They are raised low and turned
into words for a person once, at the edge.
"""


class KnowledgeBaseError(Exception):
    """Root of every error that this package raises on purpose."""


class SourceError(KnowledgeBaseError):
    """A source cannot be read as a whole; nothing of it was imported."""


class UnknownFormat(SourceError):
    """No reader recognises the source."""


class MappingError(SourceError):
    """The mapping file is missing, or names a field that does not exist."""


class SourceTooLarge(SourceError):
    """The source passes a limit on size."""


class AddressRefused(SourceError):
    """The source stands at an address that must not be fetched."""


class SourceGone(SourceError):
    """The file is not there, or the server says that the address leads nowhere (404, 410)."""


class SourceUnreachable(SourceError):
    """The server cannot be reached, takes too long, or says that it cannot answer now."""


class UnknownProgram(KnowledgeBaseError):
    """The edition holds no program with the id that was named."""


class UnknownSource(KnowledgeBaseError):
    """Nothing was imported from the place that was named."""


class NothingPublished(KnowledgeBaseError):
    """No edition has been published yet, so there is nothing to answer from."""


class NothingToPublish(KnowledgeBaseError):
    """No document has been imported yet, so an edition would be empty."""


class ConflictingFacts(KnowledgeBaseError):
    """Documents give one thing different values for the same day, and publishing is strict."""


class UnknownEdition(KnowledgeBaseError):
    """The edition that was named is not on the shelf."""


class DamagedEdition(KnowledgeBaseError):
    """A file of the edition is missing or does not match the manifest's hash."""


class ShelfUnreachable(KnowledgeBaseError):
    """The storage that holds the editions cannot be reached, or its package is not installed."""


class VectorsUnreachable(KnowledgeBaseError):
    """The database that shares the vectors cannot be used, or its packages are not installed."""


class EncoderUnavailable(KnowledgeBaseError):
    """The sentence encoder that a setting or a manifest names cannot be loaded."""
