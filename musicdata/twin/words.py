"""The words that lyrics are made of: eight English themes, and a few lines each of Spanish, German and French.

A theme says which way its words lean in the four latent directions of a mood: valence, arousal, brightness, weight.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """A group of words that songs of a mood prefer.

    Attributes:
        name: of the theme.
        lean: in valence, arousal, brightness, weight.
        nouns: singular, to be used with "the".
        verbs: in the form that follows "I" and "you".
        adjectives: that stand before a noun.
    """

    name: str
    lean: tuple[float, float, float, float]
    nouns: tuple[str, ...]
    verbs: tuple[str, ...]
    adjectives: tuple[str, ...]


def _theme(name: str, lean: tuple[float, float, float, float], nouns: str, verbs: str, adjectives: str) -> Theme:
    return Theme(name, lean, tuple(nouns.split()), tuple(verbs.split()), tuple(adjectives.split()))


THEMES = (
    _theme(
        "joy",
        (1.2, 0.6, 0.3, 0.0),
        "sunshine party summer smile laughter weekend holiday parade beach chorus friend festival morning jukebox",
        "dance laugh cheer celebrate clap smile sing jump enjoy shine",
        "happy golden bright lucky sunny joyful merry glad cheerful radiant",
    ),
    _theme(
        "sorrow",
        (-1.3, -0.6, -0.2, -0.2),
        "tear grave goodbye rain funeral sorrow letter ghost regret winter widow farewell ash wound",
        "cry weep mourn lose grieve regret miss bury suffer ache",
        "lonely broken empty bitter hopeless cold hollow forgotten tearful grey",
    ),
    _theme(
        "rage",
        (-0.8, 1.1, -0.2, 0.9),
        "fury enemy fist blood riot bullet traitor war venom knife revenge scream poison battle",
        "fight hate burn destroy scream kick curse shatter punish smash",
        "furious savage violent cruel wicked bloody ruthless burning hateful wild",
    ),
    _theme(
        "rest",
        (0.2, -1.3, -0.2, -0.7),
        "pillow lullaby evening silence candle cradle hush breeze blanket twilight meadow lake whisper moonlight",
        "sleep rest breathe listen whisper slumber drift wait settle linger",
        "quiet gentle calm silent slow peaceful drowsy still tender mild",
    ),
    _theme(
        "love",
        (0.7, -0.3, 0.1, -0.9),
        "sweetheart kiss darling rose heart ring honey valentine embrace promise bouquet lover perfume wedding",
        "love kiss hold adore cherish marry embrace treasure need keep",
        "sweet lovely dear precious faithful warm devoted beloved soft charming",
    ),
    _theme(
        "dream",
        (0.2, -0.5, 1.2, -0.4),
        "cloud star galaxy mirror ocean feather moon horizon rainbow mist planet castle comet lantern",
        "dream float wander imagine wonder glide shimmer fade vanish glow",
        "silver endless distant velvet magic hazy weightless crystal secret pale",
    ),
    _theme(
        "iron",
        (-0.3, 0.7, -0.9, 1.2),
        "engine hammer thunder iron mountain chain anvil steel giant storm tower machine furnace hurricane",
        "crush march pound drag strike break roar grind carry stomp",
        "heavy mighty massive brutal dark rusty loud solid iron stubborn",
    ),
    _theme(
        "play",
        (0.6, 0.3, 1.2, 0.2),
        "monkey balloon bicycle banana circus puzzle robot teapot kitten umbrella trampoline penguin puppet pancake",
        "tickle juggle giggle skip wiggle tease bounce whistle wink tumble",
        "silly funny crazy curious wobbly cheeky odd bubbly fuzzy goofy",
    ),
)

# {n} a noun, {v} a verb, {a} an adjective
ENGLISH_LINES = (
    "I {v} the {a} {n} in the {n}",
    "and you {v} with the {n} all night",
    "there is a {a} {n} on the way",
    "we {v} and we {v} like a {a} {n}",
    "tell me why you {v} the {n}",
    "all the {n} that I see is {a}",
    "oh the {n} and the {n} will {v} again",
    "you are the {a} {n} that I {v}",
    "when the {n} is {a} we {v}",
    "give me a {n} and a {a} {n}",
    "never {v} without the {a} {n}",
    "I know that the {n} will {v} tonight",
    "they say the {a} {n} can {v}",
    "so I {v} for you and the {n}",
    "it was only a {a} {n} to me",
    "do you {v} when the {n} is gone",
)

# By language: nouns, verbs, adjectives, lines.
FOREIGN = {
    "es": (
        "corazón noche camino luna calle lluvia mañana canción tierra vida",
        "quiero espero busco siento olvido canto sueño lloro",
        "triste dulce perdida sola lejana nueva clara amarga",
        (
            "yo {v} la {n} de mi {n}",
            "y tú eres la {n} más {a} que {v}",
            "no {v} nada cuando la {n} está {a}",
            "porque en esta {n} siempre {v} tu {n}",
            "dime si la {n} {a} vuelve con el sol",
            "ay, mi {n}, todavía te {v}",
        ),
    ),
    "de": (
        "Nacht Straße Stadt Liebe Zeit Sonne Welt Stimme Tür Seele",
        "suche sehe höre liebe vergesse brauche finde verliere",
        "kalte leise schöne dunkle alte fremde warme letzte",
        (
            "ich {v} die {a} {n} in der {n}",
            "und du bist nicht mehr hier, ich {v} dich",
            "warum ist die {n} so weit weg von mir",
            "wenn die {a} {n} kommt, {v} ich nur dich",
            "wir haben die {n} und die {n} für uns",
            "heute {v} ich noch einmal die {n}",
        ),
    ),
    "fr": (
        "nuit rue pluie chanson vie lumière ville mer maison fleur",
        "cherche regarde oublie chante attends retrouve garde pleure",
        "triste douce perdue seule belle froide lointaine claire",
        (
            "je {v} la {n} {a} dans la {n}",
            "et toi tu es la {n} que je {v}",
            "il ne reste plus rien de notre {n}",
            "quand la {n} est {a}, je te {v} encore",
            "dis-moi pourquoi la {n} n'est plus là",
            "c'est toujours la {n} qui me {v}",
        ),
    ),
}


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _names(
    "Ada Bruno Clara Dario Elsa Felix Greta Hugo Iris Jonas Kira Leon Mara Nils Olga Paul Rosa Simon Tessa Uwe "
    "Vera Walt Yara Zeno Anouk Boris Celia Dunja Émile Farah Gösta Hanna Igor Jule Karl Lotte Miro Nora Otto Petra"
)
LAST_NAMES = _names(
    "Adler Barlow Castell Dorn Ekberg Falk Garner Holt Ivarsson Jansen Keller Lindqvist Marlow Norden Osman Pryce "
    "Quill Raven Sander Thorne Ulrich Vance Wilder Yates Zander Ashby Brandt Corwin Dale Engel Frost Grimm Hale "
    "Irving Joyce Kessler Lowe Mercer Nash Otero"
)
BAND_WORDS = _names(
    "Foxes Lanterns Orchards Engines Sparrows Harbours Tigers Meteors Gardens Shadows Pilots Rivers Owls Cannons "
    "Dancers Islands Magnets Wolves Comets Painters"
)
