"""Encodings of whole files, packed or not."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from musicdata.errors import FormatError, InputError
from musicdata.sources.lyrics import inputs, records
from musicdata.sources.tabular import encoded
from musicdata.sources.tabular.rows import Row
from tests.sources.lyrics.tables import HEADER, cells, read, write

GERMAN = [
    "Süße Träume über den Wäldern",
    "Grüße an die schöne Müllerin",
    "Ach, wie öde ist das Gefühl",
    "Der Frühling läßt grüßen",
]
CZECH = [
    "Žluťoučký kůň úpěl ďábelské ódy",
    "Když jsem šel přes ten háj",
    "Ještě jednou řekni mi to",
    "Říkala mi máma má",
]
TABLE = "".join(f'Künstlerin,Lied {number},Volk,de,"{line}"\n' for number, line in enumerate(GERMAN * 5))


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252"]
)
@pytest.mark.parametrize("packed", [False, True])
def test_the_same_words_come_of_every_encoding(tmp_path: Path, encoding: str, *, packed: bool) -> None:
    data = (HEADER + TABLE).encode(encoding)
    path = write(tmp_path, "songs.csv.gz" if packed else "songs.csv", gzip.compress(data) if packed else data)
    assert cells(path, "Lyrics") == GERMAN * 5
    assert set(cells(path, "Artist")) == {"Künstlerin"}


def test_an_encoding_of_central_europe_is_told_from_the_western_one(tmp_path: Path) -> None:
    table = HEADER + "".join(f'A,B,C,cs,"{line}"\n' for line in CZECH * 5)
    assert cells(write(tmp_path, "songs.csv", table.encode("cp1250")), "Lyrics") == CZECH * 5


def test_what_cannot_be_told_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    noise = bytes(number for number in range(128, 256) if chr(number) != "\n") * 4
    with pytest.raises(InputError, match=r"songs\.csv is not UTF-8.* save it as UTF-8"):
        read(write(tmp_path, "songs.csv", HEADER.encode() + b"A,B,C,en," + noise + b"\n"))


def test_a_row_that_is_not_in_the_encoding_of_all_others_is_dropped_alone(tmp_path: Path) -> None:
    data = (HEADER + TABLE).encode() + 'Künstlerin,Letztes,Volk,de,"Süß"\n'.encode("latin-1")
    path = write(tmp_path, "songs.csv", data)
    *good, last = read(path)
    assert isinstance(last, Row)
    assert [row.cells["Lyrics"] for row in good if isinstance(row, Row)] == GERMAN * 5
    with pytest.raises(FormatError, match=r"bad_encoding: words, character 1"):
        records.song_text({"lyrics": last.cells["Lyrics"]}, "songs.csv", 21)


def test_a_broken_or_endless_archive_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gzip.compress((HEADER + TABLE * 50).encode())
    with pytest.raises(InputError, match="cannot be read"):
        read(write(tmp_path, "cut.csv.gz", packed[: len(packed) // 2]))
    with pytest.raises(InputError, match="cannot be read"):
        read(write(tmp_path, "not.csv.gz", b"no archive at all"))
    monkeypatch.setattr(encoded, "_MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(InputError, match="unpacks to more than 1,000 bytes"):
        read(write(tmp_path, "large.csv.gz", packed))


def test_a_pipe_or_a_folder_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "songs.csv").mkdir()
    with pytest.raises(InputError, match=r"songs.csv cannot be read|is a folder"):
        list(inputs.rows(inputs.table(tmp_path / "songs.csv")))


def test_small_files_are_decoded_alike() -> None:
    for encoding in ("utf-8", "utf-16", "latin-1"):
        assert encoded.decoded("\n".join(GERMAN).encode(encoding), "a.txt").lstrip("\ufeff") == "\n".join(GERMAN)
