"""The notes read from small scores, one by one, and the real songs of the lieder corpus."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.errors import FormatError
from musicdata.music.formats import musicxml
from musicdata.music.formats.lyric_words import (
    Syllable,
    clean_syllable,
    clean_word,
    is_number,
    join_words,
    read_syllable,
)
from tests.musicxml_scores import backup, grace, lyric, mxl, note, part, rest, score, simple

LIEDER = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "lieder"


def rows(*measures: str, **options: object) -> list[tuple[object, ...]]:
    return song_rows(score(part(*measures, **options)))  # type: ignore[arg-type]


def song_rows(document: bytes) -> list[tuple[object, ...]]:
    (song,) = musicxml.read(document, "song.musicxml")
    return [(n.pitch, n.duration_ql, n.rest_ql, n.syllable, n.word, n.word_index) for n in song.notes]


def short(*measures: str, **options: object) -> list[tuple[object, ...]]:
    """Pitch, duration, rest and syllable only."""
    return [row[:4] for row in rows(*measures, **options)]


def test_plain_words() -> None:
    assert rows(
        rest(48),
        rest(24) + note("C4", 12, lyric("Hal", "begin")) + note("F#4", 12, lyric("le", "middle")),
        note("G4", 24, lyric("lu", "middle")) + note("A4", 12, lyric("ja,", "end")) + rest(12),
        note("C5", 48, lyric("sing!")),
    ) == [
        (60, 1.0, 6.0, "Hal", "Halleluja", 0),
        (66, 1.0, 0.0, "le", "Halleluja", 0),
        (67, 2.0, 0.0, "lu", "Halleluja", 0),
        (69, 1.0, 0.0, "ja,", "Halleluja", 0),
        (72, 4.0, 1.0, "sing!", "sing", 1),
    ]


def test_melisma_is_joined_and_ends_at_a_rest() -> None:
    assert short(
        note("C4", 12, lyric("a")) + note("D4", 12) + note("E4", 12) + rest(12),
        note("F4", 12) + note("G4", 36, lyric("b")),
    ) == [(60, 3.0, 0.0, "a"), (67, 3.0, 2.0, "b")]


def test_melisma_goes_on_after_a_rest_under_a_slur() -> None:
    slurred = '<notations><slur type="{}" number="1"/></notations>'
    assert short(
        note("C4", 12, lyric("a"), extra=slurred.format("start"))
        + rest(12)
        + note("D4", 12, extra=slurred.format("stop"))
        + note("E4", 12, lyric("b")),
        note("F4", 12, lyric("c")) + rest(12) + note("G4", 24),
    ) == [(60, 3.0, 0.0, "a"), (64, 1.0, 0.0, "b"), (65, 1.0, 0.0, "c")]


def test_tie_over_the_barline() -> None:
    start, stop = '<tie type="start"/>', '<tie type="stop"/>'
    assert short(
        note("C4", 36, lyric("a")) + note("D4", 12, lyric("b"), extra=start),
        note("D4", 48, extra=stop + start),
        note("D4", 12, extra=stop) + note("E4", 36, lyric("c")),
    ) == [(60, 3.0, 0.0, "a"), (62, 6.0, 0.0, "b"), (64, 3.0, 0.0, "c")]


def test_tied_note_with_its_own_syllable_is_a_note() -> None:
    # as in lc6895581 of the lieder: "ten-" tied to "dre"
    assert short(
        note("B4", 24, lyric("ten", "begin"), extra='<tie type="start"/>')
        + note("B4", 24, lyric("dre.", "end"), extra='<tie type="stop"/>')
    ) == [(71, 2.0, 0.0, "ten"), (71, 2.0, 0.0, "dre.")]


def test_grace_notes_are_dropped() -> None:
    assert short(
        note("C4", 24, lyric("a")) + grace("E4") + note("D4", 12, lyric("b")) + grace("E4", lyric("c")) + note("F4", 12)
    ) == [(60, 2.0, 0.0, "a"), (62, 1.0, 0.0, "b"), (65, 1.0, 0.0, "c")]


def test_top_note_of_a_chord() -> None:
    assert short(
        note("C4", 24, lyric("a")) + note("E4", 24, chord=True) + note("G4", 24) + note("D4", 24, chord=True)
    ) == [(64, 4.0, 0.0, "a")]


def test_first_verse_only() -> None:
    assert [row[3] for row in rows(note("C4", 24, lyric("a"), lyric("x", number="2")) + note("D4", 24))] == ["a"]
    # a note that only a later verse sings anew is held by the first
    assert short(
        note("C4", 12, lyric("Lieb’"), lyric("Lie", "begin", "2"))
        + note("D4", 12, lyric("be", "end", "2"))
        + note("E4", 24, lyric("ist"), lyric("ist", number="2"))
    ) == [(60, 2.0, 0.0, "Lieb’"), (64, 2.0, 0.0, "ist")]
    # the lowest number there is
    assert [row[3] for row in rows(note("C4", 48, lyric("c", number="3"), lyric("b", number="2")))] == ["b"]
    assert [row[3] for row in rows(note("C4", 48, lyric("c", number="chorus")))] == ["c"]


def test_second_half_below_two_verses() -> None:
    """As chorales print it; a reader of number 1 alone would hold the fourth note to the end."""
    first = "".join(note("C4", 12, lyric(a), lyric(b, number="2")) for a, b in ("ae", "bf", "cg", "dh"))
    second = "".join(note("D4", 12, lyric(text, number="2")) for text in "ijkl")
    assert [row[3] for row in rows(first, second)] == list("abcdijkl")


def test_elision() -> None:
    elided = (
        '<lyric number="1"><syllabic>end</syllabic><text>re</text><elision>\u203f</elision>'
        "<syllabic>begin</syllabic><text>e</text></lyric>"
    )
    assert rows(
        note("C4", 12, lyric("mo", "begin")) + note("D4", 12, elided) + note("E4", 24, lyric("ra,\u00a0", "end"))
    ) == [
        (60, 1.0, 0.0, "mo", "more era", 0),
        (62, 1.0, 0.0, "re e", "more era", 0),
        (64, 2.0, 0.0, "ra,", "more era", 0),
    ]
    # MuseScore writes elisions as one text, and empty second texts
    assert rows(note("C4", 48, lyric("re\u00a0e", more="<text>\n</text>")))[0][3:5] == ("re e", "re e")


def test_voice_with_the_lyrics_wins() -> None:
    assert short(
        note("E5", 48, voice=1) + backup(48) + note("C4", 24, lyric("a"), voice=2) + note("D4", 24, voice=2),
        note("E5", 24, voice=1)
        + note("F5", 24, lyric("c"), voice=1)
        + backup(48)
        + note("G4", 24, lyric("b"), voice=2),
        note("G5", 48, voice=1),
    ) == [(60, 4.0, 0.0, "a"), (67, 2.0, 0.0, "b"), (77, 2.0, 0.0, "c")]


def test_chord_symbols_and_odd_ones_are_no_notes() -> None:
    harmony = "<harmony><root><root-step>C</root-step></root><kind>{}</kind></harmony>"
    assert short(
        harmony.format("major")
        + note("C4", 24, lyric("a"))
        + harmony.format("no such chord")
        + note("D4", 24, lyric("b"))
    ) == [(60, 2.0, 0.0, "a"), (62, 2.0, 0.0, "b")]


def test_repeats_as_written() -> None:
    repeat = '<barline location="right"><repeat direction="backward"/></barline>'
    assert [row[3] for row in rows(note("C4", 48, lyric("a")) + repeat, note("D4", 48, lyric("b")))] == [
        "a",
        "b",
    ]


def test_tuplets_are_nearest_floats() -> None:
    ratio = "<actual-notes>3</actual-notes><normal-notes>2</normal-notes>"
    triplet = f"<type>eighth</type><time-modification>{ratio}</time-modification>"
    notes = "".join(note("C4", 4, lyric(text), extra=triplet) for text in "abc")
    read = rows(notes + note("D4", 4, lyric("d"), extra=triplet) + rest(8) + note("E4", 24, lyric("e")))
    third = float(Fraction(1, 3))
    assert [row[1:3] for row in read] == [(third, 0.0)] * 4 + [(2.0, float(Fraction(2, 3)))]


def test_pickup_and_hidden_rest() -> None:
    forward = "<forward><duration>36</duration></forward>"
    assert short(note("C4", 12, lyric("a")), note("D4", 12, lyric("b")) + forward, note("E4", 48, lyric("c"))) == [
        (60, 1.0, 0.0, "a"),
        (62, 1.0, 0.0, "b"),
        (64, 4.0, 3.0, "c"),
    ]


def test_sounding_pitch() -> None:
    tenor = "<transpose><chromatic>0</chromatic><octave-change>-1</octave-change></transpose>"
    assert short(note("C5", 48, lyric("a")), attributes=tenor) == [(60, 4.0, 0.0, "a")]
    clarinet = "<transpose><diatonic>-1</diatonic><chromatic>-2</chromatic></transpose>"
    assert short(note("C5", 48, lyric("a")), attributes=clarinet) == [(70, 4.0, 0.0, "a")]
    with pytest.raises(FormatError, match="bad_pitch"):
        rows(note("C0", 48, lyric("a")), attributes=tenor.replace("-1", "-2"))


def test_part_with_the_most_lyrics() -> None:
    few = part(note("C4", 24, lyric("no")) + note("C4", 24))
    most = part(note("D4", 24, lyric("yes")) + note("D4", 24, lyric("oh")))
    same = part(note("E4", 24, lyric("late")) + note("E4", 24, lyric("too")))
    assert [row[3] for row in song_rows(score(few, most, same))] == ["yes", "oh"]


@pytest.mark.parametrize(
    ("syllables", "words"),
    [
        ([("hal", "begin"), ("lo", "end"), ("du", "single")], [("hallo", 0), ("hallo", 0), ("du", 1)]),
        ([("hal", "begin"), ("du", "single")], [("hal", 0), ("du", 1)]),  # never ends
        ([("hal", "begin"), ("wel", "begin"), ("ten", "end")], [("hal", 0), ("welten", 1), ("welten", 1)]),
        ([("lo", "end"), ("du", "end")], [("lo", 0), ("du", 1)]),  # never begins
        ([("lo", "middle"), ("du", "end")], [("lodu", 0), ("lodu", 0)]),
        ([("glo-", "single"), ("ry", "end")], [("glory", 0), ("glory", 0)]),  # only the print tells
        ([("a", "begin")], [("a", 0)]),
        ([("a", "bogus"), ("b", "")], [("a", 0), ("b", 1)]),
    ],
)
def test_broken_syllabics(syllables: list[tuple[str, str]], words: list[tuple[str, int]]) -> None:
    notes = "".join(note("C4", 4, lyric(text, syllabic)) for text, syllabic in syllables)
    assert [row[4:] for row in rows(notes)] == words


@pytest.mark.parametrize(
    ("printed", "sung", "word"),
    [
        ("ami\u00a0!", "ami !", "ami"),
        ("1.\u00a0\u00a0Er", "Er", "Er"),
        ("2. Freu'", "Freu'", "Freu"),
        ("ev\u2019ry", "ev\u2019ry", "ev\u2019ry"),
        ("\u201eNacht!\u201c", "\u201eNacht!\u201c", "Nacht"),
        ("lie__", "lie", "lie"),
        ("-\u00a0boi-", "boi", "boi"),
        ("u\u0308ber", "über", "über"),
        ("so\u00adft", "soft", "soft"),
        ("_", "", ""),
        ("-\u00a0", "", ""),
        (",", "", ""),
        ("6 #", "", ""),  # figured bass
        ("4", "4", "4"),
        ("2,", "2,", "2"),
        ("1.4. Now", "Now", "Now"),
        ("1-3. Now", "Now", "Now"),
        ("(1) Now", "Now", "Now"),
        ("[1] Now", "Now", "Now"),
        ("(1\u20133) Now", "Now", "Now"),
        ("1 & 4: Now", "Now", "Now"),
        ("1., 2. und 3. Now", "Now", "Now"),
        ("1.) Now", "Now", "Now"),
        ("IV. Now", "Now", "Now"),
        ("Verse 1: Now", "Now", "Now"),
        ("Chorus: Now", "Now", "Now"),
        ("\u2460 Now", "Now", "Now"),
        ("All now", "All now", "All now"),
        ("1. 2. 3.", "", ""),
        ("1. \u201eNow", "\u201eNow", "Now"),
        ("1.Now", "Now", "Now"),
        ("4th", "4th", "4th"),
        ("1984", "1984", "1984"),
        ("U2", "U2", "U2"),
        ("I.", "I.", "I"),
    ],
)
def test_printed_syllables(printed: str, sung: str, word: str) -> None:
    assert (clean_syllable(printed), clean_word(clean_syllable(printed))) == (sung, word)


@given(st.text(max_size=30))
def test_cleaning_is_final(text: str) -> None:
    sung = clean_syllable(text)
    assert sung == sung.strip()
    assert not sung or any(map(str.isalpha, sung)) or is_number(sung)
    assert clean_word(clean_word(sung)) == clean_word(sung)
    assert (read_syllable(text, None) is None) == (not sung)


@given(st.lists(st.lists(st.builds(Syllable, st.just("a"), st.booleans(), st.booleans()), min_size=1, max_size=3)))
def test_every_note_has_a_word(notes: list[list[Syllable]]) -> None:
    words = join_words(notes)
    numbers = [number for _, number in words]
    assert len(words) == len(notes)
    assert numbers == sorted(numbers)
    assert set(numbers) == set(range(max(numbers, default=-1) + 1))
    letters = sum(len(on_note) for on_note in notes)
    assert sum(word.count("a") for word in {number: word for word, number in words}.values()) == letters


def test_a_note_without_syllable_text_prolongs() -> None:
    assert short(note("C4", 24, lyric("a")) + note("D4", 12, lyric("_")) + note("E4", 12, lyric(" "))) == [
        (60, 4.0, 0.0, "a")
    ]


def test_what_the_head_states() -> None:
    head = (
        "<work><work-title>Lieder,\n Op. 1</work-title></work><movement-title>Nacht.mxl</movement-title>"
        '<identification><creator type="composer">A. B.</creator><creator type="poet">C. D.</creator>'
        "<rights>CC0</rights><rights> </rights><rights>by E.</rights></identification>"
        '<defaults><lyric-language number="1" xml:lang="en"/></defaults>'
    )
    (song,) = musicxml.read(score(part(note("C4", 48, lyric("a"))), head=head), "x.xml")
    assert (song.name, song.title, song.composer, song.lyricist) == (
        "",
        "Lieder, Op. 1: Nacht",
        "A. B.",
        "C. D.",
    )
    assert (song.rights, song.language) == ("CC0; by E.", "en")
    (bare,) = musicxml.read(simple(), "x.xml")
    assert (bare.title, bare.composer, bare.lyricist, bare.rights, bare.language) == (None,) * 5


@pytest.mark.parametrize(("tag", "language"), [("de-AT", "de"), ("ger", "de"), ("FR", "fr"), ("tlh", None)])
def test_language_of_the_lyrics(tag: str, language: str | None) -> None:
    marked = f'<lyric number="1"><text xml:lang="{tag}">la</text></lyric>'
    (song,) = musicxml.read(score(part(note("C4", 48, marked))), "x.xml")
    assert song.language == language


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (score(part(note("C4", 48))), "no_lyrics"),
        (score(part(note("C4", 48, lyric("_")))), "no_lyrics"),
        (score(), "no_lyrics"),
        (score(part(f"<note><unpitched/><duration>48</duration>{lyric('a')}</note>")), "no_lyrics"),
        (simple().replace(b"score-partwise", b"opus"), "not_musicxml"),
        (score(part(note("H4", 48, lyric("a")))), "unreadable_score"),
        (score(part(note("C4", 48, lyric("a")))).replace(b">12</div", b">0</div"), "unreadable_score"),
    ],
)
def test_what_cannot_be_read(document: bytes, reason: str) -> None:
    with pytest.raises(FormatError) as raised:
        musicxml.read(document, "song.xml")
    assert raised.value.reason == reason


def test_archive_of_any_name() -> None:
    packed = mxl(simple("la"), "some folder/Lied Nr. 1.musicxml")
    songs = [musicxml.read(data, name) for data in (packed, simple("la")) for name in ("song.mxl", "song.xml")]
    assert all(song == songs[0] for song in songs)


def test_score_written_measure_by_measure() -> None:
    measures = [note("C4", 48, lyric("a")), note("D4", 48, lyric("b"))]
    other = [note("C3", 48), note("D3", 48)]
    (partwise,) = musicxml.read(score(part(*other), part(*measures), head=HEAD), "x.xml")
    attributes = "<attributes><divisions>12</divisions></attributes>"
    turned = "".join(
        f'<measure number="{n}"><part id="P1">{attributes}{low}</part><part id="P2">{attributes}{high}</part></measure>'
        for n, (low, high) in enumerate(zip(other, measures, strict=True), start=1)
    )
    document = f"<score-timewise>{HEAD}{turned}</score-timewise>".encode()
    assert musicxml.read(document, "x.xml") == [partwise]
    assert [n.syllable for n in partwise.notes] == ["a", "b"]
    assert partwise.title == "Nacht"


def test_names_in_a_namespace() -> None:
    named = simple("la").replace(b"<score-partwise", b'<score-partwise xmlns="http://www.musicxml.org/ns"')
    assert musicxml.read(named, "x.xml") == musicxml.read(simple("la"), "x.xml")


def words(text: str, pitch: str = "C4", extra: str = "") -> str:
    return "".join(note(pitch, 12, lyric(word), extra=extra) for word in text.split())


def test_every_part_with_words_is_tried() -> None:
    """What has more lyrics is no singer: unpitched, cue notes, chord names, figures, or beyond what MIDI knows."""
    sung = part(words("we sing it now"))
    unpitched = words("x " * 12).replace("<step>C</step><octave>4</octave>", "<display-step>C</display-step>")
    others = [
        part(unpitched.replace("pitch>", "unpitched>")),
        part(words("x " * 12).replace("<pitch>", "<cue/><pitch>")),
        part(words("C Am F G7 C Am F G7 C")),
        part(words("6 7 5 6 6 4 3 6")),
        part(words("x " * 12, extra="<notehead>x</notehead>")),
        part(words("x " * 12), attributes="<clef><sign>percussion</sign></clef>"),
        part(words("x " * 12, "C9"), attributes="<transpose><chromatic>12</chromatic></transpose>"),
        part(words("x " * 12, "H4")),
    ]
    for other in others:
        for parts in ((other, sung), (sung, other)):
            (song,) = musicxml.read(score(*parts), "x.xml")
            assert [n.syllable for n in song.notes] == ["we", "sing", "it", "now"]
            assert song.left_out == {"other_parts": other.count("<lyric")}
    drums = (
        '<midi-instrument id="D"><midi-channel>10</midi-channel><midi-unpitched>39</midi-unpitched></midi-instrument>'
    )
    listed = score(part(words("x " * 12)), sung).replace(b"P1</part-name>", f"P1</part-name>{drums}".encode())
    (song,) = musicxml.read(listed, "x.xml")
    assert [n.syllable for n in song.notes] == ["we", "sing", "it", "now"]
    with pytest.raises(FormatError, match=r"no_lyrics: none of the 3 parts .*9 chord_names, 8 figures"):
        musicxml.read(score(part(rest(48)), *others[2:4]), "x.xml")
    with pytest.raises(FormatError, match=r"bad_pitch: .* 132"):
        musicxml.read(score(others[6]), "x.xml")


HEAD = "<movement-title>Nacht</movement-title>"
