"""What the notes of an MEI document sound at, where it says only what is written.

MEI has written accidentals in `@accid` and sounding ones in `@accid.ges`, and programs write both. By hand often only
the written ones are given: then the key signature and the accidentals before in the measure say the rest.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET

_SHARPS, _FLATS = "fcgdaeb", "beadgcf"
_SIGNATURE = re.compile(r"([0-9]{1,2})([sf])")


def complete(root: ET.Element) -> None:
    """Write sounding accidentals into a document that has none; names are without namespace."""
    if any("accid.ges" in element.attrib for element in root.iter()):
        return
    keys: dict[str, dict[str, str]] = {}
    for element in root.iterfind("music//*"):
        if element.tag in {"scoreDef", "staffDef"}:
            _read_key(element, keys)
        elif element.tag == "measure":
            for staff in element.iter("staff"):
                _complete_staff(staff, keys)


def _read_key(element: ET.Element, keys: dict[str, dict[str, str]]) -> None:
    """Take the key signature of a definition, if it has one; that of a score is that of all staves."""
    signature = element.find("keySig")
    given = element.get("keysig") or element.get("key.sig") or (signature.get("sig") if signature is not None else None)
    if given is None:
        return
    altered = _altered(given)
    if element.tag == "scoreDef":
        keys.clear()
        keys[""] = altered
    else:
        keys[element.get("n") or ""] = altered
    # music21 knows the older name of the attribute
    element.set("key.sig", given)


def _altered(signature: str) -> dict[str, str]:
    """Return the notes that a signature alters.

    >>> _altered("2s"), _altered("1f"), _altered("0")
    ({'f': 's', 'c': 's'}, {'b': 'f'}, {})
    """
    found = _SIGNATURE.fullmatch(signature.strip())
    if found is None:
        return {}
    order = _SHARPS if found[2] == "s" else _FLATS
    return dict.fromkeys(order[: int(found[1])], found[2])


def _complete_staff(staff: ET.Element, keys: dict[str, dict[str, str]]) -> None:
    in_measure: dict[tuple[str, str], str] = {}
    signature = keys.get(staff.get("n") or "", keys.get("", {}))
    for note in staff.iter("note"):
        step, place = note.get("pname", ""), (note.get("pname", ""), note.get("oct", ""))
        child = note.find("accid")
        written = note.get("accid") or (child.get("accid") if child is not None else None)
        if written:
            in_measure[place] = written
            continue
        if sounding := in_measure.get(place, signature.get(step, "")):
            note.set("accid.ges", "n" if sounding == "n" else sounding[:2])
