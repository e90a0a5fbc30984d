"""Base forms of English words, by the rules of WordNet's morphy as NLTK applies them."""

from __future__ import annotations

RULES: dict[str, tuple[tuple[str, str], ...]] = {
    "noun": (
        ("s", ""), ("ses", "s"), ("ves", "f"), ("xes", "x"), ("zes", "z"), ("ches", "ch"), ("shes", "sh"),
        ("men", "man"), ("ies", "y"),
    ),
    "verb": (("s", ""), ("ies", "y"), ("es", "e"), ("es", ""), ("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", "")),
    "adj": (("er", ""), ("est", ""), ("er", "e"), ("est", "e")),
    "adv": (),
}  # fmt: skip
"""Class of words → endings and what stands in their place in the base form."""


def candidates(word: str, word_class: str) -> list[str]:
    """Return what a word might be a form of, by its ending.

    >>> candidates("axes", "noun")
    ['axe', 'ax']
    """
    return [word[: -len(old)] + new for old, new in RULES[word_class] if word.endswith(old)]
