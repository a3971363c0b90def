"""Names for the arrays that encoder, indexes and retriever hand to each other."""

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""Shape (n, d) or (d,): rows of length 1."""
Rows = npt.NDArray[np.int64]
"""Shape (n,): row numbers of passages in an edition."""
Scores = npt.NDArray[np.float32]
"""Shape (n,): one score for each row."""
Allowed = npt.NDArray[np.bool_]
"""Shape (n,): whether each row may be found."""
