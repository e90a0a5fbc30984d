from __future__ import annotations

import json

import numpy as np

from musicdata.definitions import contract
from musicdata.music.features import acousticbrainz
from tests.acousticbrainz import leaves, lowlevel
from tests.songs import shared


def test_the_paths_are_those_of_the_real_documents() -> None:
    files = sorted((shared("acousticbrainz") / "lowlevel").rglob("*.json"))
    assert len(files) == 12
    for file in files:
        paths = sorted(path for path, _ in leaves(json.loads(file.read_bytes())))
        assert paths == [leaf.path for leaf in acousticbrainz.LEAVES], file.name


def test_the_classes_are_those_of_the_real_documents() -> None:
    file = next((shared("acousticbrainz") / "highlevel" / "56").rglob("*.json"))
    models = json.loads(file.read_bytes())["highlevel"]
    assert {name: tuple(sorted(model["all"])) for name, model in models.items()} == acousticbrainz.MODELS


def test_the_vector_of_all_numbers_is_in_order_of_the_paths() -> None:
    assert (len(acousticbrainz.LEAVES), acousticbrainz.N_NUMBERS) == (512, 2647)
    ends = [leaf.span.stop for leaf in acousticbrainz.NUMBERS]
    assert [leaf.start for leaf in acousticbrainz.NUMBERS] == [0, *ends[:-1]]
    assert ends[-1] == acousticbrainz.N_NUMBERS


def test_the_paper_s_vector() -> None:
    document = dict(leaves(lowlevel()))
    flat = [np.ravel(document[leaf.path]) for leaf in acousticbrainz.NUMBERS]
    vector = acousticbrainz.paper(np.concatenate(flat).astype(np.float32)[np.newaxis])
    cov = document["lowlevel.mfcc.cov"]
    expected = [
        *document["lowlevel.mfcc.mean"],
        *(cov[i][j] for i in range(13) for j in range(i, 13)),
        *(document[f"lowlevel.spectral_rolloff.{of}"] for of in acousticbrainz.STATISTICS),
        *(document[f"lowlevel.zerocrossingrate.{of}"] for of in acousticbrainz.STATISTICS),
    ]
    assert vector.shape == (1, acousticbrainz.N_PAPER) == (1, 122)
    np.testing.assert_array_equal(vector[0], np.array(expected, dtype=np.float32))
    places = {place for leaf in acousticbrainz.PAPER_LEAVES for place in range(leaf.span.start, leaf.span.stop)}
    assert set(acousticbrainz.PAPER_PLACES.tolist()) <= places


def test_the_contract_has_a_column_for_every_path() -> None:
    columns = {column.name: column for column in contract.load("acousticbrainz_lowlevel").columns}
    for leaf in acousticbrainz.LEAVES:
        column = columns.pop(leaf.column)
        one_number = "float32" if leaf.kind == "numbers" else "string"
        kind = "sequence" if leaf.kind == "beats" else "vector" if leaf.shape else one_number
        assert (column.type, column.shape, column.nullable) == (kind, leaf.shape, True), leaf.path
    assert "n_missing" in columns
    assert len(columns) == 13


def test_the_contract_has_three_columns_for_every_model() -> None:
    columns = {column.name: column for column in contract.load("acousticbrainz_highlevel").columns}
    for model, classes in acousticbrainz.MODELS.items():
        assert columns.pop(f"{model}_value").type == "string"
        assert columns.pop(f"{model}_probability").type == "float32"
        assert columns.pop(model).shape == (len(classes),)
        assert list(classes) == sorted(classes)
    assert list(columns) == ["archive", "recording_id", "submission", "length_s"]


def test_squares_have_squared_units() -> None:
    columns = {column.name: column.unit for column in contract.load("acousticbrainz_lowlevel").columns}
    assert columns["lowlevel_spectral_rolloff_mean"] == "Hz"
    assert columns["lowlevel_spectral_rolloff_var"] == "Hz²"
    assert columns["rhythm_bpm"] == "bpm"
    assert columns["rhythm_beats_position"] == "s"
