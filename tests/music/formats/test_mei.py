"""The notes and syllables of small MEI scores, one by one."""

from __future__ import annotations

import pytest

from musicdata.errors import FormatError
from musicdata.music.formats import mei
from musicdata.music.formats.song import Song

HEAD = (
    "<meiHead><fileDesc><titleStmt><title>Lied</title><composer>A. B.</composer><lyricist>C. D.</lyricist></titleStmt>"
    "<pubStmt><availability><useRestrict>CC0</useRestrict></availability></pubStmt></fileDesc></meiHead>"
)


def syl(text: str, con: str = "", wordpos: str = "") -> str:
    attributes = "".join(f' {name}="{value}"' for name, value in (("con", con), ("wordpos", wordpos)) if value)
    return f"<syl{attributes}>{text}</syl>"


def verse(*syllables: str, n: str = "1") -> str:
    return f'<verse n="{n}">{"".join(syllables)}</verse>'


def note(pitch: str, dur: str, *inside: str, more: str = "") -> str:
    """One note; `pitch` as in `c4`."""
    return f'<note pname="{pitch[0]}" oct="{pitch[1]}" dur="{dur}" {more}>{"".join(inside)}</note>'


def score(*measures: str, key: str = "0", staves: int = 1, head: str = HEAD) -> bytes:
    """A score of measures; each is the content of its layer, or of its staves."""
    definitions = "".join(f'<staffDef n="{n}" lines="5" clef.shape="G" clef.line="2"/>' for n in range(1, staves + 1))
    written = "".join(
        f'<measure n="{n}">{_staves(content) if staves == 1 else content}</measure>'
        for n, content in enumerate(measures)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><mei xmlns="http://www.music-encoding.org/ns/mei" meiversion="4.0.0">'
        f'{head}<music><body><mdiv><score><scoreDef meter.count="3" meter.unit="4" key.sig="{key}"><staffGrp>'
        f"{definitions}</staffGrp></scoreDef><section>{written}</section></score></mdiv></body></music></mei>"
    ).encode()


def _staves(*layers: str) -> str:
    return "".join(f'<staff n="{n}"><layer n="1">{layer}</layer></staff>' for n, layer in enumerate(layers, 1))


def read(data: bytes) -> Song:
    (song,) = mei.read(data, "a.mei")
    return song


def rows(data: bytes) -> list[tuple[object, ...]]:
    return [(n.pitch, n.duration_ql, n.rest_ql, n.syllable, n.word) for n in read(data).notes]


def test_a_pickup_hyphens_ties_and_rests() -> None:
    song = read(
        score(
            note("d4", "4", verse(syl("Hal", "d", "i")), verse(syl("Lob"), n="2")),
            note("f4", "4", verse(syl("le", "d")), more='dots="1"')  # no wordpos: the hyphen alone says it
            + note("g4", "8")
            + note("a4", "4", verse(syl("<rend>lu</rend>", "d", "m")), more='tie="i"'),
            note("a4", "4", more='tie="t"') + '<rest dur="4"/>' + note("c5", "4", verse(syl("ja,", "s", "t"))),
            note("c5", "4", verse(syl("sing!"))) + '<rest dur="2"/>',
        )
    )
    assert [(n.pitch, n.duration_ql, n.rest_ql, n.syllable, n.word, n.word_index) for n in song.notes] == [
        (62, 1.0, 0.0, "Hal", "Halleluja", 0),
        (65, 2.0, 0.0, "le", "Halleluja", 0),
        (69, 2.0, 0.0, "lu", "Halleluja", 0),
        (72, 1.0, 1.0, "ja,", "Halleluja", 0),
        (72, 1.0, 0.0, "sing!", "sing", 1),
    ]
    assert song.left_out == {"other_verses": 1}
    assert (song.title, song.composer, song.lyricist, song.rights) == ("Lied", "A. B.", "C. D.", "CC0")


def test_elisions_lines_and_syllables_without_a_verse() -> None:
    assert rows(
        score(
            note("c4", "4", verse(syl("che", "b"), syl("in")))
            + f"<beam>{note('d4', '8', verse(syl('o', 'u')))}{note('e4', '8')}</beam>"
            + note("f4", "4", verse(syl(""))),
            note("g4", "4", syl("a", "d")) + note("a4", "4", syl("men")) + note("b4", "4", more='syl="so"'),
        )
    ) == [
        (60, 1.0, 0.0, "che in", "che in"),
        (62, 2.0, 0.0, "o", "o"),
        (67, 1.0, 0.0, "a", "amen"),
        (69, 1.0, 0.0, "men", "amen"),
        (71, 1.0, 0.0, "so", "so"),
    ]


def test_tuplets_chords_and_grace_notes() -> None:
    triplet = "".join(note(pitch, "8", verse(syl(pitch))) for pitch in ("c4", "d4", "e4"))
    chord = f'<chord dur="4">{note("c4", "4")}{note("g4", "4")}{verse(syl("am"))}</chord>'
    grace = note("f4", "8", more='grace="acc"')
    assert rows(
        score(f'<tuplet num="3" numbase="2">{triplet}</tuplet>{chord}{grace}{note("e4", "4", verse(syl("Rhein")))}')
    ) == [
        (60, pytest.approx(1 / 3), 0.0, "c4", "c4"),
        (62, pytest.approx(1 / 3), 0.0, "d4", "d4"),
        (64, pytest.approx(1 / 3), 0.0, "e4", "e4"),
        (67, 1.0, 0.0, "am", "am"),
        (64, 1.0, 0.0, "Rhein", "Rhein"),
    ]


def pitches(*measures: str, key: str) -> list[int]:
    return [note.pitch for note in read(score(*measures, key=key)).notes]


def test_accidentals_that_are_only_written_are_sounded() -> None:
    la = verse(syl("la"))
    sharp = note("g4", "4", la, more='accid="s"')
    assert pitches(note("f4", "4", la) + sharp + note("g4", "4", la), note("g4", "2", la), key="1s") == [66, 68, 68, 67]
    natural = note("b4", "4", la, "<accid accid='n'/>")
    assert pitches(note("b4", "4", la) + natural + note("b4", "4", la), key="2f") == [70, 71, 71]


def test_accidentals_that_are_sounded_say_all() -> None:
    la = verse(syl("la"))
    sounding = note("f4", "4", la, more='accid.ges="s"')
    assert pitches(sounding + note("c5", "4", la, more='accid.ges="s"') + note("f4", "4", la), key="2s") == [66, 73, 65]


def test_the_staff_with_most_words_is_sung() -> None:
    la = verse(syl("la"))
    song = read(
        score(
            _staves(note("c5", "2", la, more='dots="1"'), note("c4", "2", la) + note("d4", "4", la)),
            staves=2,
        )
    )
    assert [note.pitch for note in song.notes] == [60, 62]
    assert song.left_out == {"other_parts": 1}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<score/>", "not_mei"),
        (b"<mei><music/></mei>", "not_mei"),
        (score(note("c4", "4")), "no_lyrics"),
        (score(note("h4", "4", verse(syl("la")))), "unreadable_score"),
        (b"<!DOCTYPE mei [<!ENTITY a 'b'>]><mei/>", "unsafe_xml"),
    ],
)
def test_what_cannot_be_read(data: bytes, reason: str) -> None:
    with pytest.raises(FormatError) as caught:
        mei.read(data, "a.mei")
    assert caught.value.reason == reason


def test_counts_are_those_of_the_file() -> None:
    data = score(note("c4", "4", verse(syl("a", "d")), verse(syl("b"), n="2")) + note("d4", "4", verse(syl("men"))))
    song = read(data)
    assert mei.count_syllables(data) == (3, 3)
    assert len(song.notes) + sum(song.left_out.values()) == 3
