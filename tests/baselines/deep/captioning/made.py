"""Songs with planted facts: two topics and the mood are in the words, tempo and instrument only in the music tokens."""

from __future__ import annotations

from typing import Any

import numpy as np

from musicdata_baselines.captioning.songs import Songs

TOPICS = {
    "sea": ("waves", "harbour", "tide"),
    "war": ("soldiers", "trenches", "drums"),
    "home": ("kitchen", "hearth", "garden"),
    "money": ("coins", "wages", "bank"),
    "night": ("stars", "moon", "shadows"),
    "road": ("miles", "wheels", "highway"),
    "rain": ("clouds", "puddles", "storm"),
    "faith": ("prayer", "altar", "hymn"),
}
MOODS = {"sad": ("tears", "alone", "sorrow"), "happy": ("laughing", "bright", "dancing")}
TEMPOS = ("slow", "medium", "fast")
INSTRUMENTS = ("piano", "flute", "trumpet")
FILLER = (
    "we go on and on",
    "oh tell me now",
    "i said it before",
    "you know how it is",
    "one more time again",
    "and so it was",
)
N_TOKENS, WIDTH = 10, 64


def facts_of(n: int, seed: int = 0) -> list[dict[str, Any]]:
    """Draw the facts of songs."""
    draw = np.random.default_rng([seed, 1])
    facts = []
    for _ in range(n):
        topics = draw.choice(list(TOPICS), 2, replace=False).tolist()
        facts.append(
            {
                "topics": topics,
                "mood": str(draw.choice(list(MOODS))),
                "tempo": str(draw.choice(TEMPOS)),
                "instrument": str(draw.choice(INSTRUMENTS)),
            }
        )
    return facts


def planted(n: int, seed: int = 0, *, n_captions: int = 1) -> Songs:
    """Make songs whose captions name what only words and what only music tokens tell."""
    facts = facts_of(n, seed)
    draw = np.random.default_rng([seed, 2])
    lyrics = tuple(_lyrics(one, draw) for one in facts)
    return Songs(
        tuple(f"s{seed}x{i:05d}" for i in range(n)),
        lyrics,
        _tokens(facts, draw),
        tuple((_caption(one, 0), _caption(one, 1))[:n_captions] for one in facts),
    )


def _caption(one: dict[str, Any], wording: int) -> str:
    first, second = one["topics"]
    if wording:
        return f"with {one['instrument']} at a {one['tempo']} tempo, this {one['mood']} song speaks of {first} and {second}"
    return f"a {one['mood']} song about {first} and {second}, {one['tempo']}, played on the {one['instrument']}"


def _lyrics(one: dict[str, Any], draw: np.random.Generator) -> str:
    lines = []
    for topic in one["topics"]:
        lines += [f"{draw.choice(FILLER)} {draw.choice(TOPICS[topic])}" for _ in range(2)]
    if draw.random() < 0.5:
        lines.append(f"{draw.choice(MOODS[one['mood']])} {draw.choice(FILLER)}")
    lines.append(str(draw.choice(FILLER)))
    return "\n".join(lines[i] for i in draw.permutation(len(lines)))


def _tokens(facts: list[dict[str, Any]], draw: np.random.Generator) -> Any:
    """Add a fixed pattern for each value of tempo, instrument and mood to noise."""
    fixed = np.random.default_rng(99)
    patterns = {v: fixed.normal(size=WIDTH) for v in (*TEMPOS, *INSTRUMENTS, *MOODS)}
    rows = []
    for one in facts:
        signal = patterns[one["tempo"]] + patterns[one["instrument"]] + 0.5 * patterns[one["mood"]]
        rows.append(signal + draw.normal(size=(N_TOKENS, WIDTH)))
    return np.asarray(rows).astype(np.float16).reshape(len(facts), N_TOKENS, WIDTH)


def named(captions: list[str], n: int, seed: int) -> dict[str, float]:
    """Return how often captions name the right value of each fact of `planted(n, seed)`."""
    facts = facts_of(n, seed)
    words = [set(text.replace(",", " ").split()) for text in captions]
    right = {
        name: np.mean([one[name] in said for one, said in zip(facts, words, strict=True)])
        for name in ("mood", "tempo", "instrument")
    }
    topic = np.mean([len(said & set(one["topics"])) / 2 for one, said in zip(facts, words, strict=True)])
    return {"topic": float(topic), **{name: float(value) for name, value in right.items()}}
