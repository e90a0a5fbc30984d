"""What is taken out of lyrics, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.music.text import lyric_cleaning
from musicdata.music.text.lyric_cleaning import clean, cut_tail, is_instrumental, is_truncated, text_sha256
from tests.lyric_calls import TAIL, VERSE


@pytest.mark.parametrize(
    "line",
    [
        "[Chorus]",
        "[Verse 1: The Moss]",
        "[Intro] [x2]",
        "(Chorus x2)",
        "(repeat chorus)",
        "(x3)",
        "Chorus:",
        "VERSE 2:",
        "Verse 2",
        "Pre-Chorus",
        "27 Contributors",
        "1 Contributor",
        "27 ContributorsTranslationsEspañolRiver Lyrics",
        "You might also like",
        "See The Moss LiveGet tickets as low as $35You might also like",
        "Lyrics powered by www.musixmatch.com",
        "Lyrics licensed & provided by Somebody",
        "[ar: The Moss]",
        "[offset:+500]",
        "[00:12.00]",
        "(1409623757107)",
        "******* This Lyrics is NOT for Commercial use *******",
    ],
)
def test_lines_that_are_not_sung_go(line: str) -> None:
    assert clean(f"One\n{line}\nTwo") == ("One\nTwo" if "This Lyrics is NOT" not in line else "One")


@pytest.mark.parametrize(
    "line",
    [
        "Hook me up, Chorus girl",
        "The bridge is burning:",
        "(oh, my love)",
        "Bridge over water",
        "5 contributors came",
        "You might also like me better",
        "See you live",
        "*** what ***now",
        "Is it 3 < 4 & 5 > 2?",
        "Embedded in my heart",
        "R&B; soul",
        "Solo (12 times)",
    ],
)
def test_lines_that_may_be_sung_stay(line: str) -> None:
    assert clean(f"One\n{line}\nTwo") == f"One\n{line}\nTwo"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Rock &amp;amp; roll &quot;now&quot; &#39;n&#x27; then", "Rock & roll \"now\" 'n' then"),
        ("a\u00a0b\u3000c\t d  ", "a b c d"),
        ("zero\u200bwidth so\u00adft\ufeff", "zerowidth soft"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("\n\na\n\n \n\nb\n\n", "a\n\nb"),
        ("e\u0301te\u0301", "été"),
        ("One\n♪ ♫\nTwo\n\u200b\ufeff\nThree", "One\n\nTwo\n\nThree"),
        ("nul\x00 bell\x07", "nul bell"),
        ("[00:12.00]Hello <00:13.50>there[01:02:03.4]", "Hello there"),
        ("[Chorus] Sing it (x2)\nSing it [2x]", "Sing it\nSing it"),
        ("3 ContributorsRiver Lyrics[Verse 1]\nHello", "Hello"),
        ("Hello\nYou might also like[Chorus]\nWorld12Embed", "Hello\nWorld"),
        ("Hello\nWorldEmbedShare URLCopyEmbedCopy", "Hello\nWorld"),
        ("Hello\nEmbed\n5Embed", "Hello"),
        ("Hello\n[Bridge]\n\n[Chorus]\nWorld", "Hello\n\nWorld"),
        (VERSE + TAIL, VERSE),
        (VERSE.replace("\n", "\r\n") + TAIL.replace("\n", "\r\n") + "\r\nmore", VERSE),
    ],
)
def test_cleaning(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_clean_words_stay_as_they_are() -> None:
    assert clean(VERSE) == VERSE


def test_dots_go_with_the_tail_only() -> None:
    assert cut_tail(f"{VERSE}\n...") == f"{VERSE}\n..."
    assert cut_tail(f"wait ...{TAIL}") == "wait ..."


@pytest.mark.parametrize(
    ("text", "notice", "is_so"),
    [
        (VERSE + TAIL, "", True),
        (VERSE, "only 30% of the lyrics are returned", True),
        (VERSE, "only 30 % of", True),
        (f"{VERSE}\n...", "Lyrics powered by www.musixmatch.com", False),
        ("I said ******* This Lyrics is NOT for Commercial use", "", False),
    ],
)
def test_truncation_is_seen(text: str, notice: str, is_so: bool) -> None:
    assert is_truncated(text, notice) is is_so


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("Instrumental", True),
        ("[Instrumental]\n", True),
        ("♪ (instrumental) ♪", True),
        ("This song is an instrumental.", True),
        ("", False),
        ("[Instrumental]\nHello", False),
        ("instrumental to my plan", False),
        ("." * 100_000 + "instrumental", False),
    ],
)
def test_instrumentals_are_seen(text: str, is_so: bool) -> None:
    assert is_instrumental(text) is is_so


def test_the_digest_looks_at_words_only() -> None:
    # sha256 of "straße fi hello" in lower case and compatible letters
    assert text_sha256("STRASSE  ﬁ\n\nHello ") == text_sha256("straße fi\nHELLO")
    assert text_sha256("hello") != text_sha256("hullo")
    assert text_sha256("hello world") == "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9"


PARTS = """[ ] ( ) < > 00:12.3 & amp; #38; lt; Chorus : Embed 5 x2 a ******* ... ♪ Lyrics
2 Contributors|verse 1|This Lyrics is NOT for Commercial use|You might also like|Get tickets as low as $1"""
ODD = [" ", "\n", "\r", "\x1c", "\u200b", "e\u0301", "\u2126", "\u1e9b\u0323"]
first, _, second = PARTS.partition("\n")
parts = st.sampled_from([*first.split(), *second.split("|"), *ODD])


@given(st.one_of(st.text(), st.lists(parts, max_size=30).map("".join)))
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert once == once.strip()
    assert all(line == " ".join(line.split()) for line in once.split("\n"))


@pytest.mark.parametrize(
    "text",
    [
        "[00:0" * 20_000 + "0:00]" * 20_000,
        "&" + "amp;" * 50_000,
        "\n" * 200_000 + "x",
        "[" * 200_000,
        "(" * 100_000 + "x2" * 50_000,
        "Embed" * 40_000,
        "Embed\n" * 30_000,
        "*" * 200_000,
        "1 Contributors" + "Lyrics" * 30_000,
        "See " + "x" * 100_000 + "LiveGet",
        "instrumental " * 15_000,
        "verse " * 30_000,
    ],
)
def test_hostile_texts_end_soon(text: str) -> None:
    """Patterns that look again and again at the same letters would take minutes here, and run into the time limit."""
    assert clean(clean(text)) == clean(text)
    lyric_cleaning.is_truncated(text)
    is_instrumental(text)
