"""What a workspace or a release is, on one screen."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import musicdata
from musicdata.api import releases
from musicdata.api.info import info
from musicdata.cli.info import lines
from musicdata.errors import InputError, IntegrityError, UsageError
from musicdata.release.publish.upload import pack
from musicdata.release.record import layout
from tests.loopback import message, says, serving
from tests.release.publish.made_up import write_release
from tests.release.publish.test_fetch import store_of
from tests.release.resealing import reseal
from tests.windows import Windows


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSICDATA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)  # records are written into a checkout, too
    return tmp_path / "home"


def test_a_release(windows: Windows) -> None:
    record, facts = layout.read_record(windows.release), info(windows.release)
    assert (facts["kind"], facts["name"], facts["version"], facts["view"]) == ("release", "part", "1.0.0", "full")
    assert facts["rows"] == record.n_samples
    assert sum(facts["rows"].values()) == len(musicdata.load(windows.release))
    assert facts["tables"] == sorted(record.tables)
    assert facts["content_root"] == record.content_root
    assert facts["release_json_sha256"] == pack(windows.release).digest
    found = [path for path in windows.release.rglob("*") if path.is_file()]
    assert facts["files"] == len(found)
    assert facts["bytes"] == sum(path.stat().st_size for path in found)
    assert facts["licence"] == "CC-BY-4.0"
    assert facts["gate"] is None  # its recipe has no [validate]
    assert facts["cite"].startswith("The part contributors")
    assert facts["from"] == facts["proved"] == ""


def test_the_gate_is_told(released: Path) -> None:
    facts = info(released)
    assert facts["gate"]["holds"] is False
    gate = layout.read_record(released).gate
    assert gate is not None
    assert facts["gate"]["reason"] == gate.reason
    assert any(line.startswith("gate          does not hold: ") for line in lines(facts))


def test_by_what_it_is_known(windows: Windows, tmp_path: Path) -> None:
    upload = pack(windows.release)
    assert info(windows.release, pin=upload.digest)["proved"] == "its RELEASE.json is the one that is pinned"
    assert "release verify --pin computes it" in info(windows.release, pin=upload.record.content_root)["proved"]
    with pytest.raises(IntegrityError, match="is not the release that is pinned"):
        info(windows.release, pin="0" * 12)
    releases.publish(windows.release, str(tmp_path / "there"), claim="ours")
    known = info(windows.release)
    assert known["proved"] == "its RELEASE.json is the one on record"
    assert known["from"] == (tmp_path / "there/part/1.0.0").as_uri()
    by_name = info("part@1.0.0")
    assert by_name["content_root"] == known["content_root"]
    assert not (tmp_path / "home/releases").exists()  # nothing was fetched for it
    copy = musicdata.load("part").root
    assert info("part")["place"] == str(copy)
    write_release(copy)
    with pytest.raises(IntegrityError, match=r"is not part@1\.0\.0 as it was published"):
        info("part@1.0.0")


def test_of_an_address_three_small_files_are_read(windows: Windows, home: Path) -> None:
    missing = {f"/r/{name}": says(message(404)) for name in (layout.PUBLICATION, layout.SIGNATURE)}
    with serving(store_of(windows.release, {}) | missing) as server:
        url = f"{server.url}/r"
        facts = info(url)
        asked = {asked.target.removeprefix("/r/") for asked in server.asked}
    assert asked == {layout.RECORD, layout.RECIPE, layout.PUBLICATION, layout.SIGNATURE}
    assert not home.exists()
    assert facts == info(windows.release) | {"place": url, "from": url}


def test_a_workspace(windows: Windows) -> None:
    facts = info(windows.work)
    assert (facts["kind"], facts["name"], facts["gate"]) == ("workspace", "part", None)
    work = musicdata.open_work(windows.work)
    assert facts["tables"] == {name: work.table(name).num_rows for name in work.reader.tables}
    assert facts["last_run"].startswith("finished")
    assert facts["rejects"] == len(list(work.rows("rejects")))


def test_a_recipe_of_another_version_hides_nothing_else(windows: Windows, tmp_path: Path) -> None:
    copy = shutil.copytree(windows.release, tmp_path / "copy")
    (copy / layout.RECIPE).write_text('[dataset]\nname = "part"\nfuture = 1\n', "utf-8")
    reseal(copy)
    facts = info(copy)
    assert (facts["licence"], facts["views"], facts["title"]) == ("", [], "part")


@pytest.mark.parametrize("what", ["release", "work"])
def test_it_fits_on_one_screen(what: str, windows: Windows, released: Path, validated: Path) -> None:
    for root in (getattr(windows, what), released if what == "release" else validated):
        facts = info(root)
        shown = list(lines(facts | {"title": "A long title, " * 30, "cite": "Somebody, " * 60}))
        assert len(shown) < 24
        assert all(len(line) <= 80 for line in shown if str(root) not in line)  # a path is not broken


def test_many_tables_do_not_fill_the_screen(windows: Windows) -> None:
    facts = info(windows.release) | {"tables": [f"table_{number}" for number in range(200)]}
    shown = list(lines(facts))
    assert len(shown) < 24
    assert sum("table_" in line for line in shown) == 3
    assert next(line for line in shown if line.endswith("…"))


def test_what_is_neither_is_told(tmp_path: Path, windows: Windows) -> None:
    for place in ("nowhere-1.0.0", "no/where", tmp_path / "none"):
        with pytest.raises(InputError, match="is no workspace and no release: there is no such folder"):
            info(place)
    (tmp_path / "empty").mkdir()
    with pytest.raises(
        InputError, match=r"it has no recipe\.toml, and no RELEASE\.json\. Give a workspace, the folder of"
    ):
        info("empty")
    with pytest.raises(
        InputError, match=r"there is no record of part@1\.0\.0; .* loaded by that: ADDRESS/part@1\.0\.0"
    ):
        info("part@1.0.0")
    with pytest.raises(UsageError, match="only a release is held to a pin"):
        info(windows.work, pin="0" * 12)
