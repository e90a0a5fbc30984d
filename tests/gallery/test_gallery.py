"""The gallery: what is shown of which samples, and that nothing else leaves the data set."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image

import musicdata
from musicdata import gallery
from musicdata.definitions import contract as contracts
from musicdata.definitions import recipe as recipes
from musicdata.definitions.arrow import strings
from musicdata.definitions.contract import Contract
from musicdata.errors import IntegrityError
from musicdata.gallery import media
from musicdata.gallery.choosing import choose
from musicdata.gallery.contents import Contents
from musicdata.gallery.exhibits import MOST_BYTES
from musicdata.release.reading.release import Release
from musicdata.release.sharing.redaction import render
from musicdata_baselines import report
from tests.release import made
from tests.release.rights_made import MODALITIES, is_open, rare_word, with_rights


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """24 samples: of a third of the songs everything may be handed on, of the others nothing."""
    return with_rights().write(tmp_path_factory.mktemp("gallery") / "release")


@pytest.fixture(scope="module")
def shown(release: Release) -> gallery.Gallery:
    return gallery.gather(release)


@pytest.fixture(scope="module")
def page(shown: gallery.Gallery) -> str:
    return str(gallery.section(shown))


def files_in(page: str) -> set[bytes]:
    """The bytes of all pictures and sounds that stand in a page."""
    return {base64.b64decode(data) for data in re.findall(r"data:(?:image|audio)/\w+;base64,([A-Za-z0-9+/=]+)", page)}


class Elements(HTMLParser):
    """Names and attributes of all elements of a page, and whether all that were opened were closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))
        if tag not in ("input", "meta", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_contracts_tell_what_there_is(release: Release) -> None:
    contents = Contents.of(release)
    assert [(work.table, work.column.name, work.modality) for work in contents.media] == [
        ("audio", "audio", "audio"),
        ("sheets", "image", "sheet"),
    ]
    assert [(work.table, work.column.name) for work in contents.texts] == [("samples", "lyrics")]
    assert [(boxes.table, boxes.name, boxes.modality) for boxes in contents.boxes] == [
        ("alignment", "head", "sheet"),
        ("alignment", "syllable", "sheet"),
    ]
    assert contents.spans is not None
    assert (contents.spans.table, contents.spans.onset, contents.spans.offset) == ("alignment", "onset_s", "offset_s")


@dataclass(frozen=True)
class Tables:
    """The contracts of a recipe's tables."""

    contracts: dict[str, Contract]

    @property
    def tables(self) -> list[str]:
        return sorted(self.contracts)

    def contract(self, table: str) -> Contract:
        return self.contracts[table]


@pytest.mark.parametrize(
    ("name", "works"),
    [
        ("musictm", ["audio.audio", "sheets.image", "samples.lyrics"]),
        ("spotify-moods", ["audio.audio", "pairs.lyrics"]),
        ("mard", ["review_texts.text"]),
        ("lyrics", ["lyric_texts.text"]),
        ("interpretations", ["song_audio.clip", "interpretation_lyrics.text", "interpretations.text"]),
    ],
)
def test_each_data_set_has_its_works_to_show(name: str, works: list[str]) -> None:
    tables = recipes.load(name).tables()
    contents = Contents.of(Tables({table: contracts.load(table).among(tables) for table in tables}))
    assert [f"{work.table}.{work.column.name}" for work in (*contents.media, *contents.texts)] == works


def test_only_what_may_be_handed_on_is_shown(release: Release, shown: gallery.Gallery, page: str) -> None:
    ids = [one.sample_id for one in shown.exhibits]
    assert len(ids) == len(set(ids)) == 8
    assert all(map(is_open, ids))
    tables = {"audio": "audio", "sheets": "image"}
    of_sample = {i: {next(iter(release.media(table, i).values())) for table in tables} for i in strings_of(release)}
    assert files_in(page) == set().union(*(of_sample[one] for one in ids))
    for sample_id in strings_of(release):
        assert (rare_word(sample_id) in page) == (sample_id in ids)


def strings_of(release: Release) -> list[str]:
    return strings(release.table("samples")["sample_id"])


def test_splits_take_turns() -> None:
    ids = [f"s{number}" for number in range(40)]
    splits = ["test", "train", "train", "valid"] * 10
    n_shown = np.array([0, 1, 2, 1, 3] * 8)
    places = choose(ids, splits, n_shown, 9)
    assert [splits[place] for place in places] == ["train", "valid", "test"] * 3
    of_split = {split: [int(n_shown[p]) for p in places if splits[p] == split] for split in set(splits)}
    assert of_split == {split: sorted(numbers, reverse=True) for split, numbers in of_split.items()}
    assert of_split["valid"] == [3, 3, 2]  # two of three there are, then those of two
    assert choose(ids[::-1], splits[::-1], n_shown[::-1], 9) == [39 - place for place in places]
    assert len(choose(ids, splits, n_shown, 100)) == 32
    assert choose([], [], np.array([], int), 8) == []


def test_the_choice_is_always_the_same(release: Release, shown: gallery.Gallery) -> None:
    assert [one.sample_id for one in gallery.gather(release, 3).exhibits] == [o.sample_id for o in shown.exhibits[:3]]
    assert gallery.section(gallery.gather(release)) == gallery.section(shown)


def test_the_page_says_how_much_stays_out_and_why(shown: gallery.Gallery, page: str) -> None:
    assert [(one.modality, one.n_shown, one.n, one.reasons) for one in shown.terms] == [
        ("audio", 8, 24, "CC-BY-ND-4.0 8, unknown 8"),
        ("sheet", 8, 24, "CC-BY-ND-4.0 8, unknown 8"),
        ("lyrics", 8, 24, "CC-BY-ND-4.0 8, unknown 8"),
    ]
    assert "musicdata show sheets --work WORK --save look" in page


def test_boxes_and_spans_are_those_of_the_table(release: Release, shown: gallery.Gallery, page: str) -> None:
    one = shown.exhibits[0]
    rows = list(release.rows("alignment", one.sample_id))
    boxes = [box for box in one.pictures[0].boxes if box.kind == 0]
    edges = [[box.x, box.y, box.x + box.width, box.y + box.height] for box in boxes]
    assert np.allclose(edges, [[row[f"head_{edge}"] for edge in ("x0", "y0", "x1", "y1")] for row in rows])
    assert [box.title for box in boxes] == [row["syllable"] for row in rows]
    sound = one.sounds[0]
    assert [span.label for span in sound.spans] == [
        row["syllable"] for row in rows if row["onset_s"] < sound.sound.seconds
    ]
    n_rects = sum(len(p.boxes) for e in shown.exhibits for p in e.pictures) + sum(
        len(s.spans) for e in shown.exhibits for s in e.sounds
    )
    assert page.count("<rect ") == n_rects > 0


def test_words_that_may_not_be_shown_label_nothing(tmp_path: Path) -> None:
    base = with_rights()
    may = [m in ("audio", "sheet") for _ in range(24) for m in MODALITIES]
    changed = base.with_table("rights", lambda rows: made.set_values(rows, "may_redistribute", may))
    shown = gallery.gather(changed.write(tmp_path / "release"))
    assert len(shown.exhibits) == 8
    for one in shown.exhibits:
        assert one.texts == ()
        assert one.withheld[0].startswith("lyrics (")
        assert (
            {box.title for box in one.pictures[0].boxes} == {span.label for span in one.sounds[0].spans} | {""} == {""}
        )
    assert not any(rare_word(one.sample_id) in str(gallery.section(shown)) for one in shown.exhibits)


def test_without_recorded_rights_nothing_is_shown(tmp_path: Path) -> None:
    shown = gallery.gather(made.small().write(tmp_path / "release"))
    page = str(gallery.section(shown))
    assert shown.exhibits == ()
    assert {one.reasons for one in shown.terms} == {"rights not recorded 12"}
    assert files_in(page) == set()
    assert "take the rights of its works as unknown" in page


@pytest.mark.parametrize("view", ["open", "ids"])
def test_a_view_shows_what_it_has(release: Release, tmp_path: Path, view: Any) -> None:
    render(release.root, view, tmp_path / view)
    shown = gallery.gather(musicdata.load(tmp_path / view))
    assert len(shown.exhibits) == (8 if view == "open" else 0)
    Elements(str(gallery.section(shown)))


def test_a_crawl_whose_works_belong_to_others_shows_none(crawled: Path) -> None:
    shown = gallery.gather(musicdata.open_data(crawled))
    assert shown.exhibits == ()
    assert {one.n_shown for one in shown.terms} == {0}
    assert "Of no sample may" in gallery.section(shown)


def test_a_page_loads_nothing_and_is_well_formed(release: Release, validated: Path) -> None:
    validation = report.read(validated / "validation" / "validation.json")
    page = report.render(validation, release)
    elements = Elements(page).all
    assert not {"script", "link", "iframe", "object", "embed"} & {tag for tag, _ in elements}
    addresses = [attrs[n] or "" for _, attrs in elements for n in ("src", "href", "xlink:href", "action") if n in attrs]
    assert {address.partition(":")[0] if not address.startswith("#") else "#" for address in addresses} == {"data", "#"}
    ids = [attrs["id"] for _, attrs in elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert 'href="#samples-shown"' in page
    assert len(page) < 1.5 * MOST_BYTES
    assert "samples-shown" not in report.render(validation)


def test_hostile_words_stay_words(tmp_path: Path) -> None:
    hostile = "</bdi><script>alert(1)</script>\"' onload=x \u202e\x1b[31m"
    base = with_rights()
    built = base.with_table("samples", lambda rows: made.set_values(rows, "lyrics", [hostile] * 24)).with_table(
        "alignment", lambda rows: made.set_values(rows, "syllable", [hostile] * len(rows))
    )
    page = str(gallery.section(gallery.gather(built.write(tmp_path / "release"))))
    elements = Elements(page).all
    assert "script" not in {tag for tag, _ in elements}
    assert not any(name.startswith("on") for _, attrs in elements for name in attrs)
    assert not {"\u202e", "\x1b"} & set(page)


def long_sound(seconds: float, rate: int = 22_050) -> bytes:
    file = io.BytesIO()
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, int(seconds * rate))
    soundfile.write(file, noise, rate, format="FLAC", subtype="PCM_16")
    return file.getvalue()


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA"])
def test_a_large_picture_is_made_smaller_and_keeps_its_measure(mode: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (300, 400, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).convert(mode).save(file, "PNG")
    whole, smaller = media.picture(file.getvalue(), 10_000_000), media.picture(file.getvalue(), 5_000)
    assert files_in(whole.uri) == {file.getvalue()}
    (data,) = files_in(smaller.uri)
    assert len(data) <= 5_000
    assert (smaller.width, smaller.height) == (whole.width, whole.height) == (400, 300)
    assert Image.open(io.BytesIO(data)).width < 400


@pytest.mark.parametrize(("most", "at_most_s"), [(10_000_000, 10.0), (100_000, 5.0)])
def test_of_a_long_sound_the_beginning_is_heard(most: int, at_most_s: float) -> None:
    data = long_sound(12)
    found = media.sound(data, most)
    (heard,) = files_in(f"{found.uri}")
    levels, rate = soundfile.read(io.BytesIO(heard))
    assert len(heard) <= most
    assert len(levels) / rate == pytest.approx(found.seconds)
    assert 1 < found.seconds <= at_most_s
    assert found.whole_s == pytest.approx(12)
    whole, _ = soundfile.read(io.BytesIO(data))
    assert np.array_equal(levels, whole[: len(levels)])
    assert found.peaks.min() == pytest.approx(levels.min())
    assert found.peaks.max() == pytest.approx(levels.max())


@pytest.mark.parametrize("kind", ["picture", "sound"])
@pytest.mark.parametrize("data", [b"", b"not one", long_sound(0.01)[:60]])
def test_what_does_not_decode_is_named(kind: str, data: bytes) -> None:
    with pytest.raises(IntegrityError, match=f"a {kind} cannot be shown.*musicdata check"):
        getattr(media, kind)(data, 1000)
