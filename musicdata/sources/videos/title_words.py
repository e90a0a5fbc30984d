"""Words in the titles of videos, in many languages: those that say nothing of the recording, and those that do.

All are as `names.normalised` leaves them; Chinese, Japanese and Korean ones are compared letter by letter, since such
titles have no spaces.
"""

from __future__ import annotations

import re

from musicdata.music.text.names import normalised


def _words(text: str) -> frozenset[str]:
    return frozenset(normalised(text).split())


def _apart(text: str) -> str:
    """Return a pattern of Chinese, Japanese and Korean words, as `title_reading.letters_apart` writes them."""
    return "|".join(" ".join(word) for word in text.split())


_SAYS_NOTHING = _apart(
    "官方 公式 完整 高清 高音質 高音质 動態 动态 動畫 歌詞 歌词 字幕 音频 音頻 音源 原版 官方版 完整版 版 中字 原唱"
    " 中文字幕 中文歌詞 中文歌词"
    " 中英字幕 中英歌詞 双语字幕 雙語字幕 和訳 日本語字幕 日本語訳"
    " 視頻 视频 專輯 专辑 拼音 ミュージックビデオ ビデオ リリック フル 歌詞付き 付き"
    " 가사 자막 한글 뮤직비디오 뮤비 공식 음원 고음질 해석 번역 발음"
)
_COVERED = _apart("歌ってみた カバー カラオケ オルゴール 翻唱 伴奏 커버 노래방")
_ANOTHER_RECORDING = _apart(
    "翻唱 現場 现场 演唱會 演唱会 伴奏 純音樂 纯音乐 版 鋼琴 钢琴 吉他 國語 国语 粵語 粤语 英文 日文 日語 混音 串燒"
    " てみた カバー カラオケ ライブ ピアノ オルゴール 耐久 メドレー リミックス 練習"
    " 中文 日本語 日语 韓語 韩语 英語 英语 德語 法語 西班牙語 方言 独奏 獨奏 合唱 翻奏"
    " 片段 試聽 试听 練習室 舞蹈 教學 教学"
    " アコースティック デモ リハーサル インスト オフボーカル 中国語 韓国語 バージョン ミックス ダンス 予告 弾き語り"
    " 한국어 일본어 영어 중국어 중문 어쿠스틱 데모 생방송 무대 리허설 인스트 예고 티저 합창"
    " 커버 라이브 노래방 반주 피아노 연주 교차 직캠 시간 리믹스 버전 안무 연습"
)

# Of whatever song: they say nothing wherever they stand.
NEUTRAL = _words(
    # that it is a video, with its words, and how sharp
    "official officially video videos audio lyric lyrics lyrical mv videoclip clip hd hq uhd 4k 8k 1080p 720p 2160p"
    " visualizer visualiser visualizr oficial oficiales officiel officielle ufficiale offizielles offiziell offizielle"
    " officieel oficjalny resmi musikvideo letra letras paroles testo songtext liedtext lirik sozleri"
    " subtitles subtitle subtitled subs sub subtitulado subtitulada subtitulos legendado legendada legenda vostfr"
    " remaster remastered remasterizado remasterise restored upscaled upscale vevo topic youtube"
    " explicit uncensored premiere traducao traduccion traducida tradotta traduzione traduction ubersetzung ceviri"
    " felirattal terjemahan vietsub thaisub engsub clipe officiell officiele premiera"
    " официальное официальный официальная видео аудио клип видеоклип текст песни слова премьера клипа лирик"
    " كلمات מילים"
    " επισημο επίσημο βιντεο στιχοι"
    " klip resmi teledysk tekst videoklip"
)
_TRANSLATED = (
    "subs?|subtitles|subtitulos|subtitulad[oa]|legendado|translation|traducao|traduccion|traduction|traduzione|ceviri"
    "|felirattal|ubersetzung|terjemahan"
)
_LANGUAGES = "espanol|ingles|portugues|english|spanish|turkce|magyar|deutsche|francaise|dan|lirik"
# So are these next to one of the above, or with nothing else in brackets: else they may be of a song's name.
WEAK = _words(
    "song music new brand full original single track album version ep lp exclusive out now bonus standard stereo"
    " deluxe expanded anniversary edition with on screen the in color colour coded nuevo nueva cancion musica canzone"
    " chanson from taken a an and y e et und de la el le du da do das der die con com avec mit quality high sound uncut"
    " m v mp3 cd vinyl digital stream translation only static pseudo w hi res flac kbps upgrade visual"
)
# A bracket of these is neutral though each may be in a song's name.
PHRASES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:the )?(?:album|original|full|main|standard|lp|uncut|stereo|explicit) (?:version|song|track)|original mix",
        r"(?:full|original) album version",
        r"\d{4}|(?:full )?(?:hd|hq)|(?:\w+ )?release",
        r"(?:original|single|bonus(?: track)?|deluxe(?: edition| version)?|stereo)",
        r"(?:\d{1,3}(?:st|nd|rd|th) )?anniversary(?: deluxe)?(?: edition| version| remaster)?",
        r"(?:super |expanded )?(?:deluxe|expanded|special|collectors|legacy|platinum|bonus track) (?:edition|version)",
        r"(?:\d{4} )?(?:digital )?remaster(?:ed|izado|ise)?(?: version| edition| audio)?(?: \d{4})?",
        r"(?:official |full )?(?:music |lyrics? )?video(?:clip)?(?: \d{4})?",
        r"(?:from|taken from) the (?:new |debut |upcoming |original )*(?:album|ep|lp)\b.*",
        r"(?:music )?from .*\b(?:soundtrack|motion picture|ost)\b.*|.*\b(?:original )?(?:motion picture )?soundtrack",
        r"(?:prod|dir)(?: by)? (?:\w+ ?){1,4}|(?:produced|directed|shot|video)(?: and \w+)? by (?:\w+ ?){1,4}",
        r"(?:with|w|on screen|and) lyrics?|lyrics? on screen|letra y video|video con letra|video letra",
        r"(?:with|w) (?:english|spanish|french|german|eng|esp) sub(?:s|title|titles)?",
        r"(?:eng|esp|english|spanish|french|german|portugues|espanol|ingles|indo|viet|pt br) (?:subs?|subtitles)",
        r"(?:subs?|subtitulado|subtitulada|legendado|subtitulos)(?: en| al| em)? (?:espanol|ingles|portugues|english)",
        r"(?:colou?r coded )?lyrics? (?:(?:han|rom|eng|kan|vostfr|esp|indo|romanized|hangul|translation) ?)+",
        r"(?:from|aus|de|del|dal) (?:the )?(?:album|ep|lp|single)\b.*",
        r"(?:album|cover|art)(?: cover)? (?:art|track)|track \d{1,2}|0\d|vinyl",
        r"(?:hi res|flac|mp3|\d{3} ?kbps)(?: audio)?",
        r"(?:super )?deluxe|complete|free download|from \w+(?: \w+){0,3} (?:ep|lp|album)",
        rf"(?=.*\b(?:{_TRANSLATED})\b)(?:(?:{_TRANSLATED}|lyrics?|letra|y|e|en|and|{_LANGUAGES}) ?)+",
        r"(?:official|new) (?:song|single|track|release)(?: \d{4})?|(?:out|available|new) (?:now|song|single|music)",
        r"(?:high|best|cd|studio) (?:quality|sound)|studio (?:version|recording|album)|original recording",
        # whole and in brackets: official, the words, the sound, the edition, in Chinese, Japanese and Korean
        rf"(?:{_SAYS_NOTHING}|mv|m v|hd|hq|4k|official|video|audio|lyrics?|music|pinyin|\s)+",
        r"(?:hd|hq|4k|uhd)(?: remaster(?:ed)?)?",
    )
)
# No phrase that holds one of these is neutral.
VERSION = re.compile(
    r"\b(?:live|acoustic|remix\w*|covers?|karaoke|instrumentals?|demo|concert|tour|unplugged|tribute|parody|ai|inst"
    r"|acapella|sessions?|rehearsal|medley|mashup|clean|slowed|reverb|nightcore|8d|lofi"
    r"|piano|guitar|orchestra\w*|reaction|trailer|teaser|spanish|deutsch)\b"
)
# Words that lead from a name to one of `NEUTRAL`.
LEADING = _words("new the brand full with w and")
# Before `LYRICS`: words that are not the song's own.
OTHER = _words("new original")
LYRICS = _words("lyric lyrics letra letras paroles testo songtext")
# What a channel that is not the artist's says of whatever it shows: no recording of the artist's own.
OF_CHANNEL = re.compile(
    r"\b(?:karaoke|covers?|covered|instrumentals?|speed|piano|nightcore|daycore|slowed|reverb|8 ?d|8 ?bit|chiptune"
    r"|tribute|quartet|orchestra|symphony|choir|drumless|drum(?:s|mer)?|backing|play ?along|tutorials?|lessons?"
    r"|lullab\w*|rockabye|chipmunks?|minus one|a ?cap?pell?as?|type beats?|beats|remix(?:es|ed)?|mash ?ups?|bootlegs?"
    r"|reacts?|reactions?|parody|parodies|kids|kidz|kinder|babys?|acoustic|guitar|bass|ukulele|violin|cello|flute|sax"
    r"|sings|singing|vocal coach|music box|loops?|hours?|ai|ringtones?|made famous|in the style of|sing along"
    rf"|кавер|караоке|минусовки?|каверы)\b|{_COVERED}"
)
# A name of these is whoever hands a recording on, not whoever plays it.
OF_LABEL = _words(
    "records recordings record label labels entertainment release releases lyrics vevo topic distribution media"
)
PERFORMS = re.compile(r"- topic$|vevo$|\bofficial(?: channel)?$|\boficial$", re.IGNORECASE)
NOBODYS = _words("various release artists")
# Between names, and nothing by themselves.
JOINING = _words("and by et und y the")
# Before a guest.
GUESTING = _words("feat ft featuring with w x con starring")
# What a version is called by, which its other mention may leave out.
OPTIONAL = _words("version edit mix recorded recording session sessions performance at in the from of on a track bonus")
# Never a name beside a name in another script.
NO_NAME = re.compile(
    r"\b(?:version|ver|cover|live|remix|mix|edit|karaoke|instrumental|acoustic|piano|guitar|demo|inst|mr|sung|by"
    r"|parody|reaction|tutorial|nightcore|slowed|sped|speed|reverb|bass|drum|drums|tribute|tour|concert|rehearsal"
    r"|practice|dance|fancam|teaser|trailer|preview|part|pt|vol|feat|mashup|medley|ost|english|japanese|chinese|korean"
    r"|mandarin|cantonese|spanish|russian|german|french|italian|loop|hour|hours|ai|clean|minus|backing|solo|duet|vs"
    r"|кавер\w*|караоке|минус\w*|ремикс\w*|верси\w*|концерт\w*|жив\w*|лаив|акусти\w*|пароди\w*|перевод\w*|демо"
    rf"|инструмент\w*|репетиц\w*|русск\w*|англии\w*|испан\w*|украин\w*|трибьют|разбор)\b|{_ANOTHER_RECORDING}"
)
