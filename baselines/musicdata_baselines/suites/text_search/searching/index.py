"""The index of a data set: built once, kept in a folder, opened in no time, built anew when a table has changed."""

from __future__ import annotations

import json
import os
import re
import shutil
from typing import TYPE_CHECKING, Any

from musicdata.errors import IntegrityError, StorageError, UsageError
from musicdata.system import files, paths
from musicdata.system.digests import digest_of
from musicdata.version import __version__
from musicdata_baselines.errors import IndexFileError
from musicdata_baselines.search import DenseSearch, HybridSearch
from musicdata_baselines.search.saving import open_index, save_index
from musicdata_baselines.suites.text_search.searching import encoders
from musicdata_baselines.suites.text_search.searching.engine import (
    DEFAULT_WEIGHTS,
    KINDS,
    Engine,
    meaning_searches,
    word_searches,
)
from musicdata_baselines.suites.text_search.searching.songs import open_facts, read_songs, write_facts
from musicdata_baselines.suites.text_search.searching.weighing import choose_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.search import Songs
    from musicdata_baselines.suites.text_search.searching.encoders import LateEncoder
    from musicdata_baselines.suites.text_search.settings import TextSearchSettings

FORMAT = 1
HEAD, SEARCHES, LOCK = "search.json", "searches", "lock"
_KEY = re.compile(r"[0-9a-f]{16}")
_DIGITS = 16


def digest(data: TableSource, settings: TextSearchSettings) -> str:
    """Return a hash of all that an index depends on: tables, settings, version."""
    tables = sorted({name.partition(".")[0] for name in settings.columns()})
    return digest_of(
        {
            "format": FORMAT,
            "musicdata": __version__,
            "settings": settings.model_dump(mode="json"),
            "tables": {name: data.digest(name) for name in tables},
        }
    )


def find_engine(
    data: TableSource,
    settings: TextSearchSettings,
    folder: Path,
    progress: Callable[[str], None],
    *,
    reindex: bool = False,
) -> Engine:
    """Open the index of a data set, or build it where there is none that fits.

    Raises:
        UsageError: the data set has neither words nor vectors.
        InputError: it has no songs.
    """
    now = digest(data, settings)
    if not reindex and (engine := _opened(folder, now, progress)) is not None:
        return engine
    try:
        with files.held(folder / LOCK, wait=True):
            if not reindex and (engine := _opened(folder, now, lambda _text: None)) is not None:
                return engine  # another process has just built it
            engine = build(data, settings, progress)
            _keep(engine, folder, now)
    except StorageError as error:
        progress(f"the index is not kept, and will be built again: {error}")
        engine = build(data, settings, progress)
    return engine


def _opened(folder: Path, now: str, progress: Callable[[str], None]) -> Engine | None:
    """Return the engine of the kept index; None where it is missing, older or damaged, which is told."""
    key = now[:_DIGITS]
    if not (folder / key).is_dir():
        if next(_others(folder, key), None) is not None:
            progress("the tables have changed: the index is built anew")
        return None
    try:
        return open_engine(folder / key, now)
    except (IntegrityError, IndexFileError) as error:
        progress(f"the index is built anew: {error}")
        return None


def build(data: TableSource, settings: TextSearchSettings, progress: Callable[[str], None]) -> Engine:
    """Read the songs of a data set, make them searchable, and choose the weights of each language.

    Raises:
        UsageError: there are neither words nor vectors.
        InputError: there is no song, or a vector is not finite.
    """
    progress("reading the songs")
    index = read_songs(data, settings)
    has_words = any(text.strip() for text in index.songs.texts)
    told: list[str] = []
    opened = encoders.open_those(settings, [name for name in settings.encoders if name in index.songs.vectors], told)
    if not has_words and not opened:
        raise UsageError(
            f"{data.root} has neither words nor vectors that an installed encoder can search: search the workspace, or "
            "a release in the view full or features" + "".join(f". {one}" for one in told)
        )
    if not has_words:
        told.append("The words are not in this data set: songs are found by meaning only, and lines are numbers.")
    progress(f"indexing {len(index):,} songs")
    by_words = tuple(part.fit(index.songs) for part in word_searches()) if has_words else ()
    by_meaning = _fitted(meaning_searches(opened), index.songs, told)
    across = settings.across if settings.across in by_meaning else ""
    engine = Engine(index, by_words, by_meaning, DEFAULT_WEIGHTS, across, tuple(told))
    engine.weights_of_kind = choose_weights(engine, data, settings, progress)
    return engine


def _fitted(searches: dict[str, DenseSearch], songs: Songs, told: list[str]) -> dict[str, DenseSearch]:
    """Fit searches by vectors; those whose vectors are of another encoder than the one installed are told."""
    fitted = {}
    for name, part in searches.items():
        try:
            fitted[name] = part.fit(songs)
        except UsageError as error:
            told.append(f"Nothing is found by meaning with the encoder {name}: {error}.")
    return fitted


def _keep(engine: Engine, folder: Path, now: str) -> None:
    """Write an index whole, and remove those that it replaces; the lock of the folder is held."""
    new, key = folder / f".new-{os.getpid()}", now[:_DIGITS]
    try:
        save_engine(engine, new, now)
        _remove(folder / key)
        files.move_whole(new, folder / key)
    finally:
        _remove(new)
    for other in _others(folder, key):
        _remove(other)


def save_engine(engine: Engine, folder: Path, now: str) -> None:
    """Write an engine into a folder of our own; `now` is the digest of what it was made from.

    Raises:
        StorageError: it cannot be written.
    """
    parts = [*engine.by_words, *engine.by_meaning.values()]
    with files.storage_faults(folder):
        save_index(HybridSearch(parts).fit(engine.index.songs), folder / SEARCHES, now)
        write_facts(engine.index, folder)
        head = {
            "digest": now,
            "encoders": {name: encoders.as_json(_encoder(part)) for name, part in engine.by_meaning.items()},
            "weights": engine.weights_of_kind,
            "across": engine.across,
            "told": list(engine.told),
        }
        files.write_file(folder / HEAD, json.dumps(head, indent=1, sort_keys=True, ensure_ascii=False).encode())


def _encoder(part: DenseSearch) -> LateEncoder:
    assert isinstance(part.encoder, encoders.LateEncoder), "every part is made by this package"
    return part.encoder


def open_engine(folder: Path, now: str) -> Engine:
    """Open what `save_engine` wrote; what is never looked at is not read.

    Raises:
        IndexFileError: it is older than the tables, whose digest is `now`, or it is damaged.
        IntegrityError: it is damaged.
    """
    head = _read_head(folder)
    if head["digest"] != now:
        raise IndexFileError(
            f"the index in {folder} is older than its tables (made of {str(head['digest'])[:_DIGITS]}, they are "
            f"{now[:_DIGITS]} now); build it anew: musicdata search --reindex"
        )
    try:
        opened = {name: encoders.of_json(value) for name, value in head["encoders"].items()}
        weights = {kind: {str(one): dict(values) for one, values in head["weights"][kind].items()} for kind in KINDS}
        across, told = str(head["across"]), tuple(map(str, head["told"]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(folder, error) from error
    hybrid = open_index(folder / SEARCHES, now, dict(opened))
    assert isinstance(hybrid, HybridSearch), "nothing else is saved"
    by_words = tuple(part for part in hybrid.parts if not isinstance(part, DenseSearch))
    by_meaning = {part.vectors: part for part in hybrid.parts if isinstance(part, DenseSearch)}
    index = open_facts(folder, hybrid.songs_)
    if (
        len(index) != len(hybrid.songs_)
        or not {"", *by_meaning} >= {across}
        or any("" not in one for one in weights.values())
    ):
        raise _damaged(folder, ValueError("its parts do not fit each other"))
    return Engine(index, by_words, by_meaning, weights, across, told)


def _read_head(folder: Path) -> dict[str, Any]:
    try:
        head = json.loads(paths.read_inside(folder, HEAD))
        return {name: head[name] for name in ("digest", "encoders", "weights", "across", "told")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(folder, error) from error


def _damaged(folder: Path, error: Exception) -> IndexFileError:
    return IndexFileError(
        f"the index in {folder} is damaged ({type(error).__name__}: {error}); build it anew: musicdata search --reindex"
    )


def _others(folder: Path, key: str) -> Iterator[Path]:
    """Yield the indexes in a folder, but for one, and what a killed process left."""
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if path.name != key and (_KEY.fullmatch(path.name) or path.name.startswith(".new-")):
                yield path


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
