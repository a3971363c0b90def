"""The model of understanding is deterministic, keeps what it learned, and knows its doubt."""

import tempfile
import unittest
from pathlib import Path

import numpy as np
from components import linear_model
from components.encoders import encoder
from components.linear_model import LinearModel

TEXTS = {
    "cost": ["price", "how much is it", "what does it cost", "fees", "is it expensive", "tuition"],
    "dates": ["when", "start date", "deadline", "which day", "what time is it on", "next term"],
    "hello": ["hi", "hello", "hey", "good morning", "hey there", "good evening"],
}


def rows() -> "tuple[np.ndarray, list[str]]":
    """Vectors and labels of `TEXTS`."""
    pairs = [(text, name) for name, texts in TEXTS.items() for text in texts]
    return np.stack([encoder().encode(text) for text, _ in pairs]), [name for _, name in pairs]


class Model(unittest.TestCase):
    """On real vectors."""

    def test_training_twice_gives_the_same_model_in_any_order(self) -> None:
        """Bit for bit, with the rows shuffled."""
        vectors, labels = rows()
        one = linear_model.train(vectors, labels)
        order = np.random.default_rng(1).permutation(len(labels))
        two = linear_model.train(vectors[order], [labels[i] for i in order])
        self.assertTrue((one.weights == two.weights).all() and (one.bias == two.bias).all())
        self.assertEqual(one.sureness, two.sureness)

    def test_what_is_saved_ranks_the_same(self) -> None:
        """One file without pickled objects, read back to the same confidences."""
        model = linear_model.train(*rows())
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "model.npz")
            model.save(path)
            again = LinearModel.load(path)
        vector = encoder().encode("what is the price of the course")
        ranking = model.ranking(vector)
        self.assertEqual(again.ranking(vector), ranking)
        self.assertEqual(ranking[0][0], "cost")
        self.assertLessEqual(sum(confidence for _, confidence in ranking), 1.0 + 1e-6)

    def test_sureness_doubts_what_is_unlike_all_examples(self) -> None:
        """Low score and far from every example: outside. High and near: right."""
        rng = np.random.default_rng(7)
        inside = rng.normal((4.0, 0.9), (1.0, 0.05), (900, 2))
        outside = rng.normal((2.0, 0.6), (1.0, 0.05), (100, 2))
        signals = np.concatenate([inside, outside])
        from_outside = np.arange(1000) >= 900
        sureness = linear_model.fit_sureness(signals, ~from_outside, from_outside)
        self.assertGreater(sureness.of(4.0, 0.9), 0.9)
        self.assertLess(sureness.of(2.0, 0.6), 0.2)

    def test_two_intents_are_told_apart(self) -> None:
        """The smallest model there is."""
        vectors, labels = rows()
        kept = [i for i, label in enumerate(labels) if label != "hello"]
        model = linear_model.train(vectors[kept], [labels[i] for i in kept])
        self.assertEqual(model.ranking(encoder().encode("what are the fees"))[0][0], "cost")
        self.assertEqual(model.ranking(encoder().encode("which day is it"))[0][0], "dates")

    def test_vectors_are_unit_and_kept(self) -> None:
        """Any text, also an empty or a very long one, has a vector of length one."""
        for text in ("", "hi", "long " * 5000, "naïve 漢字 😀"):
            vector = encoder().encode(text)
            self.assertEqual(vector.shape, (384,))
            self.assertAlmostEqual(float(np.linalg.norm(vector)), 1.0, places=5)
            self.assertIs(encoder().encode(text), vector)


if __name__ == "__main__":
    unittest.main()
