"""Publishing to a folder of this machine."""

from __future__ import annotations

import errno
import fcntl
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from musicdata.errors import InputError, IntegrityError, RefusedError, StorageError, UsageError, WorkspaceHeldError
from musicdata.release.publish.folder import Folder
from musicdata.release.publish.publishing import publish, target_of
from musicdata.release.publish.upload import pack
from musicdata.release.reading.release import open_release
from musicdata.release.record import layout
from tests.release.publish.made_up import problems, send, tree, write_release


def place(base: Path) -> Path:
    return base / "musictm" / "1.0.0"


def test_a_published_release_is_the_release(release: Path, tmp_path: Path, records: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    done = send(release, str(tmp_path / "there"), records, progress=lambda *told: seen.append(told))
    assert tree(place(tmp_path / "there")) == tree(release)
    assert [path.name for path in (tmp_path / "there/musictm").iterdir()] == ["1.0.0"]
    n_bytes = sum(len(data) for data in tree(release).values())
    assert done == {
        "name": "musictm",
        "version": "1.0.0",
        "view": "full",
        "files": len(tree(release)),
        "bytes": n_bytes,
        "url": place(tmp_path / "there").as_uri(),
        "status": "published",
        "record": str(records / "musictm/1.0.0.json"),
        "beside": f"{place(tmp_path / 'there').as_uri()}/PUBLICATION.json",
    }
    assert [path for path, _, _ in seen] == sorted(tree(release).keys() - {layout.RECORD})
    assert seen[-1][1:] == (n_bytes - (release / layout.RECORD).stat().st_size, n_bytes)


def test_the_record_says_what_is_where(release: Path, tmp_path: Path, records: Path) -> None:
    send(release, f"file://{tmp_path}/a%20b", records)
    told = json.loads((records / "musictm/1.0.0.json").read_text())
    upload = pack(release)
    assert told == {
        "name": "musictm",
        "version": "1.0.0",
        "view": "full",
        "content_root": upload.record.content_root,
        "release_json_sha256": upload.digest,
        "files": len(tree(release)),
        "bytes": sum(len(data) for data in tree(release).values()),
        "rows": {"train": 7, "valid": 2, "test": 1},
        "url": place(tmp_path / "a b").as_uri(),
        "claim": "",
        "published": datetime.now(UTC).date().isoformat(),
    }


def test_a_claim_to_the_rights_is_published_too(release: Path, tmp_path: Path, records: Path) -> None:
    send(release, str(tmp_path / "there"), records, claim="We wrote these songs.")
    assert json.loads((records / "musictm/1.0.0.json").read_text())["claim"] == "We wrote these songs."


def test_the_same_again_is_success_and_changes_nothing(release: Path, tmp_path: Path, records: Path) -> None:
    there = tmp_path / "there"
    send(release, str(there), records)
    before = {path: path.stat().st_mtime_ns for path in sorted(tmp_path.rglob("*"))}
    assert send(release, str(there), records)["status"] == "already published"
    assert {path: path.stat().st_mtime_ns for path in sorted(tmp_path.rglob("*"))} == before


def test_another_release_of_that_version_is_refused(release: Path, tmp_path: Path, records: Path) -> None:
    there = tmp_path / "there"
    send(release, str(there), records)
    before = tree(tmp_path)
    write_release(tmp_path / "other", seed=1)
    with pytest.raises(RefusedError, match="never overwritten"):
        send(tmp_path / "other", str(there), tmp_path / "other records")
    with pytest.raises(RefusedError, match=r"1\.0\.0\.json says"):
        send(tmp_path / "other", str(tmp_path / "elsewhere"), records)
    assert not (tmp_path / "elsewhere").exists()
    assert {path: data for path, data in tree(tmp_path).items() if not path.startswith("other")} == before


def test_versions_stand_side_by_side(release: Path, tmp_path: Path, records: Path) -> None:
    write_release(tmp_path / "next", version="1.1.0", seed=1)
    send(release, str(tmp_path / "there"), records)
    send(tmp_path / "next", str(tmp_path / "there"), records)
    assert tree(place(tmp_path / "there")) == tree(release)
    assert tree(tmp_path / "there/musictm/1.1.0") == tree(tmp_path / "next")


def test_nothing_is_sent_of_a_release_that_is_not_whole(release: Path, tmp_path: Path, records: Path) -> None:
    (release / "README.md").write_text("changed")
    with pytest.raises(IntegrityError, match=r"nothing was sent: README\.md"):
        send(release, str(tmp_path / "there"), records)
    assert not (tmp_path / "there").exists()


def test_nothing_is_sent_of_a_view_that_is_not_permitted(release: Path, tmp_path: Path, records: Path) -> None:
    def forbid(root: Path) -> None:
        raise RefusedError(f"{root.name}: song 7 is not free")

    with pytest.raises(RefusedError, match="song 7"):
        publish(release, str(tmp_path / "there"), verify=problems, permit=forbid, records=records)
    assert not (tmp_path / "there").exists()
    assert not records.exists()


def test_a_file_that_changes_while_it_is_sent_is_found(release: Path, tmp_path: Path, records: Path) -> None:
    def change(path: str, *_: int) -> None:
        (release / "recipe.toml").write_text("changed")

    with pytest.raises(IntegrityError, match=r"recipe\.toml .* is not what RELEASE\.json says"):
        send(release, str(tmp_path / "there"), records, progress=change)
    assert not (place(tmp_path / "there") / layout.RECORD).exists()


def test_what_is_broken_there_is_found_before_it_counts(release: Path, tmp_path: Path, records: Path) -> None:
    there = place(tmp_path / "there")

    def spoil(path: str, n_bytes: int, of_bytes: int) -> None:
        if path == "recipe.toml":
            (there / "README.md").write_text("spoilt")

    with pytest.raises(IntegrityError, match=r"not published: README\.md"):
        send(release, str(tmp_path / "there"), records, progress=spoil)
    assert not (there / layout.RECORD).exists()
    assert send(release, str(tmp_path / "there"), records)["status"] == "published"
    assert tree(there) == tree(release)


def stop(*_: object) -> None:
    raise KeyboardInterrupt


def test_an_interrupted_upload_goes_on_and_brings_nothing_twice(release: Path, tmp_path: Path, records: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        send(release, str(tmp_path / "there"), records, progress=stop)
    first = place(tmp_path / "there") / "CITATION.cff"
    before = first.stat()
    assert not (place(tmp_path / "there") / layout.RECORD).exists()
    assert send(release, str(tmp_path / "there"), records)["status"] == "published"
    assert (first.stat().st_ino, first.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert tree(tmp_path / "there/musictm") == {f"1.0.0/{path}": data for path, data in tree(release).items()}


def test_an_unfinished_upload_is_bound_to_its_release(release: Path, tmp_path: Path, records: Path) -> None:
    write_release(tmp_path / "other", seed=1)
    with pytest.raises(KeyboardInterrupt):
        send(release, str(tmp_path / "there"), records, progress=stop)
    before = tree(tmp_path / "there")
    with pytest.raises(RefusedError, match="unfinished upload of another musictm@1"):
        send(tmp_path / "other", str(tmp_path / "there"), records)
    assert tree(tmp_path / "there") == before
    assert send(release, str(tmp_path / "there"), records)["status"] == "published"


def test_somebody_elses_files_are_left_alone(release: Path, tmp_path: Path, records: Path) -> None:
    mine = place(tmp_path / "there") / "letters" / "mine.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    with pytest.raises(RefusedError, match=r"letters/mine\.txt"):
        send(release, str(tmp_path / "there"), records)
    assert tree(tmp_path / "there") == {"musictm/1.0.0/letters/mine.txt": b"mine"}


def test_somebody_elses_file_in_an_unfinished_upload_is_not_published(
    release: Path, tmp_path: Path, records: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        send(release, str(tmp_path / "there"), records, progress=stop)
    (place(tmp_path / "there") / "mine.txt").write_text("mine")
    with pytest.raises(RefusedError, match=r"mine\.txt"):
        send(release, str(tmp_path / "there"), records)


def test_an_intent_that_was_never_finished_binds_nothing(release: Path, tmp_path: Path, records: Path) -> None:
    state = tmp_path / "there/musictm/.1.0.0.publishing"
    state.mkdir(parents=True)
    (state / "intent").write_text("0123")
    assert send(release, str(tmp_path / "there"), records)["status"] == "published"
    assert not state.exists()


def test_leftovers_of_a_published_version_are_removed(release: Path, tmp_path: Path, records: Path) -> None:
    send(release, str(tmp_path / "there"), records)
    state = tmp_path / "there/musictm/.1.0.0.publishing"
    state.mkdir()
    (state / "part").write_text("half")
    assert send(release, str(tmp_path / "there"), records)["status"] == "already published"
    assert not state.exists()


def test_of_two_at_once_the_second_is_told(release: Path, tmp_path: Path, records: Path) -> None:
    outcomes = []

    def publish_too(path: str, *_: int) -> None:
        if path == "README.md":
            with pytest.raises(WorkspaceHeldError, match="another process is publishing musictm@1") as caught:
                send(release, str(tmp_path / "there"), records)
            outcomes.append(caught.value.exit_code)

    assert send(release, str(tmp_path / "there"), records, progress=publish_too)["status"] == "published"
    assert outcomes == [5]


def test_of_two_that_end_at_once_one_wins(release: Path, tmp_path: Path, records: Path) -> None:
    """Whoever finds a record when it comes to link its own has lost, and says so."""
    write_release(tmp_path / "other", seed=1)

    def overtaken(path: str, *_: int) -> None:
        if path == "recipe.toml":
            (place(tmp_path / "there") / layout.RECORD).write_bytes((tmp_path / "other" / layout.RECORD).read_bytes())

    with pytest.raises(RefusedError, match="published with other content"):
        send(release, str(tmp_path / "there"), records, progress=overtaken)
    assert (place(tmp_path / "there") / layout.RECORD).read_bytes() == (tmp_path / "other" / layout.RECORD).read_bytes()
    assert not records.exists()


def test_a_version_that_is_published_just_before_is_not_touched(
    release: Path, tmp_path: Path, records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look whether there is one and the hold on the place, another may have begun and ended."""
    write_release(tmp_path / "other", seed=1)
    begin = Folder.begin

    def overtaken(self: Folder) -> None:
        monkeypatch.setattr(Folder, "begin", begin)
        send(tmp_path / "other", str(tmp_path / "there"), tmp_path / "other records")
        begin(self)

    monkeypatch.setattr(Folder, "begin", overtaken)
    with pytest.raises(RefusedError, match="published with other content"):
        send(release, str(tmp_path / "there"), records)
    assert tree(tmp_path / "there/musictm") == {
        f"1.0.0/{path}": data for path, data in tree(tmp_path / "other").items()
    }


def test_another_process_that_cleans_up_is_left_to_it(release: Path, tmp_path: Path, records: Path) -> None:
    send(release, str(tmp_path / "there"), records)
    state = tmp_path / "there/musictm/.1.0.0.publishing"
    state.mkdir()
    with (state / "intent").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert send(release, str(tmp_path / "there"), records)["status"] == "already published"
    assert state.exists()


def test_without_hard_links_it_works_too(
    release: Path, tmp_path: Path, records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def link(source: Path, target: Path) -> None:
        raise OSError(errno.ENOTSUP, "no links here")

    upload = pack(release)
    monkeypatch.setattr(os, "link", link)
    with target_of(str(tmp_path / "there"), upload) as target:
        target.begin()
        target.upload(lambda *_: None)
        assert target.commit() == "published"
        target.clean()
    assert tree(place(tmp_path / "there")) == tree(release)


def test_a_place_that_cannot_be_written_is_named(release: Path, tmp_path: Path, records: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(StorageError, match="file/musictm"):
        send(release, str(tmp_path / "file"), records)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/a",
        "http://host/a",
        "s3://id:secret@bucket/a",
        "s3://bucket/a?token=x",
        "file://host/a",
        "sftp://host/a",
    ],
)
def test_urls_that_name_no_place(release: Path, records: Path, url: str) -> None:
    with pytest.raises(UsageError) as caught:
        send(release, url, records)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("missing", [layout.SUMS, layout.RECORD])
def test_a_folder_that_is_no_release(release: Path, tmp_path: Path, records: Path, missing: str) -> None:
    (release / missing).unlink()
    with pytest.raises(InputError, match=missing):
        send(release, str(tmp_path / "there"), records)


PLANTED = [
    "musictm",
    "musictm/1.0.0",
    "musictm/1.0.0/data",
    "musictm/1.0.0/data/samples",
    "musictm/1.0.0/README.md",
    "musictm/1.0.0/RELEASE.json",
    "musictm/.1.0.0.publishing",
    "musictm/.1.0.0.publishing/intent",
    "musictm/.1.0.0.publishing/part",
]


@pytest.mark.parametrize("target", ["theirs", "theirs/thesis.tex", "theirs/new"])
@pytest.mark.parametrize("name", PLANTED)
def test_planted_links_are_named_and_nothing_is_written_through_them(
    name: str, target: str, release: Path, tmp_path: Path, records: Path
) -> None:
    theirs, base = tmp_path / "theirs", tmp_path / "there"
    theirs.mkdir()
    (theirs / "thesis.tex").write_text("years of work")
    (base / name).parent.mkdir(parents=True)
    (base / name).symlink_to(tmp_path / target)
    with pytest.raises(IntegrityError, match=rf"{base / name} is a link"):
        send(release, str(base), records)
    assert tree(theirs) == {"thesis.tex": b"years of work"}
    assert not (records / "musictm").exists()


@pytest.mark.parametrize("name", [name for name in PLANTED if "." in Path(name).name])
def test_planted_pipes_are_named_and_not_waited_for(name: str, release: Path, tmp_path: Path, records: Path) -> None:
    base = tmp_path / "there"
    (base / name).parent.mkdir(parents=True)
    os.mkfifo(base / name)
    with pytest.raises((IntegrityError, StorageError), match=r"is a pipe|Not a directory"):
        send(release, str(base), records)


def test_an_intent_or_a_part_that_is_somebodys_file_too_is_not_written_into(
    release: Path, tmp_path: Path, records: Path
) -> None:
    state = tmp_path / "there" / "musictm" / ".1.0.0.publishing"
    state.mkdir(parents=True)
    for name in ("intent", "part"):
        (tmp_path / name).write_text("years of work")
        os.link(tmp_path / name, state / name)
    send(release, str(tmp_path / "there"), records)
    assert tree(place(tmp_path / "there")) == tree(release)
    assert (tmp_path / "intent").read_text() == (tmp_path / "part").read_text() == "years of work"


def test_the_folder_that_is_published_into_may_be_a_link(release: Path, tmp_path: Path, records: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "there").symlink_to(tmp_path / "disk")
    send(release, str(tmp_path / "there"), records)
    assert tree(place(tmp_path / "disk")) == tree(release)


@pytest.mark.parametrize("kind", ["pipe", "/dev/zero", "theirs"])
def test_what_is_sent_is_a_file(kind: str, release: Path, tmp_path: Path, records: Path) -> None:
    (tmp_path / "theirs").write_bytes((release / "README.md").read_bytes())
    (release / "README.md").unlink()
    if kind == "pipe":
        os.mkfifo(release / "README.md")
    else:
        (release / "README.md").symlink_to(tmp_path / kind)
    with pytest.raises(IntegrityError, match="is a"):
        Folder(tmp_path / "there", pack(release)).upload(lambda *_: None)


def test_the_record_lies_beside_the_release(release: Path, tmp_path: Path, records: Path) -> None:
    beside = place(tmp_path / "there") / layout.PUBLICATION
    send(release, str(tmp_path / "there"), records)
    assert beside.read_bytes() == (records / "musictm/1.0.0.json").read_bytes()
    open_release(place(tmp_path / "there"))  # it is no file too many


def test_a_release_that_was_published_without_a_record_gets_one(release: Path, tmp_path: Path, records: Path) -> None:
    send(release, str(tmp_path / "there"), records)
    beside = place(tmp_path / "there") / layout.PUBLICATION
    beside.unlink()
    assert send(release, str(tmp_path / "there"), records)["beside"] == beside.as_uri()
    assert beside.exists()
    assert [path.name for path in (tmp_path / "there/musictm").iterdir()] == ["1.0.0"]


def test_the_day_is_that_of_the_first_publication(release: Path, tmp_path: Path, records: Path) -> None:
    send(release, str(tmp_path / "there"), records)
    beside = place(tmp_path / "there") / layout.PUBLICATION
    beside.write_text(beside.read_text("utf-8").replace(datetime.now(UTC).date().isoformat(), "2024-02-29"), "utf-8")
    send(release, str(tmp_path / "there"), tmp_path / "records of another")
    assert json.loads((tmp_path / "records of another/musictm/1.0.0.json").read_text())["published"] == "2024-02-29"


def test_a_record_of_another_release_is_told(release: Path, tmp_path: Path, records: Path) -> None:
    send(release, str(tmp_path / "there"), records)
    beside = place(tmp_path / "there") / layout.PUBLICATION
    beside.write_text(beside.read_text("utf-8").replace(pack(release).digest, "0" * 64), "utf-8")
    with pytest.raises(IntegrityError, match=r"PUBLICATION\.json is the record of another release"):
        send(release, str(tmp_path / "there"), records)


def test_a_place_that_nothing_can_be_added_to_is_told(
    release: Path, tmp_path: Path, records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The release is there all the same, whoever keeps the place."""
    send(release, str(tmp_path / "there"), records)
    (place(tmp_path / "there") / layout.PUBLICATION).unlink()

    def read_only(*_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "link", read_only)
    done = send(release, str(tmp_path / "there"), records)
    assert done["status"] == "already published"
    assert done["beside"].startswith("none: cannot write")
