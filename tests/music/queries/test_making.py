"""Lines of songs, and what people make of them when they remember them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from musicdata.music.queries import making
from musicdata.music.queries.lines import chosen, folded, line_at, lines, says_enough, words

TEXT = "Down by the harbour\nthe old boats lie tonight\n\nWaiting for wind to carry them\nThe old boats, lie tonight!\nand home again we go"


def test_lines_that_are_equal_but_for_case_and_punctuation_have_one_key() -> None:
    found = lines(TEXT)
    assert [line.number for line in found] == [0, 1, 3, 4, 5]
    assert found[1].key == found[3].key
    assert len({line.key for line in found}) == 4


@given(
    st.text(max_size=60)
    | st.text("aß'’_ -\n\r\x0b\x1c\x85\u0301é海あไ９\ud800", max_size=60)
    | st.text("aB'_ .\n\t\x1c", max_size=60)
)
def test_lines_have_the_words_that_each_has_alone(text: str) -> None:
    each = [(number, folded(line)) for number, line in enumerate(text.split("\n"))]
    assert [(line.number, line.plain) for line in lines(text)] == [(n, plain) for n, plain in each if plain]
    assert [line_at(text, line.number) for line in lines(text)] == lines(text)


def test_a_line_that_is_chosen_stays_when_other_lines_change() -> None:
    (first, second) = chosen("song", lines(TEXT), 2)
    mended = "A heading of six words stands here now\n" + TEXT.replace(second.text, "another line is mended here")
    assert first.text in {line.text for line in chosen("song", lines(mended), 2)}
    assert {chosen(f"song {n}", lines(TEXT), 1)[0].text for n in range(40)} == {
        line.text for line in lines(TEXT)[:-2] + lines(TEXT)[-1:] if says_enough(line.text)
    }


@given(st.text(max_size=200), st.text(max_size=20))
def test_queries_can_be_made_of_whatever_says_enough(text: str, song_id: str) -> None:
    for line in chosen(song_id, lines(text), 3):
        half = making.masked(line.text, making.Draws(song_id))
        assert 0 < len(words(half)) < len(words(line.text))
        for of in (line.text, half):
            wrong = making.misspelt(of, making.Draws(song_id))
            assert wrong.strip()
    making.beginning(text)
    making.sings(text, song_id)
    assert len(making.query_id(song_id, "line", "0")) == 16


@given(st.lists(st.from_regex(r"[a-z]{3,9}", fullmatch=True), min_size=4, max_size=15), st.text(max_size=9))
def test_a_third_of_the_words_has_one_edit(of: list[str], item: str) -> None:
    wrong = making.misspelt(" ".join(of), making.Draws(item)).split(" ")
    changed = [(a, b) for a, b in zip(of, wrong, strict=True) if a != b]
    assert len(changed) <= -(-len(of) // 3)
    assert len(changed) > 0 or len({*"".join(of)}) == 1
    for before, after in changed:
        one, other = apart(before, after)
        assert max(len(one), len(other)) <= 1 or (len(one) == 2 and one == other[::-1])


def apart(one: str, other: str) -> tuple[str, str]:
    """Return what is left of two words without what both begin and end with."""
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return one, other


def test_the_beginning_of_a_song_counts_signs_as_words() -> None:
    assert making.beginning("月色满空山，\n风吹旧衣裳", 7) == "月色满空山， 风吹"
    assert making.beginning("\x00 …") == ""
    assert folded("L’été, l'amour") == "lété lamour"
