"""What `import musicdata` gives: the names, where they lead, and how what comes back is shown."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import musicdata
from musicdata.release.record.layout import read_record
from tests.windows import Windows

SHORT = 1000  # characters that a notebook can show without anybody scrolling


def test_the_package_shows_just_its_names() -> None:
    assert dir(musicdata) == sorted(musicdata.__all__)
    assert all(getattr(musicdata, name) is not None for name in musicdata.__all__)


def test_a_name_that_is_not_there_is_asked_about() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'valdate' \(did you mean 'validate'\?\); it has "):
        musicdata.valdate  # noqa: B018
    assert not hasattr(musicdata, "__wrapped__")


def test_the_package_of_releases_leads_to_the_functions() -> None:
    program = (
        "import musicdata, musicdata.release\n"
        "for verb in ('verify', 'build', 'diff', 'load_it'):\n"
        "    try: getattr(musicdata.release, verb)\n"
        "    except AttributeError as error: print(error)\n"
        "import musicdata.release.verify\n"
        "try: musicdata.release.verify('musictm-1.0.0')\n"
        "except TypeError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    first, *others, last, called = done.stdout.splitlines()
    assert first.endswith("no attribute 'verify'; the function is musicdata.releases.verify")
    assert len(others) == 2
    assert last.endswith("no attribute 'load_it'")
    assert called == "musicdata.release.verify is a package; the function is musicdata.releases.verify"


def test_functions_take_what_they_gave(windows: Windows) -> None:
    work = musicdata.open_work(windows.work)
    release = musicdata.load(windows.release)
    assert os.fspath(work) == str(windows.work)
    assert musicdata.status(work)["dataset"] == "part"
    assert musicdata.open_data(work) == work
    assert musicdata.check(release).ok
    assert musicdata.verify(release) == []
    assert musicdata.diff(release, release).samples == dict.fromkeys(("added", "removed", "taken_down", "moved"), 0)
    assert musicdata.releases.card(release).startswith("---")


def test_what_is_shown_is_short(windows: Windows) -> None:
    release, work = musicdata.load(windows.release), musicdata.open_work(windows.work)
    shown = [
        release,
        work,
        work.recipe,
        release.record,
        release.contract("samples"),
        musicdata.plan(work=windows.work),
        musicdata.check(work),
        musicdata.diff(release, release),
        musicdata.diff(release, release).tables["samples"],
        musicdata.recipes()[0],
        musicdata.doctor()[0],
    ]
    for one in shown:
        assert len(repr(one)) < SHORT, type(one)
        assert len(str(one)) < SHORT, type(one)
    for one in (release, work, work.recipe, release.contract("samples"), shown[5], shown[6]):
        assert "<table>" in one._repr_html_()  # type: ignore[attr-defined]  # that is what is asked


def test_what_is_shown_is_short_of_a_large_release_too(windows: Windows) -> None:
    record = read_record(windows.release)
    files = [record.files[0].model_copy(update={"path": f"data/x/train-{n:05d}.parquet"}) for n in range(20_000)]
    assert len(repr(record.model_copy(update={"files": files}))) < SHORT


def test_tables_have_numbers_of_rows_in_workspace_release_and_split(windows: Windows) -> None:
    work, release = musicdata.open_work(windows.work), musicdata.load(windows.release)
    for name in ("samples", "notes"):
        assert work.n_rows(name) == len(work.table(name)) == release.n_rows(name)
    train = musicdata.load(windows.release, split="train")
    assert train.n_rows("samples") == len(train) == len(train.table("samples")) < len(release)


def test_an_unknown_table_or_column_is_a_mistake_of_whoever_asks(windows: Windows) -> None:
    for data in (musicdata.open_work(windows.work), musicdata.load(windows.release)):
        for ask in (
            lambda data=data: data.table("nots"),
            lambda data=data: data.n_rows("nots"),
            lambda data=data: data.table("notes", ["ptich"]),
            lambda data=data: list(data.rows("notes", columns=["ptich"])),
            lambda data=data: data.contract("notes").column("ptich"),
        ):
            with pytest.raises(musicdata.MusicdataError, match=r"\(did you mean '(notes|pitch)'\?\)") as told:
                ask()
            assert told.value.exit_code == 2
    with pytest.raises(musicdata.MusicdataError, match=r"no split 'tset' \(did you mean 'test'\?\)"):
        musicdata.load(windows.release, split="tset")
