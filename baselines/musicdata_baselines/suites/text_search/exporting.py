r"""Writes songs, queries, judgements and runs for other people's tools: BEIR's files, and TREC runs.

| file | line |
| --- | --- |
| `corpus.jsonl` | `{"_id", "title", "text"}`: a song of the index |
| `queries.jsonl` | `{"_id", "text", "metadata": {"kind", "language", "target_language"}}`: a query of the test split |
| `qrels/test.tsv` | `query-id`, `corpus-id`, `score`, tabs between: queries that are searched among all songs |
| `qrels/translation.tsv` | likewise: queries that are searched among the songs of their target language |
| `runs/SYSTEM.trec` | query, `Q0`, song, rank, score, system: the first 1,000 songs, as `trec_eval` reads them |

Scores of a run fall from line to line, by as little as a float can where two were equal, so that every tool has the
order that was measured. What holds words is written from nothing but local words: a folder like this one is not to be
passed on where the words are not.
"""

from __future__ import annotations

import json
import re
from itertools import chain
from typing import TYPE_CHECKING, Self

import numpy as np

from musicdata.errors import InputError
from musicdata.system import files, paths

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import IO

    from numpy.typing import NDArray

    from musicdata_baselines.search import Hits
    from musicdata_baselines.suites.text_search.dataset import SongSet
    from musicdata_baselines.suites.text_search.queries import QuerySet

_ODD = re.compile(r"[^A-Za-z0-9._:+-]")


class Export:
    """A folder that is written while systems are asked; it is made with its first file.

    Args:
        folder: that is made; it must hold nothing.

    Raises:
        InputError: there is something in it.
    """

    def __init__(self, folder: Path) -> None:
        require_empty(folder)
        self.folder = folder

    def write_data(self, data: SongSet, asked: QuerySet, translated: QuerySet) -> None:
        """Write songs, queries and judgements.

        Args:
            data: songs.
            asked: queries that are searched among all songs.
            translated: those that are searched among the songs of one language.

        Raises:
            StorageError: they cannot be written.
        """
        self._write("corpus.jsonl", _corpus(data))
        self._write("queries.jsonl", chain(_queries(asked), _queries(translated)))
        for name, queries in (("test", asked), ("translation", translated)):
            self._write(f"qrels/{name}.tsv", _judgements(data, queries))

    def run(self, system: str, ids: Sequence[str]) -> RunFile:
        """Return what writes the run of a system, to be used in `with`.

        Raises:
            StorageError: it cannot be written.
        """
        name = file_name(system)
        with files.storage_faults(self.folder):
            return RunFile(paths.create_inside(self.folder, f"runs/{name}.trec"), name, ids)

    def _write(self, name: str, lines: Iterator[str]) -> None:
        with files.storage_faults(self.folder / name), paths.create_inside(self.folder, name) as file:
            for line in lines:
                file.write(line.encode("utf-8", "backslashreplace") + b"\n")
            files.sync(file)


class RunFile:
    """The run of one system; hits are written as they come."""

    def __init__(self, file: IO[bytes], system: str, ids: Sequence[str]) -> None:
        self._file = file
        self._system = system
        self._ids = [identifier(sample_id) for sample_id in ids]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, queries: QuerySet, hits: Hits) -> None:
        """Write the hits of some queries."""
        for query, songs, scores in zip(queries.ids.tolist(), hits.songs, hits.scores, strict=True):
            n = int((songs >= 0).sum())
            falling = strictly_falling(scores[:n])
            found = zip(songs[:n].tolist(), falling.tolist(), strict=True)
            lines = (
                f"{query} Q0 {self._ids[song]} {rank} {score:.9g} {self._system}\n"
                for rank, (song, score) in enumerate(found, 1)
            )
            self._file.write("".join(lines).encode())


def require_empty(folder: Path) -> None:
    """Refuse a folder that holds something.

    Raises:
        InputError: it does, or is no folder.
    """
    if folder.exists() and (not folder.is_dir() or next(folder.iterdir(), None) is not None):
        raise InputError(f"{folder} is there already and holds something; give another folder with --export")


def strictly_falling(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return scores (n,), which do not rise, each a float at least below the one before.

    >>> falling = strictly_falling(np.array([2, 1, 1, 1], np.float32))
    >>> bool((np.diff(falling) < 0).all()), float(falling[0])
    (True, 2.0)
    """
    falling = scores.astype(np.float32, copy=True)
    for place in np.flatnonzero(np.diff(falling) >= 0).tolist() if len(falling) else ():
        following = place + 1
        while following < len(falling) and falling[following] >= falling[following - 1]:
            falling[following] = np.nextafter(falling[following - 1], np.float32(-np.inf))
            following += 1
    return falling


def identifier(sample_id: str) -> str:
    """Return an id without what a run cannot hold; two ids stay two.

    >>> identifier("a song"), identifier("lc12_3"), identifier("")
    ('a%20song', 'lc12_3', '%')
    """
    return _ODD.sub(lambda odd: "".join(f"%{byte:02X}" for byte in odd[0].encode()), sample_id) or "%"


def file_name(system: str) -> str:
    """Return the name of a system as that of a file.

    >>> file_name("paper: MiniLM whole song")
    'paper-minilm-whole-song'
    """
    return re.sub(r"[^a-z0-9]+", "-", system.lower()).strip("-")


def _corpus(data: SongSet) -> Iterator[str]:
    songs = data.songs
    for sample_id, title, text in zip(songs.ids, songs.titles, songs.texts, strict=True):
        yield _json({"_id": identifier(sample_id), "title": title or "", "text": text})


def _queries(queries: QuerySet) -> Iterator[str]:
    columns = (queries.kinds.tolist(), queries.languages.tolist(), queries.targets.tolist())
    for query, text, kind, language, target in zip(queries.ids.tolist(), queries.texts, *columns, strict=True):
        facts = {"kind": kind, "language": language} | ({"target_language": target} if target else {})
        yield _json({"_id": query, "text": text, "metadata": facts})


def _judgements(data: SongSet, queries: QuerySet) -> Iterator[str]:
    yield "query-id\tcorpus-id\tscore"
    for query, right in zip(queries.ids.tolist(), queries.relevant, strict=True):
        for song in right.tolist():
            yield f"{query}\t{identifier(data.songs.ids[song])}\t1"


def _json(value: dict[str, object]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=False)
