"""The words rights statements are made of, as `statement` writes them: plain Latin letters, single spaces."""

from __future__ import annotations

import re


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)


# Phrases of several languages → one code each: those of Creative Commons, and `publicdomain`.
CODES = (
    (_words("creative ?commons (?:copyright )?waiver", "creative ?commons zero", "cc ?zero"), "cc0"),
    (_words("creative ?commons"), "commons"),
    (_words("no ?deriv(?:ative|atives|s)?(?: works?)?", "sin ?(?:obras? )?derivadas", "non opere derivate"), "nd"),
    (_words("keine? (?:bearbeitung|bearbeitungen|abgeleiteten werke)", "(?:pas|sans) (?:de )?modifications?"), "nd"),
    (_words("non ?commercial(?:e|es)?", "nicht kommerziell", "keine kommerzielle nutzung", "no ?comercial"), "nc"),
    (_words("pas d utilisation commerciale"), "nc"),
    (_words("share ?alike", "weitergabe unter gleichen bedingungen", "compartir ?igual"), "sa"),
    (_words("partage (?:dans les memes conditions|a l identique)", "condividi allo stesso modo"), "sa"),
    (_words("attribution", "namensnennung", "atribucion", "atribuicao", "attribuzione"), "attribution"),
    (_words("public ?domain", "domaine public", "dominio publico", "pubblico dominio"), "publicdomain"),
    (_words("dominio pubblico", "publiek domein", "gemeinfrei"), "publicdomain"),
)

_BY, _PLUS = "by", "(?:nc|sa|nd)"
_VERSION = r"(?: (?:version |v ?)?(?P<version>\d\.\d)\b)?"
PUBLIC_DOMAIN = _words("publicdomain")
PUBLIC_DOMAIN_ABBREVIATED = re.compile(r"\W*p\.? ?d\.?\W*", re.IGNORECASE)
CC_ZERO = re.compile(r"\bcc ?0(?: ?1\.0)?\b", re.IGNORECASE)
CC_SHORT = re.compile(rf"\bcc ?(?P<kind>(?:{_PLUS} )*by(?: {_PLUS})*)\b{_VERSION}", re.IGNORECASE)
CC_LONG = re.compile(
    rf"\b(?:cc|commons)(?: licen[sc]e| lizenz)? (?P<kind>attribution(?: {_PLUS})*)\b{_VERSION}", re.IGNORECASE
)
CC_ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.)?creativecommons\.org/"
    r"(?:licenses/(?P<kind>by(?:-nc)?(?:-sa|-nd)?)/(?P<version>\d\.\d)|publicdomain/(?P<free>zero|mark)/1\.0)[a-z./]*",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
AMBIGUOUS_BY = re.compile(r"CC by")  # "CC by J. Doe": a licence, or who wrote it?

NO_DERIVATIVES = re.compile(r"\bnd\b|by ?(?:nc ?)?(?:sa ?)?nd|no ?deriv|unmodified|unaltered|verbatim", re.IGNORECASE)
RESERVED = re.compile(
    r"(?<!some )rights? ?reserved|rechte? ?vorbehalten|droits? ?reserves?|derechos ?reservados|direitos ?reservados"
    r"|diritti ?riservati|rechten ?voorbehouden",
    re.IGNORECASE,
)
RESEARCH = _words(
    "research", "academic", "scholarly", "forschung", "forschungszwecken?", "recherche", "investigacion", "ricerca"
)
COPYRIGHT = _words(r"copyright\w*", "copr", r"urheberrecht\w*", "droits? d auteur", "derechos de autor")
NOW_FREE = _words("now (?:in )?(?:the )?publicdomain")
LATER = _words(
    "from", "until", "till", "after", "before", "as of", "ab", "bis", "avant", "apres", "jusqu",
    r"in (?:20[3-9]\d|2[1-9]\d\d)",
)  # fmt: skip
TERRITORY = _words(
    "u ?s", "u ?s ?a", "united states", "u ?k", "united kingdom", "e ?u", r"europe\w*", r"canad\w*", r"mexic\w*",
    r"japan\w*", "china", r"australi\w*", "germany", "deutschland", "austria", "france", r"ital\w*", "spain",
    r"countr\w*", r"territor\w*", r"jurisdiction\w*", "pays", r"lander\w*",
)  # fmt: skip
# Speaks of a part of the song: whatever it grants, it does not grant all.
PART = _words(
    "lyrics?", "words?", "texts?", "texte", "music", "musik", "musique", r"melod\w*", "tunes?", r"translat\w*",
    r"ubersetz\w*", "traduction", r"arrang\w*", "arr", r"bearbeit\w*", r"harmoni\w*", r"accompan\w*", r"reali[sz]\w*",
    r"orchestrat\w*", "paroles", "letra", "testo",
)  # fmt: skip
# Speaks of the edition: what it grants says nothing of the song.
EDITION = _words(
    "editions?", "edited", "editor", r"engrav\w*", r"encod\w*", r"typeset\w*", r"transcri\w*", "notensatz", "satz",
    "ausgabe", "gravure", "layout", "scans?", "recording", "performance",
)  # fmt: skip
# Words that take back, limit or doubt. A person has to read what has them.
DOUBT = _words(
    "not?", "non", "nor", "never", "without", "unless", r"except\w*", r"exclud\w*", "excl", "only", "but", "however",
    "although", "most", "nicht", r"kein\w*", "nur", "ohne", "ausser", "sauf", "pas", "sans", "seulement", "solo",
    r"permission\w*", r"permit\w*", "genehmigung", "autorisation", r"prohibit\w*", r"forbid\w*", r"restrict\w*",
    r"limit\w*", r"unauthori[sz]ed", r"exclusive\w*", "protected", "geschutzt", "owned", "owner", "property",
    r"infring\w*", r"violat\w*", "illegal", r"den(?:y|ied)", "pending", r"disput\w*", r"claim\w*", "possibly",
    "probably", "perhaps", "maybe", "likely", r"presum\w*", "assumed", "believed", "unclear", "unknown", "uncertain",
    "unsure", r"unconfirm\w*", r"expir\w*", r"revok\w*", "withdrawn", r"terminat\w*", "formerly", "once", "fees?",
    "paid", r"purchas\w*", r"rent\w*", "sales?", "sold", "sell", "buy", "hire", "commercial", "private", "personal",
    "perusal", r"watermark\w*", "draft", "ascap", "bmi", "gema", "sacem", "prs", "suisa", "socan", "jasrac", "siae",
    "sgae", "stim", "dmca", "confidential", "nc", "sa",
)  # fmt: skip
# All else in small letters has to be one of these; names are written with capitals.
_HARMLESS = """
a an and any are as at attribution available by cette collection commons copyright corpus creator d da das de
dedicated dedication del der des di die dieses disposition distributed domain du each edited edition einer el
encoded encoding engraved engraving est et file for free freely freigegeben generic given has have i ii iii in
international into is ist it its la le les licence licences licencie license licensed licenses lied lizenz
lizenziert made mise now oeuvre of on or org our placed project publicdomain published put released reserved rights
s score scores selon since some song songs sous steht termes terms the their this to transcribed transcription
typeset und under universal unported unter v van version von waived waiver was we website werk with work works zu
"""
HARMLESS = frozenset(_HARMLESS.split())
MAX_NAMES = 8
