"""Words of texts as NLTK cuts them for METEOR, by what was learnt of the words before."""

from __future__ import annotations

import functools
import re

from musicdata.errors import SetupError

_TITLES = ("Mr", "Mrs", "Ms", "Dr", "St", "vs", "Jr", "Sr", "ft", "feat", "No", "Vol")
_NOT_AFTER = "".join(rf"(?<!\b{title}\.)" for title in (*_TITLES, "[A-Z]", r"e\.g", r"i\.e"))
_END = re.compile(rf"(?:(?<=[.!?])|(?<=[.!?][\"')\]”’])){_NOT_AFTER}\s+")
_PIECE = re.compile(r"\s?\S+(?=(\s?))")
_JOINED = {"cannot", "gimme", "gonna", "gotta", "lemme", "wanna"}  # letters alone that are two words
_CLOSING = "])}>\"'»”’"
_KEPT = 1 << 17  # pieces


class TreebankWords:
    """Cuts texts into words and punctuation as `nltk.word_tokenize` does, but for the ends of sentences.

    Those are told by a rule, `sentences`, in the place of a model that would have to be fetched. Within a sentence,
    NLTK's rules look at what stands between spaces and at the spaces beside it, so that a piece is cut once and then
    known; only closing marks that stand apart at the end are looked at together with what is before them.

    Raises:
        SetupError: NLTK is not installed.

    >>> TreebankWords().cut("Don't go. He's gone!")
    ['Do', "n't", 'go', '.', 'He', "'s", 'gone', '!']
    """

    def __init__(self) -> None:
        try:
            from nltk.tokenize.destructive import NLTKWordTokenizer
        except ImportError as error:
            raise SetupError(f"METEOR needs NLTK ({error}); run: pip install 'musicdata[captions]'") from error
        self._whole = NLTKWordTokenizer().tokenize
        self._piece = functools.lru_cache(_KEPT)(self._whole)

    def cut(self, text: str) -> list[str]:
        """Return the words of a text in order."""
        return [word for sentence in sentences(text) for word in self._cut(sentence)]

    def _cut(self, sentence: str) -> list[str]:
        pieces = list(_PIECE.finditer(sentence))
        if pieces and not pieces[-1][0].strip().strip(_CLOSING):
            return list(self._whole(sentence))
        words: list[str] = []
        last = len(pieces) - 1
        for place, piece in enumerate(pieces):
            plain = piece[0].strip()
            if plain.isalnum() and plain.lower() not in _JOINED:
                words.append(plain)
                continue
            # A neighbour in the place of what is before and after: only that there is one matters.
            before, after = "x" if place else "", "x" if place < last else ""
            found = self._piece(f"{before}{piece[0]}{piece[1]}{after}")
            words += found[bool(before) : len(found) - bool(after)]
        return words


def sentences(text: str) -> list[str]:
    """Return the sentences of a text: they end at marks before a space, but for initials and titles.

    >>> sentences("Of Mr. J. Brown. He's gone (far.) Why?")
    ['Of Mr. J. Brown.', "He's gone (far.)", 'Why?']
    """
    return _END.split(text)
