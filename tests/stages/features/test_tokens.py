"""The tokens of each pair's lyrics."""

from __future__ import annotations

from pathlib import Path

import pytest

from musicdata.definitions import stage as stages
from musicdata.definitions import trial
from musicdata.errors import MusicdataError
from musicdata.music.text import tokens
from tests.stages.reading import tables

STAGE = stages.find("tokenise")


def test_every_pair_has_the_tokens_of_its_lyrics(crawled: Path) -> None:
    pairs = tables(crawled, "pairs")["pairs"]
    rows = trial.run(STAGE, {"pairs": pairs}, tokenizer="simple").rows("tokens")
    assert len(rows) == len(pairs) > 10
    for row, pair in zip(rows, pairs.to_pylist(), strict=True):
        assert (row["sample_id"], row["split"]) == (pair["sample_id"], pair["split"])
        assert row["tokens"].split(" ") == tokens.simple(pair["lyrics"])
        assert row["n_tokens"] == len(row["tokens"].split(" "))
        assert row["tokenizer"] == tokens.SIMPLE


def test_the_tokenizer_is_a_tool_of_the_build() -> None:
    assert dict(STAGE.tools(STAGE.parameters(tokenizer="simple"))) == {"tokenizer": tokens.SIMPLE}


def test_where_models_lie_is_no_change() -> None:
    one, other = (STAGE.parameters(tokenizer="simple", model_dir=folder) for folder in ("", "/elsewhere"))
    assert STAGE.facts(one) == STAGE.facts(other)
    assert STAGE.facts(one) != STAGE.facts(STAGE.parameters(tokenizer="stanza"))


def test_stanza_without_its_model_says_what_is_missing(crawled: Path, tmp_path: Path) -> None:
    with pytest.raises(MusicdataError, match="stanza"):
        trial.run(STAGE, tables(crawled, "pairs", samples=1), tokenizer="stanza", model_dir=str(tmp_path))
