"""How a vector was made, in words that a row of a table can hold."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Extractor:
    """Names how a vector was made.

    Attributes:
        name: of the method, e.g. ``log_mel``.
        version: of our code and of the library it stands on.
        parameters: what it was set to, as JSON values.
    """

    name: str
    version: str
    parameters: Mapping[str, Any]

    def text(self) -> str:
        """Return the parameters as JSON, the same text for the same parameters."""
        return json.dumps(self.parameters, sort_keys=True)
