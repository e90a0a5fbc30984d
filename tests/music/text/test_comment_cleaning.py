"""Comments lose what pages put around them, and nothing that their writers wrote."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.music.text.comment_cleaning import clean, residue_left

SAID = "It is about his brother, who never came home."
END = "LinkNo RepliesLog in to replyThere was an error."
ACCOUNT = (
    "Don't have an account? Create an account with SongMeanings to post comments, submit lyrics, and more. "
    "It's super easy, we promise!"
)

# What pages leave behind, with the rule that takes it out; @ is where the comment stands.
RESIDUE: list[tuple[str, str]] = [
    (f"@{END}", "page_footer"),
    (f"@\n{END}", "page_footer"),
    ("@ Link No Replies Log in to reply There was an error.", "page_footer"),
    ("@Link3 RepliesLog in to replyThere was an error.", "page_footer"),
    ("@Link1 ReplyLog in to reply", "page_footer"),
    ("@linkno replieslog in to replythere was an error", "page_footer"),
    ("@ link no replies log in to reply there was an error", "page_footer"),
    ("@LinkNo Replies", "page_footer"),
    ("@No RepliesLog in to reply", "page_footer"),
    ("@\nLink\nNo Replies\nLog in to reply", "page_footer"),
    ("@Log in to replyThere was an error.", "page_footer"),
    ("@Log in to reply", "page_footer"),
    ("@ Log in to reply", "page_footer"),
    ("@There was an error.", "page_footer"),
    ("@ivyon March 02, 2005LinkNo RepliesLog in to replyThere was an error.", "page_footer"),
    ("@ivy on October 13, 2006 Link2 RepliesLog in to reply", "page_footer"),
    ("@\nivy_lee-88 on Oct 3, 2006\nLink\nNo Replies", "page_footer"),
    ("@ linkno", "page_footer"),
    ("@ replyther", "page_footer"),
    ("@ linkno replythere", "page_footer"),
    (f"{END}@", "page_footer"),
    ("@\nLog in to reply", "page_button"),
    ("@\nNo Replies", "page_button"),
    ("@\nThere was an error.", "page_button"),
    ("@\nFlag", "page_button"),
    ("@\nReply | Flag | Share", "page_button"),
    ("@\nVote up\nVote down", "page_button"),
    ("@\nRate These Lyrics\nAdd your thoughts", "page_button"),
    ("@\nReport this comment", "page_button"),
    ("@\n+3", "vote_line"),
    ("+12\n@", "vote_line"),
    ("@\nRating: -2", "vote_line"),
    ("@\n4 people found this helpful", "vote_line"),
    ("General Comment@", "page_head"),
    ("General Comment\n@", "page_head"),
    ("General Comment @", "page_head"),
    ("Song Meaning@", "page_head"),
    ("My Interpretation@", "page_head"),
    ("My Opinion\n\n@", "page_head"),
    ("Song Fact@", "page_head"),
    ("-1\nLyric Correction@", "page_head"),
    ("@\nby ivy on March 02, 2005", "by_line"),
    ("@\nposted by ivy.lee on 2005-03-02 12:30", "by_line"),
    ("@ivyon March 02, 2005", "by_line"),
    ("@\nivyon March 02, 2005", "by_line"),
    ("@\nEdited by ivy on 2005-03-02 12:30", "edited_notice"),
    ("@ [Edited 2 times, last edit by ivy on Jan 1, 2008]", "edited_notice"),
    ("@ (edited by moderator on 3/4/05)", "edited_notice"),
    ("@\nLast edited by ivy on 12.03.2009 at 10:15 PM", "edited_notice"),
    ("@ This comment was edited by ivy on March 3, 2005", "edited_notice"),
    ("@ Log in now to tell us what you think this song means.", "page_notice"),
    (f"@{ACCOUNT}", "page_notice"),
    ("@ http://www.example.com/a?b=c&d#e", "address"),
    ("@ https://example.org", "address"),
    ("@ (http://en.wikipedia.org/wiki/Home_(album))", "address"),
    ("@ <http://example.com/>", "address"),
    ("@ www.example.com/x", "address"),
    ("@ youtube.com/watch?v=abc123", "address"),
    ("<p>@</p>", "html_tag"),
    ("<i>@</i><br />", "html_tag"),
    ('<a href="http://example.com/x">@</a>', "html_tag"),
    ("@<script>alert(1)</script>", "html_tag"),
    ("[b]@[/b]", "forum_tag"),
    ("[url=http://example.com]@[/url]", "forum_tag"),
    ("\ufeff@\x00", "control_character"),
    ("@\u200b", "invisible_character"),
    ("  @ \t\r\n\r\n", "white_space"),
]


@pytest.mark.parametrize(("raw", "rule"), RESIDUE)
def test_residue_goes(raw: str, rule: str) -> None:
    cleaned = clean(raw.replace("@", SAID))
    assert cleaned.text == SAID
    assert rule in cleaned.removed
    assert sum(removed.n_characters for removed in cleaned.removed.values()) == len(raw) - 1
    assert residue_left(SAID) == []


# What people write, that looks like it.
PROSE = [
    "He thought there was an error in what she wrote.",
    "I checked the lyrics on the sleeve. There was an error.",
    "There was an error in the first pressing, so the line is missing.",
    "You have to log in to reply, and so I did.",
    "Please log in to reply to me about this song",
    "I got no replies when I asked this before",
    "She has 3 replies and none of them is kind",
    "There is a link no one can see between them.",
    "a blink no reply could answer, the missing link",
    "The missing link no reply could give him is grief",
    "If you have no replies log in to reply once more, as the missing link log in to reply says",
    "Link is the hero, no replies needed, and 3 replies are too many. Log in to life.",
    "The link: grief. No replies come from the dead.",
    "No reply came. She waited, and there was an error of judgement.",
    "A general comment I have is that people read too much into it.",
    "General Comments aside, this is a love song.",
    "Song meanings differ, and my opinion is that it is about war.",
    "My opinion: it is about war.",
    "Question for all of you: who is Jane?",
    "MemoryHouse are the band that sampled it.",
    "Memory is what this is about.",
    "My Interpretation of Dreams, the book, is quoted here.",
    "Song Fact or fiction, I do not care.",
    "The album was edited by Dave on a Mac.",
    "It was edited by Dave on March 2, 1999, and then released.",
    "The video is great. Edited by Chris Cunningham.",
    "EDIT: I realise now that it is about his wife.",
    "He died on March 02, 2005",
    "It was recorded in one take.\nReleased on March 2, 2005",
    "She left.\nIt happened on October 13, 2006.",
    "Written by Bono on a train.",
    "It says Share, and I would flag that as odd.",
    "Rate this song 10/10",
    "I give it a\n10",
    "Two of us agree: +1 from me",
    "Votes: who counts them in this song?",
    "Reply to me if you know what Flag means",
    "Cut to the chase:\nPeace.",
    "I <3 this song, and x < y and y > z, i <b and c> d",
    "a&b, AT&T; rock & roll; &c.",
    "He sings [inaudible] and [i] think it is [sic]",
    "Read songmeanings.net, and/or genius.com for more.",
    "It is on the w.w.w. somewhere, 24/7",
    "the colon in http: is silent",
    "!!!!! WHY ????? ....... I love it sooooo much ~~~~",
    "👩‍❤️‍👩 ❤️ and ♪ la la la ♪",
    "Voilà, l'été « café » SÅ… ÉTÉ",
    "Он ушёл… и не вернулся",
    "نهر يجري إلى البحر",
    "می\u200cخواهم برگردم",
    "* first point\n* second point\n\n- third",
    "@ivy you are wrong, see @lee: he knows",
    "[deleted] is what the chorus says, and comment removed is its echo",
    "Link is the hero of the game that they sing about",
    "Log in, log out: that is the life in it.",
]


@pytest.mark.parametrize("text", PROSE)
def test_what_people_write_stays(text: str) -> None:
    assert clean(text) == (text, {})
    around = f"{SAID} {text}\n{text} {SAID}"
    assert clean(around).text == around


@pytest.mark.parametrize("raw", [raw for raw, _ in RESIDUE])
def test_residue_around_prose_goes_and_no_word_of_the_prose(raw: str) -> None:
    for text in PROSE:
        around = f"{SAID} {text}\n{SAID}"
        assert clean(raw.replace("@", around)).text == around


def test_there_are_many_of_each() -> None:
    assert min(len(RESIDUE), len(PROSE)) >= 40


def test_characters_are_repaired() -> None:
    cleaned = clean("cafe\u0301 d&amp;#39;&eacute;t&eacute;, itâ€™s \x93fine\x94 &lt;3")
    assert cleaned.text == "café d'été, it’s “fine” <3"
    assert set(cleaned.removed) == {"composed_letters", "html_entity", "mojibake"}


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (f"He is gone :(Miss-Mapleon February 18, 2015{END}", "He is gone :("),
        (f"He is gone http://x.y/w?v=94lyric-hunteron August 01, 2009{END}", "He is gone"),
        # Where the name is glued to the last word nobody can part the two.
        (f"he is gone lolivy-leeon August 24, 2016{END}", "he is gone lolivy-lee"),
        (f"He was shot on March 02, 2005{END}", "He was shot on March 02, 2005"),
        (f"It came out.\nReleased in May on March 02, 2005{END}", "It came out.\nReleased in May on March 02, 2005"),
    ],
)
def test_who_wrote_it_when_goes_with_the_footer(raw: str, text: str) -> None:
    assert clean(raw).text == text


def test_two_comments_run_together_are_parted() -> None:
    assert clean(f"{SAID}{END}{SAID}{END}").text == f"{SAID}\n{SAID}"


def test_the_end_of_a_sentence_stays_behind_an_address() -> None:
    assert clean("See http://a.b/c, (www.x.org) and [http://d.e/(f)]; then https://g.h/i!").text == "See, and; then!"


def test_only_tags_that_are_closed_are_tags() -> None:
    cleaned = clean("[b]Bold[/b] [i] and [url=http://x.y]this[/URL]")
    assert (cleaned.text, cleaned.removed["forum_tag"]) == ("Bold [i] and this", (4, 29))


def test_brackets_around_an_address_go_with_it() -> None:
    assert clean("a < http://x.y > b (http://x.y) c <http://x.y d http://x.y> e").text == "a b c < d > e"


def test_nothing_goes_with_an_address_but_its_own_brackets() -> None:
    assert clean("He left. http://x.y linkno replyther").text == "He left."
    assert clean("He (left.) http://x.y  ) and").text == "He (left.) ) and"


def test_of_a_mention_the_name_stays() -> None:
    assert clean("@[ivy lee:1234] is right, [@lee:5](http://x.y/z) too").text == "@ivy lee is right, @lee too"


@given(
    st.lists(st.sampled_from([*(raw for raw, _ in RESIDUE), *PROSE, "@", " ", "\n", "&", "<", "a", "."]), max_size=5)
)
def test_cleaning_again_changes_nothing(pieces: list[str]) -> None:
    text = clean("".join(pieces).replace("@", SAID)).text
    assert residue_left(text) == []
    assert clean(text) == (text, {})


@given(st.text())
def test_any_text_is_cleaned(raw: str) -> None:
    text, removed = clean(raw)
    assert clean(text) == (text, {})
    assert all(rule.n >= 1 and rule.n_characters >= 0 for rule in removed.values())
    assert removed or text == raw


@pytest.mark.parametrize(
    "unit",
    ["[b]", "<b ", "(www.", "link ", " \n", "@[a", "&amp;", "no replies ", "http://", "a.b", "<!--", "by ivy on ", "."],
)
def test_time_grows_with_the_length(unit: str) -> None:
    start = time.process_time()
    clean(unit * (100_000 // len(unit)) + "[/i]")
    assert time.process_time() - start < 5.0
