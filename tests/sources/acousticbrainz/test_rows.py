from __future__ import annotations

import numpy as np

from musicdata.definitions import contract
from musicdata.music.features import acousticbrainz
from musicdata.sources.acousticbrainz import document, rows
from tests.acousticbrainz import changed, highlevel, lowlevel, mbid, without

DOCUMENTS = [
    lowlevel(mbid(1)),
    without(without(lowlevel(mbid(2)), "lowlevel.mfcc.cov"), "rhythm.bpm"),
    changed(without(lowlevel(mbid(3)), "tonal.key_key"), "rhythm.beats_position", []),
    without(lowlevel(mbid(4)), "rhythm.beats_position"),
]


def test_low_level_documents_fit_their_contract_and_come_back() -> None:
    low = [document.lowlevel(one, mbid(number)) for number, one in enumerate(DOCUMENTS, 1)]
    packed = rows.packed(
        rows.LOWLEVEL, [rows.lowlevel_row(mbid(number), 0, one) for number, one in reversed(list(enumerate(low, 1)))]
    )
    table = contract.load("acousticbrainz_lowlevel").table(rows.lowlevel_table("some-0", packed))
    assert table.column("recording_id").to_pylist() == [mbid(1), mbid(2), mbid(3), mbid(4)]
    assert table.column("n_missing").to_pylist() == [0, 2, 1, 1]
    assert table.column("lowlevel_mfcc_cov").is_null().to_pylist() == [False, True, False, False]
    assert table.column("rhythm_bpm").is_null().to_pylist() == [False, True, False, False]
    assert [beats and len(beats) for beats in table.column("rhythm_beats_position").to_pylist()] == [
        len(DOCUMENTS[0]["rhythm"]["beats_position"]),
        len(DOCUMENTS[1]["rhythm"]["beats_position"]),
        [],
        None,
    ]
    for leaf in acousticbrainz.NUMBERS:
        cells = [np.nan if cell is None else cell for cell in table.column(leaf.column).to_pylist()]
        for cell, one in zip(cells, low, strict=True):
            np.testing.assert_array_equal(np.broadcast_to(cell, leaf.size), one.numbers[leaf.span], leaf.path)


def test_high_level_documents_fit_their_contract() -> None:
    other = {"all": {"bl": 1.0}, "value": "bl", "probability": 1.0}
    given = [
        highlevel(mbid(1)),
        without(changed(highlevel(mbid(2)), "highlevel.genre_tzanetakis", other), "highlevel.gender"),
    ]
    high = [rows.highlevel_row(mbid(number), 0, document.highlevel(one)) for number, one in enumerate(given, 1)]
    table = contract.load("acousticbrainz_highlevel").table(
        rows.highlevel_table("some-0", rows.packed(rows.HIGHLEVEL, high))
    )
    first, second = table.to_pylist()
    assert first["gender_value"] == given[0]["highlevel"]["gender"]["value"]
    assert (second["gender_value"], second["gender"], second["gender_probability"]) == (None, None, None)
    assert (second["genre_tzanetakis_value"], second["genre_tzanetakis"]) == ("bl", None)


def test_no_rows_are_an_empty_table() -> None:
    for name, schema, make in (
        ("acousticbrainz_lowlevel", rows.LOWLEVEL, rows.lowlevel_table),
        ("acousticbrainz_highlevel", rows.HIGHLEVEL, rows.highlevel_table),
    ):
        assert len(contract.load(name).table(make("some-0", rows.packed(schema, [])))) == 0
