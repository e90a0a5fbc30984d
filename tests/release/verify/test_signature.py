"""Signatures: of a key that fits, of one that does not, and what the program minisign thinks of ours."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from musicdata.api import releases as library
from musicdata.api.loading import load
from musicdata.errors import InputError, IntegrityError, RefusedError, SetupError, UsageError
from musicdata.release.record import layout
from musicdata.release.verify.files import verify
from tests.release import made
from tests.release.publish.made_up import send, tree

minisign: Any = pytest.importorskip("minisign", reason="py-minisign is not installed: pip install 'musicdata[sign]'")
PROGRAM = shutil.which("minisign")
PASSWORD = "correct horse battery staple"


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small release; read it, never change it."""
    return made.small().write(tmp_path_factory.mktemp("intact") / "release").root


@pytest.fixture
def root(intact: Path, tmp_path: Path) -> Path:
    """A copy of it, to sign."""
    return shutil.copytree(intact, tmp_path / "release")


def write_keys(folder: Path, password: str = "") -> tuple[Path, Path]:
    """Make a pair of keys; return the files of the secret and the public one."""
    pair = minisign.KeyPair.generate()
    public = bytes(pair.public_key)
    if password:
        pair.secret_key.encrypt(password)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "key").write_bytes(bytes(pair.secret_key) + b"\n")
    (folder / "key.pub").write_bytes(public + b"\n")
    return folder / "key", folder / "key.pub"


def messages(root: Path, key: Path | str, **more: Any) -> list[str]:
    return [str(problem) for problem in library.verify(root, public_key=key, **more)]


def test_a_signed_release_is_whole_and_says_what_was_signed(root: Path, tmp_path: Path) -> None:
    key, public = write_keys(tmp_path / "keys")
    done = library.sign(root, key)
    record = layout.read_record(root)
    assert done["trusted_comment"] == f"musicdata release made@1.0.0 view:full content_root:{record.content_root}"
    assert Path(done["signature"]).read_text().splitlines()[2] == f"trusted comment: {done['trusted_comment']}"
    assert verify(root) == []
    assert messages(root, public) == []
    assert messages(root, public.read_text().splitlines()[1]) == []
    assert library.sign(root, key) == done, "the same key gives the same bytes"
    assert load(root).n_samples == record.n_samples


def test_a_release_that_is_not_signed_says_so_when_a_key_is_asked_for(root: Path, tmp_path: Path) -> None:
    _, public = write_keys(tmp_path / "keys")
    assert messages(root, public) == [
        "RELEASE.json.minisig: is missing: the release is not signed, and a key was asked for"
    ]
    with pytest.raises(UsageError, match="give it with --public-key"):
        library.verify(root, signature=tmp_path / "any")


def test_a_key_with_a_password_signs_and_a_wrong_password_is_not_told(root: Path, tmp_path: Path) -> None:
    key, public = write_keys(tmp_path / "keys", PASSWORD)
    with pytest.raises(UsageError, match="wrong password for that key") as told:
        library.sign(root, key, password=lambda: "Tr0ub4dor&3")
    assert "Tr0ub4dor" not in str(told.value)
    assert not (root / layout.SIGNATURE).exists()
    library.sign(root, key, password=lambda: PASSWORD)
    assert messages(root, public) == []


def test_nobody_is_asked_for_the_password_of_a_key_without_one(root: Path, tmp_path: Path) -> None:
    def ask() -> str:
        pytest.fail("a key without a password needs none")

    library.sign(root, write_keys(tmp_path / "keys")[0], password=ask)


def test_another_key_does_not_fit(root: Path, tmp_path: Path) -> None:
    library.sign(root, write_keys(tmp_path / "mine")[0])
    other, public = write_keys(tmp_path / "others")
    (told,) = messages(root, public)
    assert told.startswith("RELEASE.json.minisig: does not fit: incompatible key identifiers")
    with pytest.raises(RefusedError, match="has another signature"):
        library.sign(root, other)


def forged(data: bytes, public: bytes) -> bytes:
    """Return a signature that says it is of the key in a public key's file."""
    import base64

    lines = data.splitlines()
    theirs = base64.b64decode(public.splitlines()[1])
    body = base64.b64decode(lines[1])
    lines[1] = base64.b64encode(body[:2] + theirs[2:10] + body[10:])
    return b"\n".join(lines) + b"\n"


def test_a_signature_under_a_borrowed_name_does_not_fit(root: Path, tmp_path: Path) -> None:
    library.sign(root, write_keys(tmp_path / "mine")[0])
    _, public = write_keys(tmp_path / "others")
    path = root / layout.SIGNATURE
    path.write_bytes(forged(path.read_bytes(), public.read_bytes()))
    (told,) = messages(root, public)
    assert "does not fit: signature verification failed" in told


def test_a_release_that_was_rewritten_as_a_whole_does_not_fit(root: Path, tmp_path: Path) -> None:
    key, public = write_keys(tmp_path / "keys")
    library.sign(root, key)
    signature = (root / layout.SIGNATURE).read_bytes()
    (root / layout.SIGNATURE).unlink()
    made.rewrite(
        next((root / "data/songs").iterdir()), lambda rows: made.set_values(rows, "title", ["other"] * len(rows))
    )
    (root / layout.CARD).write_text("# Something else\n")
    made.resign(root, lambda record: record.model_copy(update={"title": "Other"}))
    (root / layout.SIGNATURE).write_bytes(signature)
    assert messages(root, public), "its digests are others"


def test_a_changed_card_with_hashes_and_all_does_not_fit(root: Path, tmp_path: Path) -> None:
    key, public = write_keys(tmp_path / "keys")
    library.sign(root, key)
    signature = (root / layout.SIGNATURE).read_bytes()
    (root / layout.SIGNATURE).unlink()
    (root / layout.CARD).write_text("# Something else\n")
    made.resign(root)
    (root / layout.SIGNATURE).write_bytes(signature)
    assert verify(root) == [], "nobody can see it without a key"
    assert "does not fit: signature verification failed" in messages(root, public)[0]


ODD = {
    "empty": b"",
    "text": b"signed by me\n",
    "three lines": b"untrusted comment: a\nAAAA\ntrusted comment: b\n",
    "no base64": b"untrusted comment: a\n***\ntrusted comment: b\n***\n",
    "other lengths": b"untrusted comment: a\nQUFBQQ==\ntrusted comment: b\nQUFBQQ==\n",
    "no text": bytes(range(256)),
    "too long": b"a" * 30_000,
}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_signature_is_named_with_a_key_and_without(kind: str, root: Path, tmp_path: Path) -> None:
    (root / layout.SIGNATURE).write_bytes(ODD[kind])
    _, public = write_keys(tmp_path / "keys")
    for problems in (verify(root), library.verify(root, public_key=public)):
        assert [problem.file for problem in problems] == [layout.SIGNATURE]
    with pytest.raises(IntegrityError, match=r"RELEASE\.json\.minisig"):
        send(root, str(tmp_path / "there"), tmp_path / "records", verify=None)


def test_a_signature_of_another_release_is_an_error_without_a_key(root: Path, tmp_path: Path) -> None:
    other = made.small().write(tmp_path / "other", "1.0.1").root
    library.sign(other, write_keys(tmp_path / "keys")[0])
    shutil.copyfile(other / layout.SIGNATURE, root / layout.SIGNATURE)
    (told,) = [str(problem) for problem in verify(root)]
    assert "is of another release: it says 'musicdata release made@1.0.1 view:full" in told


def test_a_pipe_in_the_place_of_the_signature_is_not_waited_for(root: Path, tmp_path: Path) -> None:
    os.mkfifo(root / layout.SIGNATURE)
    assert [str(problem) for problem in verify(root)] == [
        "RELEASE.json.minisig: is a pipe; only regular files belong here"
    ]
    with pytest.raises(IntegrityError, match="is a pipe"):
        library.sign(root, write_keys(tmp_path / "keys")[0])


def test_what_is_not_whole_is_not_signed(root: Path, tmp_path: Path) -> None:
    (root / layout.CARD).write_text("# Something else\n")
    with pytest.raises(IntegrityError, match="is not whole"):
        library.sign(root, write_keys(tmp_path / "keys")[0])
    assert not (root / layout.SIGNATURE).exists()


def test_keys_that_are_none_are_told_from_each_other(root: Path, tmp_path: Path) -> None:
    key, public = write_keys(tmp_path / "keys")
    with pytest.raises(InputError, match="is no minisign secret key"):
        library.sign(root, public)
    with pytest.raises(InputError, match="cannot be read as a secret key: No such file"):
        library.sign(root, tmp_path / "none")
    library.sign(root, key)
    with pytest.raises(InputError, match=r"is no minisign public key .*give a \.pub file") as told:
        library.verify(root, public_key=key)
    assert key.read_text().splitlines()[1] not in str(told.value)
    with pytest.raises(InputError, match="cannot be read as a public key"):
        library.verify(root, public_key=root)


def test_a_signature_beside_the_release_is_taken(root: Path, tmp_path: Path) -> None:
    key, public = write_keys(tmp_path / "keys")
    library.sign(root, key)
    (root / layout.SIGNATURE).rename(tmp_path / "beside.minisig")
    assert messages(root, public, signature=tmp_path / "beside.minisig") == []
    assert messages(root, public) != []


def test_publishing_carries_the_signature_and_loading_brings_it(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSICDATA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    key, public = write_keys(tmp_path / "keys")
    library.sign(root, key)
    done = send(root, str(tmp_path / "there"), tmp_path / "home" / "records", verify=None)
    assert (done["signature"], done["files"]) == ("sent", len(tree(root)))
    assert tree(tmp_path / "there" / "made" / "1.0.0") == tree(root)
    fetched = load("made@1.0.0").root
    assert tree(fetched) == tree(root)
    assert messages(fetched, public) == []


def test_a_version_published_without_a_signature_stays_without(root: Path, tmp_path: Path) -> None:
    send(root, str(tmp_path / "there"), tmp_path / "records", verify=None)
    library.sign(root, write_keys(tmp_path / "keys")[0])
    done = send(root, str(tmp_path / "there"), tmp_path / "records", verify=None)
    assert (done["status"], done["signature"]) == (
        "already published",
        "not sent: the version was published without it before",
    )
    assert not (tmp_path / "there/made/1.0.0" / layout.SIGNATURE).exists()


def test_without_the_library_the_error_says_what_brings_it(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, public = write_keys(tmp_path / "keys")
    library.sign(root, key)
    monkeypatch.setitem(importlib.import_module("sys").modules, "minisign", None)
    with pytest.raises(SetupError, match=r"pip install 'musicdata\[sign\]'"):
        library.verify(root, public_key=public)
    assert verify(root) == [], "and what needs no key needs no library"


@pytest.mark.skipif(PROGRAM is None, reason="the program minisign is not installed")
def test_the_program_accepts_our_signatures_and_we_its_own(root: Path, tmp_path: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        asked = f"{PASSWORD}\n{PASSWORD}\n"
        return subprocess.run(
            [str(PROGRAM), *words], input=asked, capture_output=True, text=True, check=False, cwd=tmp_path
        )

    assert run("-G", "-p", "k.pub", "-s", "k.key").returncode == 0
    done = library.sign(root, tmp_path / "k.key", password=lambda: PASSWORD)
    told = run("-V", "-p", "k.pub", "-m", str(root / layout.RECORD))
    assert told.returncode == 0, told.stderr
    assert done["trusted_comment"] in told.stdout
    (root / layout.SIGNATURE).unlink()
    for words in (("-S",), ("-S", "-l")):  # prehashed, and as before 2019
        (root / layout.SIGNATURE).unlink(missing_ok=True)
        assert run(*words, "-s", "k.key", "-m", str(root / layout.RECORD)).returncode == 0
        assert messages(root, tmp_path / "k.pub") == []
