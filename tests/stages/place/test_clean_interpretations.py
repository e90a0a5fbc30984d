"""Comments and lyrics are cleaned, each rule counted; what says nothing of a song is a reject with its reason."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from musicdata.definitions import trial
from musicdata.stages.place.clean_interpretations import STAGE, CleanInterpretations, remark
from tests.stages.commented_songs import comment_id, read, sha256, thought
from tests.stages.lyric_songs import verses

THOUGHT = thought("a")
FOOTER = "LinkNo RepliesLog in to replyThere was an error."
GERMAN = (
    "In diesem Lied geht es um einen Mann, der sein Haus verlassen hat und nie mehr zurückkommt, weil er glaubt, dass "
    "ihm niemand verzeihen würde, was in jenem Winter geschehen ist, als alle Angst um ihre Arbeit hatten und keiner "
    "davon sprach, obwohl es jeder von ihnen wusste; der Fluss steht für die Zeit, die vergeht."
)
HEBREW = (
    "השיר הזה מספר על אדם שעזב את ביתו ולא חזר אל אלה שאהב, כי הוא חושב שאיש לא יסלח לו על מה שקרה באותו חורף. "
    "הנהר הוא הזמן, והמכתבים שלה הם כל מה שנשאר. אני חושב שזה השיר היפה ביותר שלהם, והוא מדבר אל כל מי שאיבד משהו. "
    "כשאני שומע אותו אני חושב תמיד על סבי, שנסע ולא שב עוד לעולם אל הכפר."
)


def run(comments: list[Any], lyrics: str | None = "", **parameters: object) -> trial.Trial:
    """Clean the comments on one song; its lyrics are made up unless given."""
    facts = {} if lyrics == "" else {"lyrics": {"s1": lyrics}}
    return trial.run(STAGE, read({"s1": comments}, **facts), **parameters)


def reasons(made_of: trial.Trial) -> dict[str, str]:
    return {reject.key: reject.reason for reject in made_of.rejects}


def test_what_is_kept_and_what_went() -> None:
    raw = f"General Comment{THOUGHT.replace('man', 'man &amp; wife', 1)}{FOOTER}"
    text = THOUGHT.replace("man", "man & wife", 1)
    lyrics = "[Verse 1]\nUnder the willow (x2)\n\n[Chorus]\nRock and roll"
    result = run([{"text": raw, "votes": 3, "given_in": "full | positive", "official_split": "valid"}], lyrics)
    assert result.rows("clean_interpretations") == [
        {
            "song_id": "s1", "interpretation_id": comment_id("s1", text), "text": text, "text_raw_sha256": sha256(raw),
            "votes": 3, "given_in": "full | positive", "official_split": "valid", "n_words": 61,
            "n_characters": len(text), "quotes_lyrics": 0.0, "language": "en", "n_removed": 3,
        }
    ]  # fmt: skip
    words = "Under the willow\n\nRock and roll"
    assert result.rows("clean_song_lyrics") == [
        {"song_id": "s1", "text": words, "text_sha256": sha256(words), "n_lines": 2, "n_words": 6, "language": "en"}
    ]
    assert [tuple(row.values()) for row in result.rows("interpretation_cleanings")] == [
        ("s1", "", "repeat_mark", 1, 5),
        ("s1", "", "section_mark", 2, 17),
        ("s1", comment_id("s1", text), "html_entity", 1, 4),
        ("s1", comment_id("s1", text), "page_footer", 1, len(FOOTER)),
        ("s1", comment_id("s1", text), "page_head", 1, len("General Comment")),
    ]
    assert result.rejects == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \n\u3000\u00a0", "empty"),
        (FOOTER, "empty"),
        ("[deleted]", "empty"),
        ("\0\u200b", "empty"),
        ("😍😍 🔥 ❤️ 👩‍❤️‍👩 " * 40, "no_words"),
        ("?!… " * 100, "no_words"),
        ("I love this song!", "too_short"),
        (THOUGHT[:255], "too_short"),
        ("very good song " * 7_000, "too_long"),
        ("x" * 200_001, "too_long"),
        (GERMAN, "not_wanted_language"),
        (HEBREW, "not_wanted_language"),
        ("&" + "".join(f"&#x26;#{ord(letter)};" for letter in "amp") * 9 + ";", "endless_residue"),
    ],
)
def test_what_says_nothing_is_a_reject(text: str, reason: str) -> None:
    result = run([text, THOUGHT])
    assert reasons(result) == {"s1/0": reason}
    assert [row["text"] for row in result.rows("clean_interpretations")] == [THOUGHT]
    assert all(word not in reject.detail for reject in result.rejects for word in ("love", "Lied", "good"))


@pytest.mark.parametrize("text", [HEBREW, GERMAN])
def test_any_language_is_kept_where_none_is_asked_for(text: str) -> None:
    (row,) = run([text], languages=[]).rows("clean_interpretations")
    assert (row["text"], row["language"]) == (text, "he" if text is HEBREW else "de")
    assert len(run([text], languages=["Hebrew", "deu"]).rows("clean_interpretations")) == 1


def test_right_to_left_text_keeps_its_letters_and_loses_what_turns_direction() -> None:
    result = run(["\u202e" + HEBREW + "\u202c"], languages=[])
    assert [row["text"] for row in result.rows("clean_interpretations")] == [HEBREW]
    rules = {row["rule"]: row["n"] for row in result.rows("interpretation_cleanings")}
    assert rules == {"invisible_character": 2}


def test_a_language_without_a_short_code_is_told() -> None:
    cebuano = (
        "Kini nga awit mahitungod sa usa ka tawo nga mibiya sa iyang balay ug wala na mobalik ngadto sa iyang mga "
        "hinigugma kay naghunahuna siya nga walay mopasaylo kaniya sa nahitabo niadtong tingtugnaw. Ang suba mao ang "
        "panahon nga milabay, ug ang iyang mga sulat mao na lamang ang nahibilin kaniya hangtod karon."
    )
    (reject,) = run([cebuano]).rejects
    assert reject.reason == "not_wanted_language"
    assert reject.detail.startswith("a language without a code of two letters")


def test_a_comment_that_is_the_lyrics_is_a_reject_and_one_that_quotes_them_is_not() -> None:
    lyrics = verses("s1")
    some = " ".join(lyrics.split()[:20])
    whole, upper = lyrics.replace("\n", " "), lyrics.upper()
    result = run([whole, upper, f"{THOUGHT} “{some}” {thought('b')}"], lyrics, languages=[])
    assert reasons(result) == {"s1/0": "pasted_lyrics", "s1/1": "pasted_lyrics"}
    assert result.rejects[0].detail == "100% of it is lyrics, at most 60%"
    (row,) = result.rows("clean_interpretations")
    assert row["quotes_lyrics"] == pytest.approx(16 / (row["n_words"] - 4))
    assert run([whole], lyrics, languages=[], most_quoted=1.0).rejects == []


def test_of_equal_comments_the_one_with_most_votes_stays() -> None:
    rows = [
        {"text": THOUGHT, "votes": None, "given_in": "full | positive"},
        {"text": THOUGHT + FOOTER, "votes": 4, "given_in": "full"},
        {"text": THOUGHT + "\n", "votes": 4, "official_split": "test"},
        {"text": thought("else"), "votes": -9},
    ]
    result = run(rows)
    assert reasons(result) == {"s1/0": "copy", "s1/2": "copy"}
    assert "row 1 of the song" in result.rejects[0].detail
    kept = {row["text"]: row for row in result.rows("clean_interpretations")}
    assert len(kept) == 2
    assert [kept[THOUGHT][name] for name in ("votes", "given_in", "official_split", "text_raw_sha256")] == [
        4, "full | positive", "test", sha256(THOUGHT + FOOTER),
    ]  # fmt: skip


def test_the_same_words_under_two_songs_are_two_comments() -> None:
    rows = trial.run(STAGE, read({"s1": [THOUGHT], "s2": [THOUGHT]})).rows("clean_interpretations")
    assert [row["interpretation_id"] for row in rows] == [comment_id(song, THOUGHT) for song in ("s1", "s2")]


@pytest.mark.parametrize(
    ("lyrics", "detail"),
    [
        (None, "the source has none"),
        (" \n", "the source has none"),
        ("[Instrumental]", "14 characters, which say that nothing is sung"),
        ("Lyrics not available", "20 characters, which stand in the place of words"),
        ("♪ ♪ ♪", "5 characters, in which nothing is sung"),
        ("[Chorus]\n[Verse]", "16 characters, in which nothing is sung"),
        ("word " * 40_001, "200,005 characters, lyrics have 200,000 at most"),
    ],
)
def test_a_song_without_lyrics_goes_with_its_comments_unless_it_may_have_none(lyrics: str | None, detail: str) -> None:
    result = run([THOUGHT], lyrics)
    assert [(reject.key, reject.reason, reject.detail) for reject in result.rejects] == [
        ("s1", "no_lyrics", detail),
        ("s1/0", "no_lyrics", "the song that it is about has no lyrics"),
    ]
    assert all(result.rows(table) == [] for table in STAGE.outputs)
    kept = run([THOUGHT], lyrics, require_lyrics=False)
    (song,) = kept.rows("clean_song_lyrics")
    assert [song[name] for name in ("text", "n_lines", "n_words", "language")] == ["", 0, 0, "und"]
    assert [row["quotes_lyrics"] for row in kept.rows("clean_interpretations")] == [0.0]
    assert "no_lyrics" in {row["rule"] for row in kept.rows("interpretation_cleanings")} or not (lyrics or "").strip()


def test_lyrics_joined_by_semicolons_get_their_lines_again() -> None:
    lines = verses("s1").split("\n")
    result = run([THOUGHT], ";".join(lines))
    (song,) = result.rows("clean_song_lyrics")
    assert song["text"] == verses("s1")
    assert {row["rule"]: row["n"] for row in result.rows("interpretation_cleanings")} == {
        "joined_lines": len(lines) - 1
    }


def test_what_is_asked_for_is_checked() -> None:
    assert CleanInterpretations(languages=("English", "en", "deu")).languages == ("de", "en")
    with pytest.raises(ValidationError, match="'xx' is no language"):
        CleanInterpretations(languages=("xx",))


def test_what_is_told() -> None:
    tables = read({"s1": ["short", "shorter", THOUGHT + FOOTER], "s2": []})
    result = trial.run(STAGE, tables)
    told = remark(CleanInterpretations(), trial._Inputs(result.tables | {
        name: trial._table(name, rows) for name, rows in tables.items()
    }))  # fmt: skip
    assert told.facts == {"songs": 2, "comments_read": 3, "comments": 1, "removed": {"page_footer": 1}}
    assert told.text == "2 of 3 comments were dropped; the rejects say why"


def test_shards_and_the_order_of_rows_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    comments = {
        f"s{n:02d}": [f"{thought((n, k))}{FOOTER if k % 2 else ''}" for k in range(n % 4)] + ["short"] * (n % 2)
        for n in range(12)
    }
    tables = read(comments, lyrics={"s03": "[Instrumental]"})
    whole = trial.run(STAGE, tables)
    assert len(whole.rows("clean_interpretations")) == 15
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "1")
    parts = trial.run(STAGE, {name: list(reversed(rows)) for name, rows in tables.items()})
    assert [parts.rows(table) for table in STAGE.outputs] == [whole.rows(table) for table in STAGE.outputs]
    assert parts.rejects == whole.rejects
    assert trial.run(STAGE, read({})).rows("clean_interpretations") == []
