"""Songs and their sections by sentence encoders: which have a row, of which words, however the work is cut."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from musicdata.definitions import stage, trial
from musicdata.errors import IntegrityError, SetupError, UsageError
from musicdata.music.features import encoder_weights, text_encoders
from musicdata.music.features.text_encoder import Encoded, EncoderFacts, gathered
from tests.music.features.encoders import write_encoder
from tests.stages.reading import unpacked
from tests.stages.words_of_songs import Tables, sung

SEA = "the sea is wide\nthe sea is deep"
HOME = "take me home\nover the hills"
SONGS = {
    "a": f"{SEA}\n\n{HOME}\n\n{SEA}",
    "b": HOME,
    "c": f"das Meer ist weit\n\n{HOME}",
    "d": "one line of song",
    "e": "another line of song\n\nand another one of them",
    "f": "more lines\nof a song",
}


class Hashing:
    """An encoder that needs no package: a vector that is made of the text."""

    def __init__(self, name: str, width: int) -> None:
        self.facts = EncoderFacts(name, "made-up", "1", "ab" * 32, 5, "float32", width, frozenset())
        self.read: list[str] = []

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Encoded:
        self.read += texts
        return gathered(
            [(self.vector(text), len(text.split()), min(5, len(text.split()))) for text in texts], self.facts.width
        )

    def vector(self, text: str) -> np.ndarray:
        rng = np.random.default_rng(list(hashlib.sha256(text.encode()).digest()))
        return rng.standard_normal(self.facts.width).astype(np.float32)


@pytest.fixture(params=[("minilm", 384), ("use", 512), ("e5", 384)], ids=lambda one: one[0])
def encoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Hashing:
    made = Hashing(*request.param)
    monkeypatch.setattr(text_encoders, "open_encoder", lambda name, folder: made)
    return made


def embedded(name: str, tables: Tables, **parameters: Any) -> Any:
    return trial.run(stage.find(f"embed.{name}"), tables, **parameters).tables[f"embeddings_{name}"]


def test_the_whole_and_every_section_that_is_no_repeat_has_a_row(encoder: Hashing) -> None:
    name = encoder.facts.name
    rows = embedded(name, sung(SONGS, languages={"c": "de"}), languages=("en",))
    keys = list(zip(rows.column("sample_id").to_pylist(), rows.column("section_index").to_pylist(), strict=True))
    assert keys == [("a", -1), ("a", 0), ("a", 1), ("b", -1), ("b", 0), ("d", -1), ("d", 0),
                    ("e", -1), ("e", 0), ("e", 1), ("f", -1), ("f", 0)]  # fmt: skip
    texts = [SONGS["a"], SEA, HOME, HOME, HOME]
    expected = gathered([(encoder.vector(text), 1, 1) for text in texts], encoder.facts.width).vectors.astype(
        np.float16
    )
    vectors = unpacked(f"embeddings_{name}", rows)
    assert vectors.dtype == np.float16
    assert np.array_equal(vectors[: len(texts)], expected)
    assert rows.column("n_tokens").to_pylist()[:3] == [22, 8, 6]
    assert rows.column("n_read").to_pylist()[:3] == [5, 5, 5]
    assert {name: set(rows.column(name).to_pylist()) for name in ("encoder", "weights_sha256", "max_tokens", "precision")} == {
        "encoder": {f"{name} (made-up 1)"}, "weights_sha256": {"ab" * 8}, "max_tokens": {5}, "precision": {"float32"},
    }  # fmt: skip


def test_a_section_of_few_words_is_near_to_anything_and_has_no_row(encoder: Hashing) -> None:
    rows = embedded(encoder.facts.name, sung({"a": f"{SEA}\n\nAmen, amen, amen"}), languages=("en",))
    assert rows.column("section_index").to_pylist() == [-1, 0]


def test_rows_are_the_same_however_the_work_is_cut(encoder: Hashing, monkeypatch: pytest.MonkeyPatch) -> None:
    name, tables = encoder.facts.name, sung(SONGS, languages={"c": "de"})
    whole = embedded(name, tables, languages=("en", "de"))
    assert len(whole) == 15
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "1")
    found = stage.find(f"embed.{name}")
    assert found.cut is not None
    shards = list(found.cut(found.parameters(languages=("en",)), _inputs(tables)))
    assert len(shards) > 2
    assert embedded(name, tables, languages=("de", "en")) == whole
    assert embedded(name, tables, languages=("en",)) == whole.filter(
        [i != "c" for i in whole.column("sample_id").to_pylist()]
    )


def _inputs(tables: Tables) -> Any:
    return trial._Inputs({name: trial._table(name, rows) for name, rows in tables.items()})


def test_a_shard_changes_with_its_own_words_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "1")
    embed = stage.find("embed.minilm")
    assert embed.cut is not None
    parameters = embed.parameters()

    def digests(**changes: str) -> dict[str, str]:
        assert embed.cut is not None
        tables = sung(SONGS | changes, languages={"c": "de"})
        return {shard.first: shard.digest for shard in embed.cut(parameters, _inputs(tables))}

    before = digests()
    assert digests(c="anderes") == before
    changed = digests(f="other words")
    assert {first for first in before if changed[first] != before[first]} == {max(before)}


def test_a_text_is_read_once_for_all_that_have_it(encoder: Hashing) -> None:
    embedded(encoder.facts.name, sung({name: SONGS[name] for name in "ab"}), languages=("en",))
    assert encoder.read.count(HOME) == 1
    assert len(encoder.read) == len(set(encoder.read))


@pytest.mark.parametrize("name", ["minilm", "use", "e5", "model"])
def test_without_languages_no_package_is_needed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_encoders, "open_encoder", lambda *_: pytest.fail("an encoder is opened"))
    assert len(embedded(name, sung(SONGS), languages=())) == 0
    found = stage.find(f"embed.{name}")
    assert found.tools(found.parameters(languages=())) == {}
    if found.source_digest:
        assert found.source_digest(found.parameters(languages=())) == ""


def test_a_language_that_no_song_has_opens_no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_encoders, "open_encoder", lambda *_: pytest.fail("an encoder is opened"))
    assert len(embedded("e5", sung(SONGS))) == 0


@pytest.mark.parametrize("name", ["minilm", "use", "e5"])
def test_without_its_package_it_says_what_to_do(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(encoder_weights._PACKAGES, name, ("no-such-library",))
    found = stage.find(f"embed.{name}")
    with pytest.raises(
        SetupError,
        match=rf"{name} needs no-such-library.*pip install 'musicdata\[lyrics\]'.*set embed\.{name}\.languages to \[\]",
    ):
        found.tools(found.parameters())


def test_the_users_model_is_named_by_its_folder_and_known_by_its_hash(tmp_path: Path) -> None:
    found = stage.find("embed.model")
    with pytest.raises(UsageError, match=r"embed\.model has languages and no model: set embed\.model\.model"):
        embedded("model", sung(SONGS), languages=("en",))
    for library in ("onnxruntime", "tokenizers", "onnx"):
        pytest.importorskip(library, reason=f"{library} is not installed: pip install 'musicdata[lyrics]'")
    folder = write_encoder(tmp_path / "model", 384)
    rows = embedded("model", sung({"a": "warm horns and drums"}), languages=("en",), model=str(folder))
    assert rows.column("n_tokens").to_pylist() == [6, 6]
    parameters = [found.parameters(languages=("en",), model=str(path)) for path in (folder, tmp_path)]
    assert found.facts(parameters[0]) == found.facts(parameters[1])
    assert found.source_digest is not None
    assert rows.column("weights_sha256")[0].as_py() == found.source_digest(parameters[0])[:16]


def test_tables_that_are_not_of_the_same_songs_are_refused(encoder: Hashing) -> None:
    name, tables = encoder.facts.name, sung(SONGS)
    with pytest.raises(IntegrityError, match="lyric_texts lacks song f"):
        embedded(name, tables | {"lyric_texts": tables["lyric_texts"][:-1]}, languages=("en",))
    beyond = [section | {"n_lines": 9} for section in tables["lyric_sections"]]
    with pytest.raises(IntegrityError, match="section 0 of song a ends with line 9, of 8 in lyric_texts"):
        embedded(name, tables | {"lyric_sections": beyond}, languages=("en",))


def test_a_real_encoder_is_read_and_run() -> None:
    try:
        encoder_weights.installed("minilm")
    except SetupError as error:
        pytest.skip(str(error))
    rows = embedded("minilm", sung(SONGS))
    vectors = unpacked("embeddings_minilm", rows).astype(np.float32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=2e-3)
    assert set(rows.column("precision").to_pylist()) == {"int8"}


def test_a_language_is_named_by_its_code() -> None:
    with pytest.raises(ValidationError, match="languages"):
        stage.find("embed.use").parameters(languages=("English",))
