"""Tables with separators: what people save, and a quotation mark that is not closed."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from musicdata.errors import InputError
from musicdata.sources.lyrics import inputs
from musicdata.sources.tabular import delimited
from musicdata.sources.tabular.rows import Fault, Row
from tests.sources.lyrics.tables import HEADER, cells, read, write

VERSE = '"one, two\nthree ""four""\n\nfive"'
PLAIN = 'one, two\nthree "four"\n\nfive'


def test_cells_go_over_lines_and_keep_commas_quotes_and_blank_lines(tmp_path: Path) -> None:
    path = write(tmp_path, "songs.csv", f"{HEADER}A,One,Rock,en,{VERSE}\n\nB,Two,Pop,de,short\n")
    assert read(path) == [
        Row(1, {"Artist": "A", "Song": "One", "Genre": "Rock", "Language": "en", "Lyrics": PLAIN}),
        Row(2, {"Artist": "B", "Song": "Two", "Genre": "Pop", "Language": "de", "Lyrics": "short"}),
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", f"Lyrics,Song\r\n{VERSE},One\r\n"),
        ("b.csv", f"Lyrics;Song\n{VERSE};One\n"),
        ("c.csv", f"Lyrics|Song\n{VERSE}|One\n"),
        ("d.csv", f'sep=;\n"Lyrics";"Song"\n{VERSE};One\n'),
        ("e.tsv", f"Lyrics\tSong\n{VERSE}\tOne\n"),
        ("f.CSV", f'"Lyrics", "Song"\n{VERSE}, "One"\n'),
        ("g.csv", f"\n\nLyrics,Song\n{VERSE},One,,\n"),
        ("h.csv", f"Lyrics\tSong\n{VERSE}\tOne\n"),
    ],
)
def test_separators_are_told_by_the_first_line(tmp_path: Path, name: str, content: str) -> None:
    path = write(tmp_path, name, content)
    read_texts = [text.replace("\r\n", "\n") for text in cells(path, "Lyrics")]
    assert (read_texts, cells(path, "Song")) == ([PLAIN], ["One"])


def test_a_quotation_mark_that_is_not_closed_costs_its_row_and_names_its_line(tmp_path: Path) -> None:
    good = [f"{name},{name} song,Rock,en,{VERSE}\n" for name in "ABCD"]
    broken = 'X,Broken,Rock,en,"this one\nnever ends, alas\nnot here\n'
    path = write(tmp_path, "songs.csv", HEADER + good[0] + broken + "".join(good[1:]))
    assert cells(path, "Artist") == ["A", "!unclosed_quote", "B", "C", "D"]
    (fault,) = (row for row in read(path) if isinstance(row, Fault))
    assert fault.row == 2
    assert fault.detail.startswith("line 6: a quotation mark is not closed")
    assert fault.detail.endswith("lines 6 to 8 were left out")
    path = write(tmp_path, "last.csv", HEADER + "".join(good) + broken)
    assert cells(path, "Artist") == ["A", "B", "C", "D", "!unclosed_quote"]
    path = write(tmp_path, "without.csv", HEADER + broken + "B,Two,Pop,en,no quotes\nC,Three,Pop,en,at all\n")
    assert cells(path, "Artist") == ["!unclosed_quote", "B", "C"]


def test_every_row_but_the_broken_ones_is_read_wherever_they_stand(tmp_path: Path) -> None:
    good = [f"{number},Song {number},Rock,en,{VERSE}\n" for number in range(12)]
    lines = list(good)
    for place in (11, 7, 7, 6, 3, 0):
        lines.insert(place, f'broken {place},Song,Rock,en,"open at {place}\nand on\n')
    path = write(tmp_path, "songs.csv", HEADER + "".join(lines))
    artists = cells(path, "Artist")
    assert [name for name in artists if name != "!unclosed_quote"] == [str(number) for number in range(12)]
    assert artists.count("!unclosed_quote") == 5  # two that follow each other are one


def test_a_quotation_mark_inside_a_cell_that_is_not_doubled_costs_its_row(tmp_path: Path) -> None:
    path = write(tmp_path, "songs.csv", HEADER + 'A,One,Rock,en,"he said "no" to me"\nB,Two,Rock,en,fine\n')
    assert cells(path, "Artist") == ["!unclosed_quote", "B"]
    path = write(tmp_path, "songs.tsv", 'Song\tLyrics\nOne\t"No" she said\nTwo\t"whole"\nThree\t"Oh\n')
    assert cells(path, "Lyrics") == ['"No" she said', "whole", '"Oh']  # where marks do not quote


def test_rows_with_other_than_the_columns_cells_are_faults(tmp_path: Path) -> None:
    path = write(tmp_path, "songs.csv", HEADER + "A,One\nB,Two,Rock,en,text,more\nC,Three,Rock,en,fine\n")
    faults = [row for row in read(path) if isinstance(row, Fault)]
    assert [(fault.row, fault.reason, fault.detail) for fault in faults] == [
        (1, "ragged_row", "line 2: 2 cells, the first line names 5"),
        (2, "ragged_row", "line 3: 6 cells, the first line names 5"),
    ]
    assert cells(path, "Artist")[2] == "C"


def test_huge_cells_are_read_and_what_is_larger_still_costs_its_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    huge = "la la la\n" * 150_000  # 1.35 MB, ten times what Python's reader takes by itself
    path = write(tmp_path, "songs.csv", f'{HEADER}A,One,Rock,en,"{huge}"\nB,Two,Rock,en,fine\n')
    assert cells(path, "Lyrics") == [huge, "fine"]
    monkeypatch.setattr(delimited, "MAX_TEXT", 100_000)
    assert cells(path, "Lyrics") == ["!unclosed_quote", "fine"]


def test_nul_and_line_breaks_of_old_machines(tmp_path: Path) -> None:
    path = write(tmp_path, "songs.csv", 'Song,Lyrics\rOne,a\0b\rTwo,"c\rd"\r')
    assert cells(path, "Lyrics") == ["a\0b", "c\rd"]


@pytest.mark.parametrize("content", ["", "\n\n", ",,,\n", 'Artist,"Lyr'])
def test_a_first_line_that_names_nothing_is_an_error(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError, match=r"songs.csv"):
        read(write(tmp_path, "songs.csv", content))


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1, max_size=30)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6))
def test_what_a_program_writes_is_read_back(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([("Song", "Lyrics"), *rows])
    path = write(tmp_path, "songs.csv", text.getvalue())
    assert [(row.cells["Song"], row.cells["Lyrics"]) for row in read(path) if isinstance(row, Row)] == rows


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from('"",\n;ab \t'), max_size=60))
def test_no_content_stops_the_reader_and_no_line_is_read_twice(tmp_path: Path, content: str) -> None:
    path = write(tmp_path, "songs.csv", "Song,Lyrics\n" + content + "\nlast,row\n")
    made = read(path)
    assert [row.row for row in made] == list(range(1, len(made) + 1))
    assert len(made) <= content.count("\n") + 2
    assert sum(len("".join(row.cells.values())) for row in made if isinstance(row, Row)) <= len(content) + 7


def test_columns_are_those_of_the_first_line(tmp_path: Path) -> None:
    path = write(tmp_path, "songs.csv", '\ufeffArtist," Song  title ",Lyrics\n')
    assert inputs.columns(inputs.table(path)) == ["Artist", "Song title", "Lyrics"]
