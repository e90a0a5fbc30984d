"""Workspaces and releases, opened by whatever names them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

import musicdata
from musicdata.api import releases
from musicdata.errors import InputError, IntegrityError, UnprovedWarning, UsageError
from musicdata.release.publish.upload import pack
from tests.release.publish.http_server import running
from tests.release.publish.test_fetch import Files
from tests.release.resealing import reseal
from tests.windows import Windows


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICDATA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def address(windows: Windows, tmp_path: Path) -> Iterator[str]:
    """Where the windows are served, without having been published."""
    shutil.copytree(windows.release, tmp_path / "there")
    with running(partial(Files, directory=str(tmp_path / "there"))) as url:
        yield url


def test_everything_that_reads_takes_an_address(address: str, windows: Windows, tmp_path: Path) -> None:
    pin = pack(windows.release).digest
    table = musicdata.load(windows.release).table("notes")
    assert musicdata.load(address, pin=pin).table("notes") == table
    opened = musicdata.open_data(address, pin=pin)
    assert isinstance(opened, musicdata.Release)
    assert opened.table("notes") == table
    assert musicdata.check(address, pin=pin).ok
    assert releases.verify(address, pin=pin) == []
    assert releases.card(address, pin=pin) == (windows.release / "README.md").read_text("utf-8")
    assert releases.check_card(address, pin=pin) == releases.check_card(windows.release)
    same = releases.diff(windows.release, windows.release)
    assert releases.diff(windows.release, address, pins=(None, pin)) == same
    facts = releases.export(address, "ids", tmp_path / "ids", pin=pin)
    assert facts["content_root"] == opened.record.content_root
    with pytest.warns(UnprovedWarning, match="is not proved"):
        assert releases.permitted_views(address) == releases.permitted_views(windows.release)


@pytest.mark.parametrize(
    "read",
    [
        musicdata.open_data,
        musicdata.load,
        musicdata.check,
        releases.verify,
        releases.card,
        lambda place: releases.diff(place, place),
        lambda place: releases.export(place, "ids", "out"),
    ],
)
def test_a_mistyped_folder_is_told_as_one(read: Callable[[str], object]) -> None:
    for place in ("musictm-1.0.1", "releases/musictm-1.0.1", "file:///nowhere/musictm-1.0.1"):
        with pytest.raises(InputError, match=r"no release: there is no such folder.*Give .*an address"):
            read(place)
    with pytest.raises(InputError, match=r"no record of musictm@1\.0\.1; .*loaded by that: ADDRESS/musictm@1\.0\.1"):
        read("musictm@1.0.1")


def test_a_workspace_goes_before_a_name(windows: Windows, tmp_path: Path) -> None:
    (tmp_path / "part").symlink_to(windows.work)
    assert isinstance(musicdata.open_data("part"), musicdata.Work)
    with pytest.raises(
        InputError, match=r"part is no workspace and no release: it has no RELEASE\.json, and there is no"
    ):
        musicdata.load("part")
    releases.publish(windows.release, str(tmp_path / "site"), claim="ours")
    assert musicdata.load("part").version == "1.0.0"
    assert isinstance(musicdata.open_data("part"), musicdata.Work)


def test_a_release_is_no_workspace(windows: Windows) -> None:
    with pytest.raises(InputError, match=r"is a release and no workspace\. Look at it with: musicdata info"):
        musicdata.open_work(windows.release)


def tampered(windows: Windows, folder: Path) -> Path:
    """Return a release with another row, whose files, sums and sizes fit each other, and which states the old digests."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    copy = shutil.copytree(windows.release, folder)
    path = next(path for path in (copy / "data" / "notes").glob("*.parquet") if pq.read_metadata(path).num_rows)
    rows = pq.read_table(path)
    column = rows.schema.get_field_index("syllable")
    values = rows.column("syllable").to_pylist()
    changed = pa.chunked_array([pa.array(["x", *values[1:]], rows.schema.field(column).type)])
    pq.write_table(rows.set_column(column, rows.schema.field(column), changed), path)
    reseal(copy)
    return copy


def test_a_content_root_is_computed(windows: Windows, tmp_path: Path) -> None:
    """A record can state the root of a release and name other files."""
    root = pack(windows.release).record.content_root
    assert musicdata.load(windows.release, pin=root).record.content_root == root
    copy = tampered(windows, tmp_path / "copy")
    assert musicdata.load(copy).record.content_root == root  # no hash of a file gives it away
    with pytest.raises(IntegrityError, match="is not whole, so the pin proves nothing"):
        musicdata.load(copy, pin=root)
    assert any("syllable" in str(problem) for problem in releases.verify(copy, pin=root))


def test_a_pin_of_a_folder(windows: Windows) -> None:
    assert musicdata.load(windows.release, pin=pack(windows.release).digest[:12]).version == "1.0.0"
    with pytest.raises(IntegrityError, match="is not the release that is pinned"):
        musicdata.load(windows.release, pin="0" * 64)
    with pytest.raises(IntegrityError, match="is not the release that is pinned"):
        releases.verify(windows.release, pin="0" * 64)
    with pytest.raises(UsageError, match="is no pin"):
        musicdata.load(windows.release, pin="1.0.0")
    with pytest.raises(UsageError, match="a pin proves nothing"):
        musicdata.load(windows.release, pin="0" * 64, verify=False)
    with pytest.raises(UsageError, match="only a release is held to a pin"):
        musicdata.open_data(windows.work, pin="0" * 64)
