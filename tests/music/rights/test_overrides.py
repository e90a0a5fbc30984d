from __future__ import annotations

from pathlib import Path

import pytest

from musicdata.errors import InputError
from musicdata.music.rights import overrides

HEAD = "song,part,rights,licence,evidence\n"


def write(folder: Path, *rows: str) -> str:
    path = folder / "rights.csv"
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows), "utf-8")
    return str(path)


def test_the_last_row_that_fits_rules(tmp_path: Path) -> None:
    rows = overrides.load(
        write(
            tmp_path,
            "*,*,cc,CC0-1.0,letter of the editor",
            "files: pop/*,lyrics,unknown,,publisher asked",
            'bach_?,notes,public_domain,,"died 1750"',
        )
    )

    def found(song_id: str, source_id: str, part: str) -> str | None:
        terms = overrides.ruling(rows, song_id, source_id, part)
        return terms.rights if terms else None

    assert found("bach_1", "files: a.csv", "notes") == "public_domain"
    assert found("bach_1", "files: a.csv", "lyrics") == "cc"
    assert found("bach_10", "files: a.csv", "notes") == "cc"
    assert found("hit", "files: pop/hit.csv", "lyrics") == "unknown"
    assert found("hit", "files: pop/hit.csv", "notes") == "cc"
    assert overrides.ruling(rows[1:], "x", "y", "notes") is None


def test_evidence_names_the_row(tmp_path: Path) -> None:
    row = overrides.load(write(tmp_path, 'a*,*,cc,CC-BY-NC-4.0,"letter, 2024"'))[0].terms
    assert row.evidence == "a*, *, cc, CC-BY-NC-4.0: letter, 2024"
    assert row.source == "override"
    assert row.may_redistribute


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("a,*,cc,CC-BY-4.0", "line 3: expected 5 values"),
        ("a,*,cc,CC-BY-4.0,letter,more", "line 3: expected 5 values"),
        (",*,cc,CC-BY-4.0,letter", "line 3: song is empty"),
        ("a,words,cc,CC-BY-4.0,letter", "line 3: part is 'words'; expected notes, lyrics or"),
        ("a,*,free,,letter", "line 3: rights is 'free'; expected one of public_domain"),
        ("a,*,cc,CC-BY-4.0,  ", "line 3: evidence is empty; say how the rights of 'a' are known"),
        ("a,*,cc,,letter", "line 3: licence is ''; with rights cc"),
        ("a,*,cc,CC-SA-4.0,letter", "line 3: licence is 'CC-SA-4.0'"),
        ("a,*,public_domain,CC0-1.0,letter", "line 3: licence is 'CC0-1.0'.*goes with rights cc"),
        ("a,*,unknown,CC-BY-4.0,letter", "line 3: licence is 'CC-BY-4.0'"),
        ('"a', "line 3: unexpected end of data"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(row: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        overrides.load(write(tmp_path, "b,*,cc,CC0-1.0,letter", row))


def test_a_wrong_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        overrides.digest(str(tmp_path / "none.csv"))
    (tmp_path / "head.csv").write_text("song,rights\n")
    with pytest.raises(InputError, match=r"line 1 is .*expected song,part,rights,licence,evidence"):
        overrides.load(str(tmp_path / "head.csv"))
    (tmp_path / "latin.csv").write_bytes(HEAD.encode() + "a,*,cc,CC0-1.0,réponse\n".encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8 at byte"):
        overrides.load(str(tmp_path / "latin.csv"))
    (tmp_path / "long.csv").write_bytes(HEAD.encode() + b"a" * overrides.MAX_BYTES)
    with pytest.raises(InputError, match="more than"):
        overrides.load(str(tmp_path / "long.csv"))


def test_a_file_that_changes_while_it_is_used_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "a,*,cc,CC0-1.0,letter")
    before = overrides.digest(path)
    assert overrides.load(path, before)
    write(tmp_path, "*,*,cc,CC0-1.0,letter")
    with pytest.raises(InputError, match="changed while"):
        overrides.load(path, before)
    assert overrides.load("") == []
    assert overrides.digest("") == ""
