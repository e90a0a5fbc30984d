from __future__ import annotations

import dataclasses
import json
import math
import os
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicdata.errors import ContractError, InputError, StorageError
from musicdata_baselines import report
from tests.baselines.suites.paired_views.report.example import build_example, change

EXAMPLE = build_example()
ENCODED = report.encode(EXAMPLE)


def test_what_is_written_is_read_back_equal_and_draws_the_same_page(tmp_path: Path) -> None:
    as_json, as_html = report.write(EXAMPLE, tmp_path / "new" / "folder")
    assert report.read(as_json) == EXAMPLE
    assert as_html.read_text("utf-8") == report.render(EXAMPLE)
    assert sorted(path.name for path in as_json.parent.iterdir()) == ["validation.html", "validation.json"]
    first = as_json.read_bytes(), as_html.read_bytes()
    report.write(report.read(as_json), as_json.parent)
    assert (as_json.read_bytes(), as_html.read_bytes()) == first
    assert stat.S_IMODE(as_json.stat().st_mode) == 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_the_json_is_for_people_too() -> None:
    value = json.loads(ENCODED)
    assert list(value) == sorted(value)
    assert value["gate_holds"] is True
    assert value["schema"] == 1
    assert '\n "title": "An example' in ENCODED
    assert "audio–sheet" in ENCODED


def with_first(**changes: Any) -> Any:
    first, *others = EXAMPLE.result.baselines
    return change(EXAMPLE, baselines=(dataclasses.replace(first, **changes), *others))


def test_a_limit_that_cannot_be_reached_is_null_and_comes_back_infinite() -> None:
    endless = with_first(detection_limit_mrr=math.inf)
    encoded = report.encode(endless)
    assert json.loads(encoded)["baselines"][0]["detection_limit_mrr"] is None
    assert report.decode(encoded) == endless


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_a_figure_that_is_not_finite_is_refused_with_its_place(wrong: float) -> None:
    with pytest.raises(ContractError, match=r"baselines\.0\.p_value is -?(nan|inf)"):
        report.encode(with_first(p_value=wrong))


def test_figures_of_any_kind_become_jsons_own() -> None:
    odd = {
        "count": np.int64(7),
        "share": np.float32(0.5),
        "yes": np.bool_(True),
        "list": np.arange(3),
        "nan": math.nan,
        "nested": {"inf": np.inf, "pair": (1, "a")},
    }
    control = dataclasses.replace(EXAMPLE.result.controls[0], figures=odd)
    back = report.decode(report.encode(change(EXAMPLE, controls=(control,))))
    assert back.result.controls[0].figures == {
        "count": 7,
        "share": 0.5,
        "yes": True,
        "list": [0, 1, 2],
        "nan": None,
        "nested": {"inf": None, "pair": [1, "a"]},
    }
    with pytest.raises(ContractError, match=r"controls\.0\.figures\.what is of type object"):
        what = dataclasses.replace(control, figures={"what": object()})
        report.encode(change(EXAMPLE, controls=(what,)))


def test_file_names_that_are_no_unicode_come_back_as_they_were(tmp_path: Path) -> None:
    odd = change(EXAMPLE, title="caf\udce9")
    as_json, as_html = report.write(odd, tmp_path)
    assert report.read(as_json) == odd
    assert "caf�" in as_html.read_text("utf-8")


DAMAGED = {
    "empty": "",
    "cut off": ENCODED[: len(ENCODED) // 2],
    "not JSON": "validation",
    "a list": "[]",
    "no schema": "{}",
    "a later schema": ENCODED.replace('"schema": 1', '"schema": 2'),
    "a part is missing": ENCODED.replace('"baselines"', '"base"'),
    "a figure is a word": ENCODED.replace('"p_value": ', '"p_value": "low", "was": ', 1),
    "a figure is null": ENCODED.replace('"p_value": ', '"p_value": null, "was": ', 1),
    "a figure is NaN": ENCODED.replace('"p_value": ', '"p_value": NaN, "was": ', 1),
    "a figure is too large": ENCODED.replace('"p_value": ', '"p_value": 1e999, "was": ', 1),
    "the verdict is another": ENCODED.replace('"gate_holds": true', '"gate_holds": false'),
    "a rule was turned": ENCODED.replace('"holds": true', '"holds": false', 1),
    "endless brackets": "[" * 100_000,
    "a baseline is a number": '{"schema": 1, "baselines": [1]}',
}


@pytest.mark.parametrize("what", DAMAGED)
def test_a_damaged_report_is_an_error_that_names_the_file(what: str, tmp_path: Path) -> None:
    path = tmp_path / "validation.json"
    path.write_text(DAMAGED[what], "utf-8")
    with pytest.raises(InputError, match=r"validation\.json: ."):
        report.read(path)


def test_a_report_that_is_not_there_or_not_text_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"validation\.json: No such file"):
        report.read(tmp_path / "validation.json")
    (tmp_path / "validation.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"validation\.json: not JSON"):
        report.read(tmp_path / "validation.json")


def test_a_folder_that_cannot_be_written_is_a_storage_error_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot write"):
        report.write(EXAMPLE, tmp_path / "file")
    (tmp_path / "validation.html").mkdir()
    with pytest.raises(StorageError, match=r"validation\.html"):
        report.write(EXAMPLE, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "validation.html", "validation.json"]


def test_the_json_is_kept_when_the_page_cannot_be_drawn(tmp_path: Path) -> None:
    strange = change(EXAMPLE, paper="unknown")
    with pytest.raises(InputError, match="no paper's table is named 'unknown'; there are musictm, spotify-moods"):
        report.write(strange, tmp_path)
    assert report.read(tmp_path / "validation.json") == strange
