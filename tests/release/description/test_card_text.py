"""Nothing of the works is in the card, other people's text in it stays text, and a stale line is found."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from markdown_it import MarkdownIt

from musicdata.errors import IntegrityError
from musicdata.release.description import card
from musicdata.release.reading.release import open_release
from musicdata.release.record import layout
from tests.release.cards import body, recipe, render, yaml_head
from tests.release.made import Made, data_set, set_values, small

MARKER = "Zyxwvut"


@pytest.fixture(scope="module")
def text(released: Path) -> str:
    return (released / layout.CARD).read_text("utf-8")


def marked(built: Made) -> Made:
    """The same with a marker in every text that is not a split, a hash or of a closed list."""
    for table, given in built.tables.items():
        rows = given
        for column in built.contract(table).columns:
            if column.type == "string" and not column.values and column.name not in ("split", "sha256"):
                values = [f"{MARKER} {value}" for value in rows[column.name].to_pylist()]
                rows = set_values(rows, column.name, values)
        built = replace(built, tables={**built.tables, table: rows})
    return built


def test_no_content_of_a_row_is_in_it(tmp_path: Path) -> None:
    gate = layout.Gate(
        holds=False,
        reason=f"sample {MARKER}",
        rules=[{"name": "duplicates", "holds": False, "found": f"{MARKER} twice"}],
        baselines=[],
        check_findings=[f"rows: {MARKER}"],
        seed=0,
    )
    stone = layout.Tombstone(table="songs", id=MARKER, version="1.0.0", reason=MARKER)
    built = marked(data_set()).with_facts(gate=gate, tombstones=[stone])
    files = b"".join(path.read_bytes() for path in (built.write(tmp_path).root / "data").rglob("*.parquet"))
    assert MARKER.encode() in files
    text = card.render(tmp_path, open_release(tmp_path).record)
    assert MARKER not in text
    assert "duplicates" in text


HOSTILE = [
    "a | b\n\n# Heading\n---\n",
    "<script>alert(1)</script> & <img src=x onerror=y>",
    "[x](javascript:alert(1)) ![y](http://a/b) `code` ``` **bold** $m$",
    "- item\n\t1. other: {{ 7*7 }} {% raw %} #} \u202egnp.exe \u2028 \x85 \x7f",
    '"quoted": \'single\' # comment\n- "x" \\| \\\\| `|`',
    "---\nlicense: mit\n---",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_text(tmp_path: Path, hostile: str) -> None:
    usual = render(small().with_facts(title="Title", tools={"tool": "1"}), tmp_path / "usual")
    answers = {"purpose": hostile, hostile: hostile}
    told = {"description": hostile, "licence": hostile, "papers": [hostile], "answers": answers}
    described = small().contract("alignment")
    columns = (
        described.columns[0].model_copy(update={"description": hostile, "unit": hostile}),
        *described.columns[1:],
    )
    built = replace(
        small(),
        contracts={"alignment": described.model_copy(update={"columns": columns, "description": hostile})},
        texts={layout.RECIPE: recipe(told, title=hostile)},
    ).with_facts(
        title=hostile,
        tools={hostile: hostile},
        rejects={hostile: {hostile: 1}},
        rights={hostile: {hostile: 1}},
        stages=[{"stage": hostile, "version": hostile, "parameters": {hostile: hostile}}],
        gate=layout.Gate(
            holds=True,
            reason=hostile,
            rules=[{"name": hostile, "holds": True, "found": hostile}],
            baselines=[{"name": hostile, "directions": [{}]}],
            notes=[hostile],
            check_findings=[],
            seed=0,
        ),
    )
    text = render(built, tmp_path / "hostile")
    assert yaml_head(text)["pretty_name"].split() == re.sub("[\u202e\x7f]", " ", hostile).split()
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(body(text))
    inline = [child for token in tokens for child in token.children or []]
    assert {token.type for token in tokens} <= {
        token.type for token in MarkdownIt("commonmark").enable("table").parse(body(usual))
    } | {"blockquote_open"}
    assert not [child for child in inline if child.type in ("html_inline", "link_open", "image")]
    titles = [token for token in tokens if token.type == "heading_open" and token.tag == "h1"]
    assert len(titles) == 1
    for block in re.findall(r"(?:^\|.*\n)+", body(text), re.MULTILINE):
        assert len({re.sub(r"\\.", "", line).count("|") for line in block.splitlines()}) == 1
    assert "{{ 7*7 }}" in text or "7" not in hostile
    assert "\u202e" not in text


def test_the_only_day_is_the_stated_one_and_no_path_is_of_this_machine(released: Path, text: str) -> None:
    assert set(re.findall(r"20\d\d-\d\d-\d\d", text)) == {open_release(released).record.date} == {"2026-03-09"}
    assert str(released.parent) not in text
    assert "/tmp" not in text


def test_a_fresh_card_is_not_stale(released: Path, text: str) -> None:
    assert card.check(released) == []
    record = open_release(released).record
    assert card.render(released, record) == card.render(released, record.model_copy(update={"files": []})) == text


def test_a_changed_number_is_found(copied_release: Path) -> None:
    path = copied_release / layout.CARD
    path.write_text(path.read_text("utf-8").replace("| 600 |", "| 601 |", 1), "utf-8")
    found = card.check(copied_release)
    assert len(found) == 2
    assert [line[0] for line in found] == ["-", "+"]
    assert "| 601 |" in found[0]
    assert "| 600 |" in found[1]


def test_changed_data_are_found(copied_release: Path) -> None:
    path = next((copied_release / "data/notes").glob("train-*.parquet"))
    pq.write_table(pq.read_table(path, partitioning=None).slice(1), path)
    found = card.check(copied_release)
    assert any(line.startswith("+| `notes` |") for line in found)


def test_a_changed_record_is_found(copied_release: Path) -> None:
    release = open_release(copied_release)
    record = release.record.model_copy(update={"rejects": {"window": {"too_short": 1}}})
    (copied_release / layout.RECORD).write_bytes(record.encode())
    assert any("too_short" in line for line in card.check(copied_release))


def test_at_most_twenty_lines_are_told(copied_release: Path) -> None:
    (copied_release / layout.CARD).write_text("---\nno: card\n---\n" * 30, "utf-8")
    assert len(card.check(copied_release)) == card.MOST_LINES


def test_other_line_ends_and_no_card_are_found(copied_release: Path) -> None:
    path = copied_release / layout.CARD
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert card.check(copied_release) == ["README.md differs in its line ends"]
    path.unlink()
    assert card.check(copied_release) == ["there is no README.md"]


def test_a_damaged_file_is_named(copied_release: Path) -> None:
    path = next((copied_release / "data/notes").glob("train-*.parquet"))
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(IntegrityError, match=r"train-00000-of-00001\.parquet cannot be read"):
        card.check(copied_release)
