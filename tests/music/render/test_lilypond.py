import io
import itertools
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from musicdata.errors import RenderError, SetupError
from musicdata.music.render import lilypond
from musicdata.music.render.lilypond import Page, PageNote, Picture
from musicdata.system import processes
from tests.music.render.melodies import page, pixels

PAGES = [page(seed) for seed in range(6)]


@pytest.fixture(scope="module")
def drawn() -> list[Picture | RenderError]:
    return lilypond.render(PAGES)


def reason(result: Picture | RenderError) -> str:
    return result.reason if isinstance(result, RenderError) else "drawn"


def test_printing_boxes_does_not_change_the_page(drawn: list[Picture | RenderError]) -> None:
    for with_boxes, without in zip(drawn, lilypond.render(PAGES, box=False), strict=True):
        assert isinstance(with_boxes, Picture)
        assert isinstance(without, Picture)
        assert with_boxes.png == without.png
        assert (len(with_boxes.heads), len(without.heads)) == (20, 0)


def test_page_is_the_same_alone_and_in_company(drawn: list[Picture | RenderError]) -> None:
    assert lilypond.render(PAGES[3:4]) == drawn[3:4]


def test_boxes_are_in_order_inside_the_page_and_hold_their_grob(drawn: list[Picture | RenderError]) -> None:
    for wanted, picture in zip(PAGES, drawn, strict=True):
        image = pixels(picture)
        assert isinstance(picture, Picture)
        assert picture.name == wanted.name
        assert [box is None for box in picture.syllables] == [note.syllable is None for note in wanted.notes]
        syllables = [box for box in picture.syllables if box]
        for boxes in (list(picture.heads), syllables):
            assert all(left[2] <= right[0] for left, right in itertools.pairwise(boxes))
            assert min(min(box) for box in boxes) >= 0
            assert max(box[2] for box in boxes) <= picture.width
            assert max(box[3] for box in boxes) <= picture.height
        for x0, y0, x1, y1 in picture.heads:
            head = image[round(y0) : round(y1), round(x0) : round(x1)] < 128
            assert head.mean() > 0.4  # hollow heads; filled ones 0.7
        assert min(box[1] for box in syllables) > 0


def test_syllable_boxes_are_tight_around_the_ink() -> None:
    notes = [PageNote(72, 4, syllable=text) for text in ("jög", "É", "gypq", "xx", "f", "Ωδή", "Ведь", "<a~b>")]
    (picture,) = lilypond.render([Page("p", notes)], dpi=300, margin_px=40)
    image = pixels(picture)
    assert isinstance(picture, Picture)
    for box in picture.syllables:
        assert box is not None
        x0, y0, x1, y1 = (round(side) for side in box)
        pad = 12
        ink = np.argwhere(image[y0 - pad : y1 + pad, x0 - pad : x1 + pad] < 128)
        top, left = ink.min(axis=0) - pad
        bottom, right = ink.max(axis=0) + 1 - pad
        assert max(abs(left), abs(top), abs(right - (x1 - x0)), abs(bottom - (y1 - y0))) <= 2


def test_all_ink_below_the_staff_is_in_syllable_boxes() -> None:
    notes = [PageNote(71, 1, syllable=text) for text in ("jög", "quéy", "strength", "a b")]
    (picture,) = lilypond.render([Page("p", notes)])
    assert isinstance(picture, Picture)
    image = pixels(picture).copy()
    boxes = [box for box in picture.syllables if box]
    highest = min(round(box[1]) for box in boxes)
    for x0, y0, x1, y1 in boxes:
        image[int(y0) - 1 : int(y1) + 2, int(x0) - 1 : int(x1) + 2] = 255
    assert (pixels(picture)[highest:] < 200).sum() > 100
    assert not (image[highest:] < 200).any()


@pytest.mark.parametrize("dpi", [77, 100, 300])
def test_boxes_scale_with_the_resolution(dpi: int) -> None:
    notes = [PageNote(60, 1, syllable="gyp"), PageNote(81, 5, syllable="b")]
    base, other = (lilypond.render([Page("p", notes)], dpi=d, margin_px=0)[0] for d in (100, dpi))
    assert isinstance(base, Picture)
    assert isinstance(other, Picture)
    assert np.allclose(np.array(other.heads) * 100 / dpi, base.heads, atol=0.01)


def test_tied_note_has_the_box_of_its_first_head() -> None:
    tied, plain = lilypond.render([Page("t", [PageNote(71, 12.5)]), Page("p", [PageNote(71, 8)])])
    assert isinstance(tied, Picture)
    assert isinstance(plain, Picture)
    assert len(tied.heads) == 1
    assert tied.heads[0] == plain.heads[0]
    assert tied.width > plain.width + 30


def test_single_note_without_syllable() -> None:
    (picture,) = lilypond.render([Page("note", [PageNote(61, 1.5, spelling="des4")], clef="bass")])
    assert isinstance(picture, Picture)
    assert picture.syllables == (None,)
    assert picture.width < 150


def test_every_midi_pitch_can_be_drawn() -> None:
    results = lilypond.render([Page("all", [PageNote(p, 1) for p in range(8 * i, 8 * i + 8)]) for i in range(16)])
    assert {reason(result) for result in results} == {"drawn"}


@pytest.mark.parametrize("text", ["😀", "שלום", "سلام", "愛", "a\u202eb"])
def test_missing_glyph_is_said_and_harms_no_other_page(text: str) -> None:
    bad = Page("bad", [PageNote(60, 1, syllable=text)])
    good = Page("good", [PageNote(60, 1, syllable="ok")])
    first, failed, last = lilypond.render([good, bad, good])
    assert isinstance(failed, RenderError)
    assert failed.reason == "missing_glyph"
    assert "U+" in failed.detail
    assert first == last
    assert reason(first) == "drawn"


def test_program_stopped_by_a_limit_harms_only_the_page_at_fault(tmp_path: Path) -> None:
    small = Page("small", [PageNote(60, 1, syllable="la")])
    huge = Page("huge", [PageNote(60, 1, syllable="Wxyz" * 10) for _ in range(9)])
    limits = processes.Limits(file_bytes=60_000)  # the font cache needs 58,000
    results = lilypond.render([small, huge, small], limits=limits, scratch=tmp_path, dpi=600)
    assert [reason(result) for result in results][::2] == ["drawn", "drawn"]
    assert reason(results[1]) in {"lilypond_error", "no_picture", "bad_picture"}
    assert reason(lilypond.render([huge], dpi=600)[0]) == "drawn"
    assert not list(tmp_path.iterdir())


def test_faults_in_text_and_notation_are_told_apart() -> None:
    pages = [
        Page("a", [PageNote(60, 0.29)]),
        Page("b", [PageNote(60, 1, syllable="")]),
        Page("c", [PageNote(60, 1, syllable="x" * 201)]),
        Page("d", [PageNote(60, 1, syllable="a\x00b")]),
        Page("e", []),
        Page("f", [PageNote(60, 1, syllable="two\nlines")]),
        Page("g", [PageNote(60, 1, syllable="cut", hyphen=True)]),
    ]
    reasons = [reason(result) for result in lilypond.render(pages)]
    assert reasons == ["not_notatable", "bad_text", "bad_text", "bad_text", "not_notatable", "drawn", "drawn"]


def test_png_has_no_metadata_and_a_white_margin(drawn: list[Picture | RenderError]) -> None:
    image = pixels(drawn[0])
    assert isinstance(drawn[0], Picture)
    with Image.open(io.BytesIO(drawn[0].png)) as opened:
        assert not opened.info
    for edge in (image[:10], image[-10:], image[:, :10], image[:, -10:]):
        assert (edge == 255).all()


def test_missing_lilypond_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lilypond", None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SetupError, match="pip install lilypond"):
        lilypond.render(PAGES[:1])


def test_version_is_the_wheels() -> None:
    assert lilypond.version().startswith("2.24.")


def elsewhere(folder: Path) -> Path:
    """Return the wheel's LilyPond as one of a system: found under another folder."""
    wheel = lilypond.program().parents[1]
    for name in ("bin", "share", "lib"):
        (folder / name).symlink_to(wheel / name)
    return folder / "bin" / "lilypond"


def test_a_lilypond_that_is_named_draws_in_the_place_of_the_wheel_and_says_its_version(
    tmp_path: Path, drawn: list[Picture | RenderError], monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = lilypond.version()
    monkeypatch.setenv("MUSICDATA_LILYPOND", str(elsewhere(tmp_path)))
    assert lilypond.program() == tmp_path / "bin" / "lilypond"
    assert (lilypond.version(), lilypond.other_version()) == (wheel, "")
    assert lilypond.render(PAGES[:1]) == drawn[:1]


def test_without_a_wheel_one_on_the_path_is_taken_and_one_that_is_named_must_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = elsewhere(tmp_path)
    monkeypatch.setitem(sys.modules, "lilypond", None)
    monkeypatch.setenv("PATH", str(program.parent))
    assert lilypond.program() == program
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SetupError, match="MUSICDATA_LILYPOND="):
        lilypond.program()
    monkeypatch.setenv("MUSICDATA_LILYPOND", str(tmp_path / "none"))
    with pytest.raises(SetupError, match=r"missing at .*none, which MUSICDATA_LILYPOND names"):
        lilypond.program()


def test_a_lilypond_that_was_compiled_without_cairo_is_refused_before_it_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "lilypond"
    program.parent.mkdir()
    program.write_text(  # what Debian 12 has says this
        "#!/bin/sh\n"
        'if [ "$1" = --version ]; then echo "GNU LilyPond 2.24.1 (running Guile 2.2)"; exit 0; fi\n'
        'echo "fatal error: compiled without CAIRO_BACKEND" >&2; exit 1\n'
    )
    program.chmod(0o755)
    fonts = tmp_path / "share" / "lilypond" / "2.24.1" / "fonts"
    fonts.mkdir(parents=True)
    (fonts / "otf").symlink_to(next(lilypond.program().parents[1].glob("share/lilypond/*/fonts/otf")))
    monkeypatch.setenv("MUSICDATA_LILYPOND", str(program))
    with pytest.raises(SetupError, match=r"is LilyPond 2\.24\.1 and cannot draw .*compiled without CAIRO_BACKEND"):
        lilypond.version()
