"""Encodes a publication's passages here, in several processes, or on a Dask cluster."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from knowledge_base.arrays import Vectors
from knowledge_base.encoder import Encoder, open_encoder
from knowledge_base.errors import EncoderUnavailable

if TYPE_CHECKING:
    from distributed import Client, Future

PROCESSES = "processes"
_PROTOCOLS = {"dask": "tcp", "dask+tls": "tls"}
_SENT_AHEAD = 4
"""Batches for each thread of the workers that are sent before the first of them is awaited."""
_PATIENCE_SECONDS = 600
"""How long a batch may take; 64 passages take seconds, so by then nobody works on it."""
_START_SECONDS = 30
_SAME_MODEL = 0.99
"""Inner product of one text's vectors here and there, at least. One model in 8-bit integers and in
32-bit floats gave .994; another processor's rounding is closer than that, another model is not."""

Encode = Callable[[Encoder, Iterable[Sequence[str]]], Iterator[Vectors]]
"""Gives the vectors of each batch of texts, in their order. Raises EncoderUnavailable."""


def in_this_process(encoder: Encoder, batches: Iterable[Sequence[str]]) -> Iterator[Vectors]:
    """One batch after another."""
    return map(encoder.encode, batches)


def encoding_on(place: str) -> Encode:
    """How texts are encoded at a place: "" (here), "processes", or "dask://HOST:PORT".

    Raises EncoderUnavailable for another.
    """
    if place not in {"", PROCESSES} and place.partition("://")[0] not in _PROTOCOLS:
        raise EncoderUnavailable(
            f"knowledge_base.encode_on: {place!r} is neither empty, nor `processes`, "
            f"nor an address like dask://host:8786"
        )
    return partial(_spread, place) if place else in_this_process


def _spread(place: str, encoder: Encoder, batches: Iterable[Sequence[str]]) -> Iterator[Vectors]:
    """Few batches are under way at a time, so that neither texts nor vectors pile up.

    Dask gives the batch of a worker that died to another one.
    """
    sent: deque[Future[Vectors]] = deque()
    checked = False
    with _client(place) as client:
        ahead = _SENT_AHEAD * max(1, sum(client.nthreads().values()))  # type: ignore[no-untyped-call]
        for batch in batches:
            if not checked:
                _check_model(client, encoder, batch[0])
                checked = True
            sent.append(_send(client, encoder, batch))
            if len(sent) >= ahead:
                yield sent.popleft().result(_PATIENCE_SECONDS)
        while sent:
            yield sent.popleft().result(_PATIENCE_SECONDS)


def _send(client: Client, encoder: Encoder, batch: Sequence[str]) -> Future[Vectors]:
    return client.submit(encode_batch, encoder.name, list(batch), pure=False)


def _check_model(client: Client, encoder: Encoder, text: str) -> None:
    here = encoder.encode([text])[0]
    there = _send(client, encoder, [text]).result(_PATIENCE_SECONDS)[0]
    if here.shape != there.shape or float(here @ there) < _SAME_MODEL:
        raise EncoderUnavailable(
            f"the workers' encoder {encoder.name!r} is another model than this machine's; "
            f"install the same one there"
        )


@contextmanager
def _client(place: str) -> Iterator[Client]:
    """Workers that are ready. Every error of theirs becomes EncoderUnavailable."""
    try:
        from distributed import Client  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise EncoderUnavailable(
            f"knowledge_base.encode_on: the package {error.name} is not installed; "
            f"run `pip install distributed` in the assistant's environment"
        ) from None
    options: dict[str, Any] = {
        "processes": True,
        "threads_per_worker": 1,
        "dashboard_address": None,
    }
    if place != PROCESSES:
        protocol, _, address = place.partition("://")
        options = {"address": f"{_PROTOCOLS[protocol]}://{address}", "timeout": _START_SECONDS}
    try:
        with Client(**options) as client:  # type: ignore[no-untyped-call]
            client.wait_for_workers(1, _START_SECONDS)
            yield client
    except EncoderUnavailable:
        raise
    except Exception as error:
        raise EncoderUnavailable(
            f"passages cannot be encoded on {place} ({type(error).__name__}: {error}); check the "
            f"scheduler and that its workers have this version of the assistant installed"
        ) from error


def encode_batch(name: str, texts: Sequence[str]) -> Vectors:
    """What a worker does: vectors by the encoder of a name, which it keeps."""
    return _encoder(name).encode(texts)


@lru_cache(maxsize=2)  # Of passages and of statements.
def _encoder(name: str) -> Encoder:
    return open_encoder(name)
