"""What tables, columns, data sets and the files of media may be called: names that are safe wherever they go.

Such names become folders, file names, keys of archives and headings, on this machine and on that of whoever is sent the
data. So none goes up, hides or breaks a line, whatever the record, contract or recipe was written by.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import AfterValidator, Field

from musicdata import settings

if TYPE_CHECKING:
    from musicdata.definitions.arrow import Values

TABLE = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}"
"""Of a table or a config: a folder and a file name everywhere, and a config of `load_dataset`."""

DATASET = "[a-z0-9][a-z0-9._-]{0,99}"
"""Of a data set."""

_FILE = r"^[^./\\\pC\s:*?\"<>|][^/\\\pC:*?\"<>|]{0,199}$"
"""Of a sound or a picture in a table: one file name, not hidden, without what some file system forbids."""

_DOI = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/[^\s\\{}<>\"|^`?#]+)", re.IGNORECASE)
_PAGE = re.compile(r"https?://[\w.-]+(:\d{1,5})?(/[^\s\\{}<>\"|^`?#]*)?")
_LONGEST_ADDRESS = 500


def web_address(text: str) -> str:
    """Return the address of a page as it is cited; a DOI becomes its page, nothing stays nothing.

    Raises:
        ValueError: it is neither ``http://``, ``https://`` nor a DOI, or names a user, a password or a query.

    >>> web_address("doi:10.5281/zenodo.1"), web_address("https://example.org/data")
    ('https://doi.org/10.5281/zenodo.1', 'https://example.org/data')
    """
    text = text.strip()
    if not text:
        return ""
    if doi := _DOI.fullmatch(text):
        text = f"https://doi.org/{doi[1]}"
    is_odd = len(text) > _LONGEST_ADDRESS or not text.isprintable()
    if is_odd or not _PAGE.fullmatch(text) or settings.redact(text) != text:
        shown = settings.redact(text).partition("?")[0][:_LONGEST_ADDRESS]
        raise ValueError(
            f"{shown!r} is no address to cite: give a DOI, or a page at https:// without user, password and query"
        )
    return text


def doi_of(address: str) -> str:
    """Return the DOI that an address of `web_address` leads to; nothing where it leads to none.

    >>> doi_of("https://doi.org/10.5281/zenodo.1"), doi_of("https://example.org/data")
    ('10.5281/zenodo.1', '')
    """
    doi = _DOI.fullmatch(address)
    return doi[1] if doi else ""


WebAddress = Annotated[str, AfterValidator(web_address)]
TableName = Annotated[str, Field(pattern=f"^{TABLE}$")]
ColumnName = Annotated[str, Field(pattern=r"^\w[\w.-]*$", max_length=100)]  # {0,99} would take 45 ms to compile
"""Of a column or a modality: letters of any script, digits, ``_``, ``.`` and ``-``."""

DatasetName = Annotated[str, Field(pattern=f"^{DATASET}$")]


def odd_file_names(names: Values) -> list[str]:
    """Return the first of those names of sounds and pictures that are no plain file name; none is the rule."""
    matching: Values = pc.match_substring_regex(names, pattern=_FILE)
    if pc.all(matching, min_count=0).as_py():  # the rule, also where cells are empty, which is another's finding
        return []
    odd = (name for name, is_plain in zip(names.to_pylist(), matching.to_pylist(), strict=True) if is_plain is False)
    return [str(next(odd))]


def is_file_name(name: str) -> bool:
    """Say whether a sound or a picture may be called so."""
    return not odd_file_names(pa.array([name]))
