"""The words that reviews are made of: two poles in each of six latent directions, genres, and what people say."""

from __future__ import annotations

from dataclasses import dataclass

DIRECTIONS = ("brightness", "weight", "pace", "wood", "gloom", "width")


@dataclass(frozen=True, slots=True)
class Pole:
    """One end of a latent direction, in words.

    Attributes:
        direction: of it.
        sign: of the end.
        sounds: plural, to be used after "the".
        adjectives: that stand before a noun.
    """

    direction: str
    sign: float
    sounds: tuple[str, ...]
    adjectives: tuple[str, ...]


def _pole(direction: str, sign: float, sounds: str, adjectives: str) -> Pole:
    return Pole(direction, sign, tuple(sounds.split(", ")), tuple(adjectives.split()))


POLES = (
    _pole(
        "brightness",
        1,
        "cymbals, hi-hats, tambourines, glockenspiels, twelve-strings, chimes, flutes, falsettos",
        "crisp glassy sparkling shimmering trebly airy piercing silvery",
    ),
    _pole(
        "brightness",
        -1,
        "basses, cellos, floor toms, baritones, bass clarinets, low organs, tubas, rumbles",
        "muffled murky bassy smoky velvety warm dusky rounded",
    ),
    _pole(
        "weight",
        1,
        "riffs, power chords, amplifiers, growls, breakdowns, walls of feedback, screams, kick drums",
        "heavy crushing distorted thunderous punishing massive brutal ferocious",
    ),
    _pole(
        "weight",
        -1,
        "lullabies, whispers, harps, nylon strings, brushes, music boxes, murmurs, sighs",
        "delicate gentle hushed tender soft soothing fragile featherlight",
    ),
    _pole(
        "pace",
        1,
        "beats, drum machines, breakbeats, handclaps, grooves, sprints, fills, dance floors",
        "fast frantic breakneck driving danceable restless urgent hyperactive",
    ),
    _pole(
        "pace",
        -1,
        "drones, ballads, long chords, adagios, pauses, crawls, swells, slow fades",
        "slow languid glacial drowsy unhurried patient sleepy meditative",
    ),
    _pole(
        "wood",
        1,
        "acoustic guitars, banjos, fiddles, mandolins, upright pianos, double basses, harmonicas, dulcimers",
        "acoustic unplugged rustic earthy wooden handmade organic countrified",
    ),
    _pole(
        "wood",
        -1,
        "synthesizers, sequencers, samples, vocoders, loops, keyboards, oscillators, arpeggios",
        "electronic synthetic robotic digital processed futuristic programmed metallic",
    ),
    _pole(
        "gloom",
        1,
        "elegies, laments, regrets, funerals, tears, heartbreaks, minor keys, ghosts",
        "melancholy mournful bleak brooding desolate sad haunted sorrowful",
    ),
    _pole(
        "gloom",
        -1,
        "singalongs, hooks, smiles, anthems, jokes, celebrations, sunny afternoons, major keys",
        "cheerful sunny joyful uplifting playful happy carefree bouncy",
    ),
    _pole(
        "width",
        1,
        "string sections, choirs, horn sections, arrangements, echoes, overdubs, orchestras, cathedrals",
        "lush orchestral layered cavernous cinematic reverberant majestic sweeping",
    ),
    _pole(
        "width",
        -1,
        "demos, four-tracks, bedroom tapes, silences, close microphones, bare rooms, single takes, cassettes",
        "dry sparse intimate stripped skeletal bare minimal homespun",
    ),
)

# {n} sounds, {a} an adjective, {song} a title of the album
SENTENCES = (
    "The {a} {n} on this record are hard to forget.",
    "What stays with me are the {n}, {a} from the first minute to the last.",
    "{song} opens with {n} and turns {a} after a minute.",
    "I bought it for the {n} and stayed for the {a} {n}.",
    "The production is {a}, full of {n} and {n}.",
    "Nobody else makes {n} sound this {a}.",
    "On {song} the {n} give way to {a} {n}.",
    "Expect {a} songs, {a} singing and a lot of {n}.",
    "My favourite here is {song}, with its {n}.",
    "After the {a} opener come {n}, then more {n}.",
    "There is something {a} about the way the {n} meet the {n}.",
    "It is a {a} album at heart, whatever the {n} say.",
    "If you like {n}, you will play this {a} disc for weeks.",
    "Side two is {a} and leans on {n}.",
    "The band keeps the {n} {a} and lets the {n} breathe.",
    "Late at night the {n} sound even more {a}.",
)

OPINIONS = {
    5: (
        "A masterpiece from start to finish.",
        "Five stars are not enough.",
        "I cannot stop playing it.",
        "Buy it without a second thought.",
    ),
    4: (
        "Not perfect, but very good indeed.",
        "One or two fillers, otherwise strong.",
        "It grows on you.",
        "Well worth the money.",
    ),
    3: (
        "Good moments and dull ones.",
        "I expected a little more.",
        "It is all right, no more than that.",
        "Listen before you buy.",
    ),
    2: (
        "A disappointment after the last one.",
        "I wanted to like it and could not.",
        "Too many weak songs.",
        "Only for collectors.",
    ),
    1: (
        "A waste of money.",
        "I sent it back.",
        "The worst record they ever made.",
        "Avoid it, the mastering is awful.",
    ),
}

FACTS = (
    "{artist} has been a favourite of mine for years.",
    "I saw {artist} on tour and got the album the next day.",
    "My copy of {title} arrived quickly and well packed.",
    "I first heard {title} at a friend's place.",
    "{title} came out when I was in school.",
    "The booklet has lyrics &amp; photos.",
)

SHORT = ("Great album!", "Love it.", "Good CD.", "Just what I wanted.", "ok")
"""Whole reviews, of one as of another album."""

SUMMARIES = {
    5: ("Essential", "A classic", "Simply wonderful", "Best album of the year"),
    4: ("Very good", "Strong effort", "Nearly there", "A grower"),
    3: ("Mixed bag", "So so", "Average"),
    2: ("Let down", "Not their best", "Weak"),
    1: ("Terrible", "Avoid", "Waste of time"),
}

# Root genre → how it leans in the six directions, and names of categories below it.
GENRES: dict[str, tuple[tuple[float, ...], tuple[str, ...]]] = {
    "Pop": ((0.6, -0.3, 0.4, -0.4, -0.7, 0.3), ("Dance Pop", "Adult Contemporary", "Teen Pop")),
    "Rock": ((0.1, 0.6, 0.3, 0.0, 0.0, 0.0), ("Classic Rock", "Progressive", "Rock Guitarists")),
    "Classical": ((-0.2, -0.8, -0.5, 0.9, 0.2, 1.0), ("Symphonies", "Chamber Music", "Opera & Vocal")),
    "Latin Music": ((0.4, -0.1, 0.8, 0.6, -0.7, 0.2), ("Salsa", "Tango", "Bossa Nova")),
    "Country": ((0.3, -0.4, 0.0, 1.0, 0.1, -0.4), ("Honky-Tonk", "Bluegrass", "Outlaw")),
    "Jazz": ((-0.5, -0.5, 0.1, 0.7, -0.1, -0.2), ("Bebop", "Cool Jazz", "Vocal Jazz")),
    "Dance & Electronic": ((0.5, 0.2, 1.0, -1.2, -0.2, 0.3), ("House", "Techno", "Trance")),
    "Alternative Rock": ((0.1, 0.5, 0.1, -0.1, 0.5, -0.3), ("Indie & Lo-Fi", "Britpop", "Post-Punk")),
    "New Age": ((0.2, -1.0, -1.0, -0.5, -0.2, 0.9), ("Meditation", "Celtic New Age", "Healing")),
    "Rap & Hip-Hop": ((-0.5, 0.5, 0.5, -0.9, 0.0, -0.6), ("East Coast", "Southern Rap", "Old School")),
    "Metal": ((0.1, 1.5, 0.6, -0.2, 0.6, 0.0), ("Death Metal", "Thrash", "Doom Metal")),
    "Folk": ((0.0, -0.7, -0.4, 1.1, 0.4, -0.7), ("Singer-Songwriters", "Traditional Folk", "British Folk")),
    "R&B": ((-0.3, -0.3, 0.3, -0.4, -0.3, 0.4), ("Soul", "Funk", "Quiet Storm")),
    "Blues": ((-0.4, 0.3, -0.2, 0.5, 0.6, -0.5), ("Delta Blues", "Chicago Blues", "Electric Blues")),
    "Gospel": ((0.2, -0.2, 0.1, 0.4, -0.7, 0.8), ("Praise & Worship", "Southern Gospel", "Choirs")),
    "Reggae": ((-0.7, -0.1, -0.2, 0.0, -0.7, -0.2), ("Dub", "Dancehall", "Roots Reggae")),
}
