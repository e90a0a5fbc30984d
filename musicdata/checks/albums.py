"""Albums matched with songs: each song is one of its album, numbers are its document's, reviews are held out fairly."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.arrow import count_true, strings
from musicdata.definitions.check import Check
from musicdata.music.features import acousticbrainz

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.definitions.arrow import Values
    from musicdata.definitions.reader import Reader

    Findings = Iterator[tuple[str, str]]

_SAMPLES, _SONGS, _REVIEWS, _SPLITS = "album_samples", "song_matches", "review_matches", "review_splits"
_LOW, _VECTORS, _TOKENS = "acousticbrainz_lowlevel", "features_acousticbrainz", "review_tokens"
_DOCUMENT = ["archive", "recording_id", "submission"]
_PAPER = "paper"
_SONGS_AT_ONCE = 4096
_DEVIATIONS = 6  # of a share that chance makes: one in 500 million


def check_songs(reader: Reader) -> Findings:
    """Yield songs that are no track of their album, whose document is not there, or that an album has twice."""
    songs = reader.read(_SONGS, ["sample_id", "song_index", "track_index", *_DOCUMENT])
    tracks = reader.read("recordings", ["album_id", "track_index", "recording_id", "recording_id_given"])
    known = [_named(tracks, ["album_id", "track_index", name]) for name in ("recording_id", "recording_id_given")]
    own = _named(songs, ["sample_id", "track_index", "recording_id"])
    is_track = pc.or_(pc.is_in(own, known[0]), pc.is_in(own, known[1].drop_null()))
    yield from _wrong(songs, pc.invert(is_track), "are no track of their album")
    there = _named(reader.read(_LOW, _DOCUMENT), _DOCUMENT)
    yield from _wrong(songs, pc.invert(pc.is_in(_named(songs, _DOCUMENT), there)), "have a document that is not there")
    n_twice = len(songs) - len(pc.unique(_named(songs, ["sample_id", "recording_id"])))
    if n_twice:
        yield _SONGS, f"{n_twice} songs are a recording that their album has already"


def _wrong(songs: pa.Table, is_wrong: Any, what: str) -> Findings:
    if n := count_true(is_wrong):
        first = songs.filter(is_wrong).slice(0, 1).to_pylist()[0]
        yield _SONGS, f"{n} songs {what}, e.g. {first['recording_id']} of {first['sample_id']}"


def check_counts(reader: Reader) -> Findings:
    """Yield samples whose reviews and songs are not as many as they say, and songs that are not numbered 0 … n−1."""
    samples = reader.read(_SAMPLES, ["sample_id", "n_reviews", "n_songs", "n_recordings", "has_all_songs"])
    numbered = reader.read(_SONGS, ["sample_id", "song_index"])
    n_songs = Counter(strings(numbered.column("sample_id")))
    n_reviews = Counter(strings(reader.read(_REVIEWS, ["sample_id"]).column("sample_id")))
    for row in samples.to_pylist():
        sample_id = row["sample_id"]
        for name, counted in (("n_reviews", n_reviews), ("n_recordings", n_songs)):
            if row[name] != counted[sample_id]:
                yield _SAMPLES, f"sample {sample_id}: {name} is {row[name]}, there are {counted[sample_id]}"
        has_fewer = row["n_recordings"] < row["n_songs"]
        if row["n_recordings"] > row["n_songs"] or not (row["has_all_songs"] or has_fewer):
            yield _SAMPLES, f"sample {sample_id} has {row['n_recordings']} of {row['n_songs']} recordings"
    last = numbered.group_by("sample_id", use_threads=False).aggregate([("song_index", "max")])
    for sample_id, most in zip(*(last.column(n).to_pylist() for n in ("sample_id", "song_index_max")), strict=True):
        if most != n_songs[sample_id] - 1:
            yield _SONGS, f"sample {sample_id} has {n_songs[sample_id]} songs, the last of them number {most}"


def check_rows(reader: Reader) -> Findings:
    """Yield tables of reviews or of songs that do not have just those that were matched."""
    for home, number in ((_REVIEWS, "review_index"), (_SONGS, "song_index")):
        if home not in reader.tables:
            continue
        matched = pc.unique(_named(reader.read(home, ["sample_id", number]), ["sample_id", number]))
        for table in _tables_of(reader, number, home):
            rows = _named(reader.read(table, ["sample_id", number]), ["sample_id", number])
            for one, other, what in ((rows, matched, "were not matched"), (matched, rows, "have no row")):
                odd = one.filter(pc.invert(pc.is_in(one, pc.unique(other))))
                if len(odd):
                    yield table, f"{len(odd)} {number.partition('_')[0]}s {what}, e.g. {odd[0].as_py()}"


def _tables_of(reader: Reader, number: str, home: str) -> list[str]:
    tables = [
        table for table in reader.tables if table != home and reader.contract(table).key[:2] == ("sample_id", number)
    ]
    return [table for table in tables if reader.contract(table).references.get("sample_id") == (_SAMPLES,)]


def check_numbers(reader: Reader) -> Findings:
    """Yield songs whose vectors are not one another's numbers, or not those of the document they were matched with.

    A median of several submissions is compared where there is only one.
    """
    vectors = []
    for part in reader.iterate(_VECTORS, ["sample_id", "vector", "full"]):
        contract = reader.contract(_VECTORS)
        paper, full = (contract.column(name).unpack(part.column(name)) for name in ("vector", "full"))
        odd = np.flatnonzero((paper != acousticbrainz.paper(full)).any(axis=1))
        if len(odd):
            yield (
                _VECTORS,
                f"{len(odd)} vectors are not of the full one's numbers, e.g. {part.column('sample_id')[odd[0]]}",
            )
        vectors.append(paper)
    if _LOW not in reader.tables or not vectors:
        return
    songs = reader.read(_SONGS, ["sample_id", *_DOCUMENT, "n_submissions"])
    paper = np.concatenate(vectors)
    if len(paper) != len(songs):
        return  # another check tells of it
    is_one = reader.parameters(_VECTORS).get("choose", "first") == "first"
    compared = np.ones(len(songs), bool) if is_one else songs.column("n_submissions").to_numpy() == 1
    wanted, n_odd, first = _named(songs, _DOCUMENT), 0, ""
    for part in reader.iterate(_LOW, [*_DOCUMENT, *(leaf.column for leaf in acousticbrainz.PAPER_LEAVES)]):
        place = pc.index_in(wanted, _named(part, _DOCUMENT)).fill_null(-1).to_numpy().astype(np.int64)
        here = np.flatnonzero((place >= 0) & compared)
        for start in range(0, len(here), _SONGS_AT_ONCE):
            some = here[start : start + _SONGS_AT_ONCE]
            odd = some[(_paper_of(part.take(place[some])) != paper[some]).any(axis=1)].tolist()
            n_odd += len(odd)
            first = first or "".join(songs.column("sample_id")[row].as_py() for row in odd[:1])
    if n_odd:
        yield _VECTORS, f"{n_odd} vectors are not of their document's numbers, e.g. one of sample {first}"


def _paper_of(rows: pa.Table) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return the paper's numbers of documents that have them all."""
    numbers = np.zeros((len(rows), acousticbrainz.N_NUMBERS), np.float32)
    for leaf in acousticbrainz.PAPER_LEAVES:
        values = rows.column(leaf.column).combine_chunks()
        flat = pc.list_flatten(values) if leaf.shape else values
        numbers[:, leaf.span] = flat.to_numpy().reshape(-1, leaf.size)
    return acousticbrainz.paper(numbers)


def check_tokens(reader: Reader) -> Findings:
    """Yield reviews whose tokens are not as many as they say, or are none of the vocabulary's numbers."""
    most = None
    if "review_vocabulary" in reader.tables:
        most = pc.max(reader.read("review_vocabulary", ["token_id"]).column("token_id")).as_py() or 1
    for part in reader.iterate(_TOKENS, ["sample_id", "token_ids", "n_tokens", "n_unknown"]):
        tokens = part.column("token_ids").combine_chunks()
        of_review, numbers = pc.list_parent_indices(tokens).to_numpy(), pc.list_flatten(tokens).to_numpy()
        for name, counted in (("n_tokens", of_review), ("n_unknown", of_review[numbers == 1])):
            wrong = np.flatnonzero(np.bincount(counted, minlength=len(part)) != part.column(name).to_numpy())
            if len(wrong):
                yield (
                    _TOKENS,
                    f"{len(wrong)} reviews have another {name}, e.g. one of {part.column('sample_id')[wrong[0]]}",
                )
        if most is not None and len(numbers) and numbers.max() > most:
            yield _TOKENS, f"a token has number {numbers.max()}, the vocabulary goes to {most}"


def check_splits(reader: Reader) -> Findings:
    """Yield reviews that are held out otherwise than their scheme says, and artists in two splits."""
    held_out = n = 0
    for part in reader.iterate(_SPLITS, ["sample_id", "split", "scheme", "part"]):
        is_paper = pc.equal(part.column("scheme"), pa.scalar(_PAPER))
        disjoint, paper = part.filter(pc.invert(is_paper)), part.filter(is_paper)
        if odd := count_true(pc.not_equal(disjoint.column("split"), disjoint.column("part"))):
            yield _SPLITS, f"{odd} reviews are in another part of the scheme disjoint than their sample's split"
        if odd := count_true(pc.equal(paper.column("part"), pa.scalar("valid"))):
            yield _SPLITS, f"{odd} reviews are in valid of the scheme {_PAPER}, which has train and test"
        held_out += count_true(pc.equal(paper.column("part"), pa.scalar("test")))
        n += len(paper)
    share = reader.parameters("split_reviews").get("test")
    if share and abs(held_out - share * n) > max(1.0, _DEVIATIONS * (share * (1 - share) * n) ** 0.5):
        yield _SPLITS, f"scheme {_PAPER} holds {held_out} of {n} reviews out, expected about {share * n:.0f}"
    samples = reader.read(_SAMPLES, ["artist_group_id", "split"]).group_by("artist_group_id", use_threads=False)
    counts = samples.aggregate([("split", "count_distinct")])
    torn = counts.filter(pc.greater(counts.column("split_count_distinct"), pa.scalar(1)))
    if len(torn):
        yield _SAMPLES, f"{len(torn)} groups of artists are in several splits, e.g. {torn.column('artist_group_id')[0]}"


def check_reviews(reader: Reader) -> Findings:
    """Yield matches that are not of the reviews they are called after."""
    names = ["review_index", "n_words", "text_sha256"]
    for part in reader.iterate(_REVIEWS, ["sample_id", *names]):
        ids = part.column("sample_id")
        if not len(part):
            continue
        reviews = reader.read("reviews", ["album_id", *names], ids[0].as_py(), ids[-1].as_py())
        there = _named(reviews, ["album_id", *names])
        odd = part.filter(pc.invert(pc.is_in(_named(part, ["sample_id", *names]), there)))
        if len(odd):
            first = odd.slice(0, 1).to_pylist()[0]
            example = f"number {first['review_index']} of {first['sample_id']}"
            yield _REVIEWS, f"{len(odd)} reviews are none of their album's, e.g. {example}"


def _named(rows: pa.Table, columns: Sequence[str]) -> Values:
    """Return what names each row, as one text; empty where a column is."""
    parts: list[Values] = [rows.column(name).cast(pa.string()) for name in columns]
    named: Values = pc.call_function("binary_join_element_wise", [*parts, pa.scalar(" ")])
    return named


CHECKS = (
    Check(
        "matched songs are tracks of their albums, with documents that are there",
        check_songs,
        needs=(_SONGS, "recordings", _LOW),
        over="all",
        place=54,
    ),
    Check("matched reviews are their albums'", check_reviews, needs=(_REVIEWS, "reviews"), over="all", place=54),
    Check(
        "albums have as many reviews and songs as they say", check_counts, needs=(_SAMPLES, _SONGS, _REVIEWS), place=55
    ),
    Check("every matched review and song has its rows", check_rows, needs=(_SAMPLES,), place=56),
    Check(
        "vectors of songs are of their documents' numbers",
        check_numbers,
        needs=(_VECTORS, _SONGS),
        over="all",
        place=57,
    ),
    Check("tokens are counted, and of the vocabulary", check_tokens, needs=(_TOKENS,), place=58),
    Check("reviews are held out as their schemes say", check_splits, needs=(_SPLITS, _SAMPLES), over="all", place=59),
)
