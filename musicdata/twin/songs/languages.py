"""Four languages to make words of: their most frequent function words, and syllables that are spelled like theirs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

VOCABULARY = 20_000
"""Different words of a language; those of least rank are its function words."""

_ORDER_SEED, _MOST_SYLLABLES = 71, 3


@dataclass(frozen=True, slots=True)
class Language:
    """A language.

    Attributes:
        code: ISO 639-1.
        name: in English, as tables of songs have it.
        function_words: the most frequent first.
        onsets: that syllables begin with; `nuclei` their vowels; `endings` of the last syllable.
    """

    code: str
    name: str
    function_words: tuple[str, ...]
    onsets: tuple[str, ...]
    nuclei: tuple[str, ...]
    endings: tuple[str, ...]


def _language(code: str, name: str, *spelled: str) -> Language:
    words, onsets, nuclei, endings = (tuple(text.split()) for text in spelled)
    return Language(code, name, words, onsets, nuclei, endings)


LANGUAGES = (
    _language(
        "en",
        "English",
        "the and I you to a me my in it of your on that is for with we all be so this but just when not are no like "
        "what can was now they she he do from there if at have will one our where how never by or as more up out down "
        "over who because too into their them about before only then here why every again without still through away "
        "could would should been am her his him us",
        "b br d dr f fl g gl gr h k l m n p pl r s sh sl st str t th tr w wh",
        "a e i o u ea oo ai ou ay",
        "d ght ing ly m n nd ng ness r rn s sh st t th ve wn y",
    ),
    _language(
        "de",
        "German",
        "und ich die der du nicht das ist in mir es wir so ein dich mich zu mit auf den wie was doch nur noch von "
        "wenn mein dein für an sie er sich dir alles eine im hat bin war immer da uns nie aber mehr kein auch hier aus "
        "dem um wo bei nach über alle sind kann nichts durch wird schon jetzt oder ihr ohne weil bis wieder dann unter "
        "seit gegen einen meine deine habe",
        "b bl br d f fl g gl gr h k kl kr l m n pf r s sch schl schw st str t tr w z zw",
        "a e i o u ä ö ü ei au ie",
        "ben cht ck en er ft gen heit ig keit lich ling ln nd ng nis rt schen st ten ung z",
    ),
    _language(
        "fr",
        "French",
        "de je et la le les tu pas à que un en est dans une des moi mon qui pour ne toi sur ma ce il on mais plus tout "
        "me te avec nous du se si au comme ton elle par vous mes sans c'est quand bien fait rien tous ou où jamais ta "
        "j'ai sont tes ses encore même leur son cette entre être aussi là toujours dont qu'il vers chez n'est donc "
        "notre votre leurs depuis",
        "b bl br c ch cl cr d f fl fr g gr j l m n p pl pr qu r s t tr v",
        "a e i o u é è ou oi ai eau eu",
        "ance aux e ée ent er eur euse ez ine ir ment ne nte oir que re sion tte té",
    ),
    _language(
        "es",
        "Spanish",
        "que no de y la en el me tu mi a te lo un por con yo es se los una para si más como ya las sin al solo cuando "
        "pero amor todo su del ti quiero hay soy nada porque vida siempre donde muy este nunca esta está sé tan ni voy "
        "mí hasta eres otra hoy tus mis son fue le nos tú sobre desde quien qué cada entre también así aquí ser otro "
        "todos contigo conmigo",
        "b br c ch d f g gr h j l ll m n p pr qu r s t tr v z",
        "a e i o u á é í ó ie ue",
        "ado aje ando anza ar ción dad ero ir ito ma na ñar or os ra res sa tos ya",
    ),
)
"""By how many songs are in them, the most first."""

SHARES = (0.7, 0.1, 0.1, 0.1)


@cache
def vocabulary(code: str) -> tuple[str, ...]:
    """Return the words of a language by rank, always the same."""
    language = next(language for language in LANGUAGES if language.code == code)
    rng = np.random.default_rng([_ORDER_SEED, LANGUAGES.index(language)])
    words = dict.fromkeys(language.function_words)
    for length, ending, *syllables in rng.random((3 * VOCABULARY, 2 + 2 * _MOST_SYLLABLES)).tolist():
        parts = [_pick(syllables[at], (language.onsets, language.nuclei)[at % 2]) for at in range(2 * _MOST_SYLLABLES)]
        n_parts = 2 * (1 + int(length * _MOST_SYLLABLES))
        words["".join(parts[:n_parts]) + _pick(ending, language.endings)] = None
        if len(words) == VOCABULARY:
            break
    return tuple(words)


def _pick(drawn: float, parts: tuple[str, ...]) -> str:
    return parts[int(drawn * len(parts))]


@cache
def cumulated() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the cumulated shares of words by rank, after Zipf and Mandelbrot."""
    weights = 1.0 / (np.arange(VOCABULARY) + 2.7) ** 1.05
    return np.cumsum(weights / weights.sum())
