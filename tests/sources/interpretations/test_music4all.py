"""Music4All's own tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from musicdata.errors import InputError
from musicdata.sources.interpretations import music4all
from tests.sources.interpretations.sets import write

NAMES = 'id\tartist\tsong\talbum_name\na1\tAnn\t"Heroes" and more\tX\na2\tBob\tIt\'s, so; it\tY\na3\ttoo few\n'


def test_names_and_tags_are_read_and_what_cannot_be_is_dropped(tmp_path: Path) -> None:
    write(tmp_path, "id_information.csv", NAMES)
    write(tmp_path, "id_tags.csv", "id\ttags\na1\trock,slow\na2\t\n")
    known = music4all.read(str(tmp_path))
    assert known.names == {"a1": ("Ann", '"Heroes" and more'), "a2": ("Bob", "It's, so; it")}
    assert known.tags == {"a1": "rock,slow", "a2": ""}
    assert [(one.key, one.reason) for one in known.dropped] == [("id_information.csv row 3", "ragged_row")]


def test_one_table_will_do_and_none_where_no_folder_is_named(tmp_path: Path) -> None:
    assert music4all.digest("") == ""
    assert music4all.read("") == music4all.Music4All()
    write(tmp_path, "id_tags.csv", "id\ttags\na1\trock\n")
    before = music4all.digest(str(tmp_path))
    assert music4all.read(str(tmp_path)).tags == {"a1": "rock"}
    write(tmp_path, "id_tags.csv", "id\ttags\na1\tpop\n")
    assert music4all.digest(str(tmp_path)) != before


def test_other_tables_and_no_tables_are_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"neither id_information\.csv nor id_tags\.csv is there"):
        music4all.read(str(tmp_path))
    write(tmp_path, "id_information.csv", "id\tartist\nx\ty\n")
    with pytest.raises(InputError, match="has no column for title: its columns are id, artist"):
        music4all.read(str(tmp_path))
