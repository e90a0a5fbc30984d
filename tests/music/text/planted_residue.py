"""Residue as pages leave it in lyrics, and lines that look like it and are sung."""

from __future__ import annotations

VERSE = "Under the willow I wait\nThe river is slow"
FIRST, SECOND = VERSE.split("\n")

BETWEEN_LINES = (
    "[Chorus]", "[Verse 1: The Moss & Ivy]", "[Guitar Solo]", "[Intro] [x2]", "[Pré-Refrain]", "[Estribillo]", "[Припев]",
    "[副歌]", "【サビ】", "(Chorus)", "(Chorus x2)", "(Repeat chorus)", "(x3)", "[x2]", "(bis)", "x2", "(Verse 2)", "Chorus:",
    "VERSE 2:", "Verse 2", "Chorus.", "Refrain:", "Strophe 2:", "Zwrotka 1:", "Coro:", "Bridge:", "[Outro: Ivy (x2)]",
    "[2nd verse:]", "[Hook x4]", "[Instrumental Break]", "(Instrumental)", "(guitar solo)", "Interlude:", "[Bridge]",
    "[Produced by The Moss]", '[Letra de "Rio"]', '[Paroles de "Rive"]', '[Songtext zu "Fluss"]', "[whispering]",
    "You might also like", "You Might Also Like", "See The Moss LiveGet tickets as low as $17",
    "See The Moss LiveGet tickets as low as $17You might also like", "See The Moss Live\nGet tickets as low as $17",
    "Lyrics powered by www.musixmatch.com", "Lyrics licensed & provided by LyricFind", "Submit Corrections",
    "Submit corrections.", "Lyrics © Moss Music Publishing", "© 1999 Moss", "Copyright: Moss Inc.", "Copyright 1999 Moss",
    "All rights reserved.", "Thanks to ivy for correcting these lyrics", "[Thanks to ivy@moss for lyrics]",
    "Find more lyrics at www.mosslyrics.com", "AZLyrics.com", "azlyrics", "www.mosslyrics.net", "http://moss.example/river",
    "更多更詳盡歌詞 在 ※ Mojim.com　魔鏡歌詞網", 'Send "River" Ringtone to your Cell', "From: www.lyricsmania.com",
    "Usage of azlyrics.com content by any third-party lyrics provider is prohibited by our licensing agreement.",
    "[00:12.00]", "[ar: The Moss]", "[offset:+500]", "[by:ivy]", "----------", "*****", "* * * * *", "=====", "_______",
    "~~~~", "- - - -", "***Moss***", "(1409623757107)", "Am  F  C  G", "G     D     C", "[Am] [F] [C]", "F#m7",
    "Bm7 E7 | A", "e|--0--2h3--|", "Capo 2", "Capo on 3rd fret", "Tuning: EADGBE", "Key: G", "Tempo: 120", "<br>",
    "<!-- ad -->", "<script>var a = 1;</script>", "&nbsp;", "\x00", "\u200b", "♪", "[p. 104.]", "[?]", "Report a problem",
    "Lyrics:", "Translate these lyrics",
    "This work was published before January 1, 1931, and is in thepublic domainworldwide because the author died long ago.",
    "This work is in thepublic domainin the\nUnited Statesbecause it was published before January 1, 1931.",
    "The longest-living author of this work died in 1933, so this work is in thepublic domainin countries and areas.",
    "←Versions ofThe Willow→sister projects: Wikidata item", "Public domain\nPublic domainfalsefalse",
    "This is a disambiguation page. It lists works that share the same title.",
    "Audio playback is not supported in your browser. You can download the audio file.",
)  # fmt: skip
"""Stand on lines of their own."""

HEADS = (
    "27 ContributorsRiver Lyrics", "1 ContributorRiver Lyrics", "27 ContributorsTranslationsEspañolDeutschRiver Lyrics",
    "27 Contributors\nTranslations\nEspañol\nDeutsch\nRiver Lyrics", "TranslationsEspañolRiver Lyrics", "River Lyrics",
    "27 ContributorsRiver Lyrics“River” is a song about water. Read More\xa0",
    "3 ContributorsRiver LyricsA song of The Moss.\nIt was a hit… Read More", "Written by: Ivy Moss",
    "Songwriters: Ivy Moss, A. Reed", "作词：某人\n作曲：某人", "Artist: Moss\nTitle: River\nAlbum: Water",
)  # fmt: skip
"""Stand before the first line, of the song River."""

TAILS = (
    "3Embed", "Embed", "EmbedShare URLCopyEmbedCopy", "12EmbedShare URLCopyEmbedCopy", "1.2KEmbed", "\nEmbed", "\n5Embed",
    "\nEmbed\nShare URL\nCopy\nEmbed\nCopy", "\nSubmit Corrections", "\nWriter(s): Ivy Moss", "\nLyrics © Moss",
    "EmbedCancelHow to Format Lyrics:\nType out all lyrics", "\n\n(1409623757107)",
)  # fmt: skip
"""Stand behind the last line, where they begin with no line break glued to it."""

IN_LINES = (
    ("a riverYou might also like[Chorus]\nflows", "a river\nflows"),
    ("a riverYou might also like\nflows", "a river\nflows"),
    ("a riverYou might also likeFlows on", "a river\nFlows on"),
    ("You might also like[Chorus]flows", "flows"),
    ("a\nYou might also like[Chorus]\nflows", "a\nflows"),
    ("a" + " long line" * 30 + " You might also like And so on", "a" + " long line" * 30 + " And so on"),
    ("Rock &amp;amp; roll &#39;n&#x27; &quot;soul&quot;", "Rock & roll 'n' \"soul\""),
    ("cafÃ© dâ€™Ã©tÃ©", "café d’été"),
    ("voilÃ\xa0 la mer, dÃ©jÃ\xa0", "voilà la mer, déjà"),
    ("Ð¿Ñ€Ð¸Ð²ÐµÑ‚ Ð¼Ð¸Ñ€", "привет мир"),
    ("ä½\xa0å¥½", "你好"),
    ("fÃ¼r ÃœbermÃ¼tige", "für Übermütige"),
    ("Å¼Ã³Å‚ty", "żółty"),
    ("I\x92ll stay \x97 here", "I’ll stay — here"),
    ("one<br/>two<br>\nthree<p>four</p>", "one\ntwo\nthree\nfour"),
    ("Sing <i>it</i> <span class='x'>now</span>", "Sing it now"),
    ("[Am]Hello [G]world", "Hello world"),
    ("la la (x2)", "la la"),
    ("la la x2", "la la"),
    ("la la [2x]", "la la"),
    ("encore (bis)", "encore"),
    ("[Chorus] Sing", "Sing"),
    ("here[Refrain:]Daddy", "here\nDaddy"),
    ("Chorus:(2 times)Sing it", "Sing it"),
    ("Verse 2: Sing it", "Sing it"),
    ("[00:10.00]Hello <00:11.0>you", "Hello you"),
    ("See the shore [p. 33.]", "See the shore"),
    ("it was in 199912Embed", "it was in 1999"),
    ("a\u00a0b\u3000c\t d  ", "a b c d"),
    ("zero\u200bwidth so\u00adft;\u200band more\ufeff", "zerowidth soft; and more"),
    ("nul\x00 bell\x07", "nul bell"),
    ("z" + "\u0301\u0316" * 50 + "algo", "ź" + "\u0316" * 4 + "\u0301" * 3 + "algo"),
)
"""A text and what is left of it."""

LOOK_ALIKES = (
    "This work is in my hands", "This work was published in my heart", "United States because I said so", "In the public domain of my heart",
    "This is a page of my life", "→ go on", "The longest-living author of this song is rain",
    "I sing my lyrics to you", "She reads the lyrics", "Lyrics of my heart", "I embed my name", "Embedded in my heart",
    "We embed", "You might also like me", "you might also like the rain", "You might also like to dance",
    "I think you might also like", "Chorus of angels", "A chorus of angels sings", "A minor fall, the major lift",
    "x2 and y", "I am 27", "27 contributors to my pain", "5 contributors came", "Verse one of my life", "(oh yeah)",
    "(Oh my love)", "[oh yeah]", "[la la la]", "[Hey, hey!]", "Bridge over water", "The bridge is burning:",
    "Hook me up, Chorus girl", "See you live", "See me live tonight", "Get tickets to the show", "*** what ***now",
    "Is it 3 < 4 & 5 > 2?", "I <3 you", "R&B; soul", "Solo (12 times)", "Solo", "Bridge", "Copyright on my heart",
    "Published by the wind", "Written by the hand of God", "Submit to love", "Submit", "All rights reserved for you and me",
    "Thanks to you for the roses", "Translate my heart", "A B C D E F G", "A B C", "Am I", "Am", "A", "E A", "B",
    "Add a little", "G is for gold", "wait -- for me", "--", "...", "…", "— said he", "Instrumental to my plan",
    "An instrumental break, then we sing", "no lyrics on my lips", "None", "Coming soon to me", "wo[o]den spoons",
    "Cum Patr[e] et Filio", "[A]nd when the rain", "ci illumini la [tua] luce", "Chorus sancto Domínico.",
    "Verse la joie", "ÉTÉ… voilà » SÅ…", "été… »", "naïve Ångström", "SÃO PAULO", "¿Qué?", "Zoë", "Dvořák", "Genius",
    "From genius to fool", "Paroles, paroles", "Letra de amor", "From A to Z", "1999", "99 Luftballons", "4 x 4",
    "riding my 4x4", "Model X2", "Malcolm X 2", "10:30 in the morning", "at 12:45 we met", "Key to my heart",
    "Capo of my crew", "Time: it flies", "Refrain from sorrow", "Coro de ángeles", "Vers le soir", "Pont d'Avignon",
    "Repeat after me", "Repeat", "(repeat after me)", "Twice", "Read more books", "Translations of the heart", "Share",
    "Copy", "Cancel", "Live", "I heard Get tickets", "می\u200cخواهم", "हिन्दी में", "你好，世界", "สวัสดีชาวโลก", "#1",
    "+ and -", "50% off", "AT&T", "a < b", "kisses xxx", "x marks", "Em casa", "Sus amores", "C'est la vie", "D'accord",
    "Drop", "(Drop)", "(Break)", "End", "Intro", "Share this song", "I said: Chorus", "Verse", "(bridge over water)",
    "Share the road and copy no vow", "Read more of my letters again", "No lyrics available to a mute",
)  # fmt: skip
"""Lines that are sung, or may be."""
