"""Which unanswered questions are about the same thing."""

from __future__ import annotations

from collections import defaultdict

from sklearn.cluster import HDBSCAN

from knowledge_base.arrays import Vectors

_LEAST = 2
"""Questions of one cluster: two students who miss the same thing are worth an editor's look. Of 350
questions that students might ask (the sets for tuning), 245 fall into 89 clusters with it, and 68 %
of them lie with the document that most of their cluster ask for; with 3 it is 52 % of 200."""


def clusters(vectors: Vectors) -> list[list[int]]:
    """Rows that belong together, the largest cluster first; rows that are alone are left out.

    `vectors` are unit vectors, shape (n, d). Density clustering (HDBSCAN) needs no number of
    clusters; for unit vectors the Euclidean distance orders as the cosine does.
    """
    if len(vectors) < _LEAST:
        return []
    found = HDBSCAN(min_cluster_size=_LEAST, min_samples=1, copy=True).fit(vectors)
    together: defaultdict[int, list[int]] = defaultdict(list)
    for row, label in enumerate(found.labels_):
        if label >= 0:
            together[int(label)].append(row)
    return sorted(together.values(), key=len, reverse=True)
