"""Bags of words: how often each sample has each of the words that many songs have.

A word that few songs have may tell a song, so only words in at least `MIN_GROUPS` groups of near-duplicates count, and
of these the `MAX_WORDS` that the most groups have. Order within a song is lost.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from musicdata.definitions import contract as contracts
from musicdata.definitions.arrow import strings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa
    from numpy.typing import NDArray

TABLE = "bag_of_words"
MAX_WORDS = 5_000
MIN_GROUPS = 3
COLUMNS = ["sample_id", "split", "group_id"]
"""Columns of the samples that are read, beside the texts."""
TEXT = "text"
"""Column of what is read that has all texts of the sample."""

_APOSTROPHES = "'’ʼ"


def words(text: str) -> list[str]:
    """Return the words of a text in small letters; a word is a run of letters, apostrophes inside it included.

    >>> words("Don't say 'No' — ÇA va, 2 fois")
    ["don't", 'say', 'no', 'ça', 'va', 'fois']
    """
    plain = unicodedata.normalize("NFC", text.lower()).translate(dict.fromkeys(map(ord, _APOSTROPHES), "'"))
    marked = "".join(c if c == "'" or unicodedata.category(c)[0] in "LM" else " " for c in plain)
    return [word for run in marked.split() if (word := run.strip("'"))]


def vocabulary(samples: Iterable[pa.Table]) -> list[str]:
    """Return the words that may be told, those that the most groups have first; ties in order of code points.

    Args:
        samples: pieces of a table with `group_id` and `TEXT`.
    """
    numbers: dict[str, int] = {}
    groups: dict[str, int] = {}
    pairs: NDArray[np.int64] = np.empty(0, np.int64)
    for piece in samples:
        codes = {
            (numbers.setdefault(word, len(numbers)) << 32) | groups.setdefault(group, len(groups))
            for group, text in zip(strings(piece["group_id"]), piece[TEXT].to_pylist(), strict=True)
            for word in words(text or "")
        }
        pairs = np.union1d(pairs, np.fromiter(codes, np.int64, len(codes)))
    has = np.bincount(pairs >> 32, minlength=len(numbers))
    ranked = [(-int(has[number]), word) for word, number in numbers.items() if has[number] >= MIN_GROUPS]
    return [word for _, word in sorted(ranked)[:MAX_WORDS]]


def bags(samples: Iterable[pa.Table], known: Iterable[str]) -> Iterator[pa.Table]:
    """Yield the rows of the table `bag_of_words`, a piece for each piece of the samples.

    Args:
        samples: pieces of a table with the columns `COLUMNS` and `TEXT`, in order of the sample.
        known: the vocabulary.
    """
    contract, vocabulary = contracts.load(TABLE), frozenset(known)
    for piece in samples:
        columns: dict[str, list[object]] = {column.name: [] for column in contract.columns}
        for row in piece.select(["sample_id", "split", TEXT]).to_pylist():
            counted = Counter(word for word in words(row[TEXT] or "") if word in vocabulary)
            for word in sorted(counted):
                columns["sample_id"].append(row["sample_id"])
                columns["split"].append(row["split"])
                columns["word"].append(word)
                columns["count"].append(counted[word])
        yield contract.table(columns)
