"""The page in one file: chosen samples with their sounds and pictures inside, which asks nobody for anything.

It runs the same modules as the page of the server, put into one script; what the server would answer stands beside it
as data. The file says by hash which script and which style may run, and that nothing may be fetched.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.definitions.contract import SAMPLE_ID
from musicdata.errors import UsageError
from musicdata.web import answers, counting, sample
from musicdata.web.asking import BadRequestError
from musicdata.web.library import REJECTS
from musicdata.web.neighbours import Neighbours

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping, Sequence

    from musicdata.web.answers import Page

MOST_BYTES = 15 * 10**6
"""Of a file that can still be sent by mail."""

MOST_SECONDS = 60
"""Of one sound."""

BEGINNING_BYTES = 1 << 16
"""Of a report: its data begin within."""

_MOST_REJECTS = 300
_ISLAND = '<script type="application/json" id="island">'
_OPUS_RATE_HZ = 24_000
_TOLD_EVERY = 20
_MOST_PICTURE_BYTES = 600_000
_IMPORT = re.compile(r'^import (?:\* as (\w+)|\{([^}]*)\}) from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (async function|function|const) (\w+)", re.MULTILINE)
_POLICY = (
    "default-src 'none'; script-src {script}; style-src {style}; img-src blob: data:; media-src blob:; "
    "connect-src blob:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


@dataclass
class Report:
    """What stands in a report.

    Attributes:
        html: the file.
        n_samples: in it; `n_media` sounds and pictures in it.
        withheld: modality → samples in it of which that is not shown, because it may not be passed on.
        left_out: samples that would have made it too large.
        n_suspects: pairs in it that fit badly.
        no_suspects: why there are none, where some were asked for; "" where there are.
    """

    html: str = field(repr=False)
    n_samples: int
    n_media: int
    withheld: dict[str, int]
    left_out: int
    n_suspects: int = 0
    no_suspects: str = ""


def make(
    page: Page,
    allowed: Mapping[str, frozenset[str]] | None,
    n: int,
    *,
    also: Sequence[str] = (),
    n_suspects: int = 0,
    most_bytes: int = MOST_BYTES,
    progress: Callable[[str], None],
) -> Report:
    """Return a report of samples: some by name, those that fit worst, the others drawn evenly from each split.

    Rejects are told by reason, some of each.

    Args:
        page: of the data set.
        allowed: modality → samples of which it may be passed on; None where all of everything may.
        n: samples in all, or more where that many are named or suspect.
        also: ids of samples that come first.
        n_suspects: pairs of modalities that fit worst; the samples that would fit better are shown too.
        most_bytes: of the file, about; what does not fit any more is left out and counted.
        progress: is told how far it is.

    Raises:
        UsageError: the data set has no samples.
        MusicdataError: a table cannot be read.
    """
    doubted = _suspects(page, n_suspects, progress) if n_suspects else {"suspects": []}
    pairs = doubted.get("suspects", [])
    first = dict.fromkeys([*also, *(id_ for one in pairs for id_ in (one["sample_id"], one["better"]["sample_id"]))])
    ids = list(first | dict.fromkeys(_drawn(page, max(1, n - len(first)), first)))
    if not ids:
        raise UsageError("there is no sample to report on; build the data set first")
    shown: dict[str, Any] = {}
    media: dict[str, dict[str, str]] = {}
    withheld: dict[str, int] = {}
    size = 0
    for number, sample_id in enumerate(ids, 1):
        facts = sample.describe(page.library, page.media, sample_id)
        facts["media"] = [one for one in facts["media"] if one["is_whole"]]
        hidden = _withhold(page, facts, allowed)
        inside = {one["name"]: _medium(page, one["name"]) for one in facts["media"]}
        room = sum(len(one["data"]) for one in inside.values()) + len(json.dumps(facts))
        if size + room > most_bytes and shown:
            break
        size += room
        shown[sample_id] = facts
        media |= inside
        for modality in hidden:
            withheld[modality] = withheld.get(modality, 0) + 1
        if number % _TOLD_EVERY == 0:
            progress(f"{number} of {len(ids)} samples")
    pairs = [one for one in pairs if {one["sample_id"], one["better"]["sample_id"]} <= set(shown)]
    tables = {page.can.begin: _rows(page, list(shown))} | _rejects(page, is_whole=allowed is None)
    island = {
        "about": _about(page, shown, withheld, bool(pairs)),
        "samples": shown,
        "tables": tables,
        "suspects": doubted | {"suspects": pairs},
        "media": media,
    }
    html = _document(answers.files(), island)
    left_out = len(ids) - len(shown)
    return Report(html, len(shown), len(media), withheld, left_out, len(pairs), doubted.get("fault", ""))


def _suspects(page: Page, n: int, progress: Callable[[str], None]) -> dict[str, Any]:
    """Return what the page says of suspects, the first of them; a fault where nothing can be said."""
    if page.can.join is None:
        return {"fault": "the modalities have no common space: the recipe validates none"}
    if not page.can.finds_doubts:
        return {"fault": "the suite of the recipe does not say which pairs fit badly"}
    neighbours = Neighbours(page.can.join)
    neighbours.fit(progress)
    try:
        found = neighbours.suspects()
    except BadRequestError as error:
        return {"fault": error.what}
    return found | {"suspects": found["suspects"][:n]}


def _rejects(page: Page, *, is_whole: bool) -> dict[str, Any]:
    """Return some rejects of each reason; without what was found in them, where not all may be passed on."""
    if REJECTS not in page.library.tables:
        return {}
    held = page.library.held(REJECTS)
    columns = [column.name for column in held.columns if is_whole or column.name != "detail"]
    return {REJECTS: counting.first_of_each(page.library, REJECTS, columns, ("stage", "reason"), _MOST_REJECTS)}


def _drawn(page: Page, n: int, chosen: Container[str]) -> Iterator[str]:
    """Yield the ids of n samples beside those chosen: of each split its share, at even distances."""
    begin = page.can.begin
    if begin not in page.library.tables or SAMPLE_ID not in _names(page, begin):
        return
    counts = counting.sizes(page.library, begin, "split") if "split" in _names(page, begin) else {None: 0}
    splits = sorted(counts, key=str)
    until = np.cumsum([counts[split] for split in splits])
    shares = np.diff(np.round(n * until / max(until[-1:].sum(), 1)), prepend=0).astype(int)
    for split, share in zip(splits, shares.tolist(), strict=True):
        wanted = max(1, share)
        every = counting.ids(page.library, begin, SAMPLE_ID, "split", split)
        ids = [one for one in every if one not in chosen]
        for place in np.unique(np.linspace(0, len(ids) - 1, min(wanted, len(ids))).astype(int)) if ids else ():
            yield ids[place]


def _names(page: Page, table: str) -> list[str]:
    return [column.name for column in page.library.contract(table).columns]


def _withhold(page: Page, facts: dict[str, Any], allowed: Mapping[str, frozenset[str]] | None) -> list[str]:
    """Take out of a sample what may not be passed on; return the modalities it is of."""
    hidden: set[str] = set()
    if allowed is None:
        return []
    sample_id = facts["sample_id"]
    for table in facts["tables"]:
        columns = {column.name: column for column in page.library.contract(table["table"]).columns}
        for place, name in enumerate(table["columns"]):
            modality = columns[name].content_of
            if modality and sample_id not in allowed.get(modality, frozenset()):
                hidden.add(modality)
                for row in table["rows"]:
                    row[place] = None
    kept = [one for one in facts["media"] if not one["of"] or sample_id in allowed.get(one["of"], frozenset())]
    hidden |= {one["of"] for one in facts["media"] if one not in kept}
    facts["media"] = kept
    facts["withheld"] = sorted(hidden)
    return sorted(hidden)


def _medium(page: Page, name: str) -> dict[str, str]:
    found = page.media.read(name)
    if found is None:
        raise UsageError("a sound or picture is gone while the report is made; begin again")
    data, kind = found
    if kind.startswith("audio/"):
        data, kind = _opus(data), "audio/ogg"
    elif len(data) > _MOST_PICTURE_BYTES:
        data, kind = b"", "image/png"
    return {"kind": kind, "data": base64.b64encode(data).decode()}


def _opus(data: bytes) -> bytes:
    """Return a sound as Opus, mono, 24 kHz, some 32 kbit/s, its first minute."""
    import soundfile
    import soxr

    samples, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    mono = samples[: MOST_SECONDS * rate].mean(axis=1)
    out = io.BytesIO()
    sound = soxr.resample(mono, rate, _OPUS_RATE_HZ) if rate != _OPUS_RATE_HZ else mono
    soundfile.write(out, sound, _OPUS_RATE_HZ, format="OGG", subtype="OPUS", compression_level=0.87)
    return out.getvalue()


def _about(page: Page, shown: dict[str, Any], withheld: dict[str, int], has_suspects: bool) -> dict[str, Any]:
    """Return what the page says first, of the tables that are in the report."""
    about = page.about(b"")
    there = {table["table"] for facts in shown.values() for table in facts["tables"]} | {page.can.begin, REJECTS}
    about["tables"] = {name: table for name, table in about["tables"].items() if name in there}
    notes = [
        f"{modality} of {n} samples is left out: it may not be passed on" for modality, n in sorted(withheld.items())
    ]
    about["facts"] = [
        *about["facts"],
        ["samples in this file", str(len(shown))],
        *(["left out", note] for note in notes),
    ]
    can = {"suspects": has_suspects, "hear": about["can"]["hear"]}
    return about | {"can": can, "browse": [page.can.begin, REJECTS]}


def _rows(page: Page, ids: list[str]) -> dict[str, Any]:
    """Return the rows of the samples in the table that is shown first, without what shows a work."""
    begin = page.can.begin
    held = page.library.held(begin)
    columns = [c.name for c in held.columns if not c.content_of]
    rows = [[row[name] for name in columns] for one in ids for row in page.library.one(begin, SAMPLE_ID, one, 1)]
    return {"columns": columns, "rows": rows, "of": held.n_rows}


def is_report(data: bytes) -> bool:
    """Say whether a file that begins so is a report, and may be written over by another."""
    return data.startswith(b"<!doctype html>") and _ISLAND.encode() in data


def bundle(files: Mapping[str, bytes], entry: str = "app") -> str:
    """Return the page's modules as one script: each a function that returns what it exports."""
    done: dict[str, str] = {}

    def add(name: str) -> None:
        if name in done:
            return
        done[name] = ""
        text = files[f"{name}.js"].decode()
        for match in _IMPORT.finditer(text):
            add(match[3])
        exported = [match[2] for match in _EXPORT.finditer(text)]
        text = _IMPORT.sub(lambda m: f"const {m[1]} = _{m[3]};" if m[1] else f"const {{{m[2]}}} = _{m[3]};", text)
        text = _EXPORT.sub(r"\1 \2", text)
        done.pop(name)
        done[name] = f"const _{name} = (() => {{\n{text}\nreturn {{ {', '.join(exported)} }};\n}})();\n"

    add(entry)
    return "".join(done.values())


def _document(files: Mapping[str, bytes], island: dict[str, Any]) -> str:
    script, style = bundle(files), files["app.css"].decode()
    policy = _POLICY.format(script=_hash(script), style=_hash(style))
    data = (
        json.dumps(island, ensure_ascii=False)
        .replace("<", "\\u003c")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )
    body = files["index.html"].decode().partition("<body>")[2]
    icon = base64.b64encode(files["icon.svg"]).decode()
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(island['about']['title'])}</title>\n"
        f'<link rel="icon" href="data:image/svg+xml;base64,{icon}">\n<style>{style}</style>\n</head>\n'
        f"<body>{body.partition('</body>')[0]}{_ISLAND}{data}</script>\n"
        f'<script type="module">{script}</script>\n</body>\n</html>\n'
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
