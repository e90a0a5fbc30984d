"""The page of saved pictures and sounds."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from musicdata.api.media import save_media
from musicdata.errors import InputError, UsageError
from musicdata.gallery.item import Item
from musicdata.release.reading.release import Release
from tests.gallery.test_gallery import Elements
from tests.release import made
from tests.release.rights_made import MODALITIES, is_open, with_rights


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return with_rights().write(tmp_path_factory.mktemp("saved") / "release")


def save(release: Release, table: str, folder: Path, first: int = 0, n: int = 3) -> str:
    rows = list(release.rows(table))[first : first + n]
    *files, page = save_media(release, table, rows, folder)
    assert all(file.is_file() for file in files)
    assert page == folder / "index.html"
    return page.read_text("utf-8")


def test_pictures_and_sounds_of_a_sample_stand_together(release: Release, tmp_path: Path) -> None:
    save(release, "sheets", tmp_path)
    page = save(release, "audio", tmp_path, first=2)
    elements = Elements(page).all
    assert [tag for tag, _ in elements if tag in ("article", "img", "audio")] == [
        "article", "img", "article", "img", "article", "img", "audio", "article", "audio", "article", "audio",
    ]  # fmt: skip
    addresses = [attrs.get("src") or "" for tag, attrs in elements if tag in ("img", "audio")]
    assert len(addresses) == 6
    assert all((tmp_path / unquote(address)).is_file() for address in addresses)
    assert page.count("Row of <bdi>sheets</bdi>") == page.count("Row of <bdi>audio</bdi>") == 3
    assert save(release, "audio", tmp_path, first=2) == page


def test_the_page_says_what_may_not_be_handed_on(release: Release, tmp_path: Path) -> None:
    page = save(release, "audio", tmp_path, n=8)
    items = json.loads((tmp_path / "index.json").read_text("utf-8"))["items"]
    assert {key: not item["withheld"] for key, item in items.items()} == {key: is_open(key) for key in items}
    n_withheld = sum(not is_open(key) for key in items)
    assert f"Of {n_withheld} of them something may not be handed on to others" in page
    assert page.count("</bdi> (not to be handed on)") == n_withheld * len(MODALITIES) > 0


def test_without_recorded_rights_the_page_says_so(tmp_path: Path) -> None:
    page = save(made.small().write(tmp_path / "release"), "audio", tmp_path / "look", n=1)
    assert "rights not recorded</bdi> (not to be handed on)" in page


def test_another_data_set_begins_anew(release: Release, tmp_path: Path) -> None:
    save(release, "audio", tmp_path)
    kept = tmp_path / "index.json"
    kept.write_text(kept.read_text("utf-8").replace('"dataset": "made"', '"dataset": "other"'), "utf-8")
    save(release, "audio", tmp_path, first=4, n=1)
    assert len(json.loads(kept.read_text("utf-8"))["items"]) == 1


@pytest.mark.parametrize(
    "text", ["{}", "[]", "no", '{"dataset": "made", "items": {"a": {"files": ["../x"], "facts": {}}}}']
)
def test_a_file_of_somebody_else_is_kept(release: Release, tmp_path: Path, text: str) -> None:
    (tmp_path / "index.json").write_text(text)
    with pytest.raises(InputError, match=r"index.json is not what musicdata show writes"):
        save(release, "audio", tmp_path)
    assert (tmp_path / "index.json").read_text() == text


def test_rows_without_their_key_save_nothing(release: Release, tmp_path: Path) -> None:
    rows = list(release.rows("audio", columns=["peak_dbfs"]))[:1]
    with pytest.raises(UsageError, match="saved by sample_id: name it among --columns"):
        list(save_media(release, "audio", rows, tmp_path / "look"))
    assert not (tmp_path / "look").exists()


def test_hostile_facts_stay_text() -> None:
    from musicdata.gallery import markup

    odd = "<script>\u202e"
    item = Item(files=("a b%#.png",), facts={odd: {odd: odd}}, rights={odd: odd}, withheld=(odd,))
    page = markup.index(odd, {odd: item}, 1)
    assert "script" not in {tag for tag, _ in Elements(page).all}
    assert re.findall(r'<img src="([^"]+)"', page) == ["./a%20b%25%23.png"]
    assert "\u202e" not in page
