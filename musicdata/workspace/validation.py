"""The last validation of a workspace, which its release has to have passed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata.system.files import read_json
from musicdata.workspace.reader import TableReader

if TYPE_CHECKING:
    from musicdata.workspace.folder import Workspace

_VALIDATION = "validation/validation.json"


def current_validation(workspace: Workspace) -> dict[str, Any] | None:
    """Return the workspace's last validation, or None when there is none or the tables have changed since."""
    try:
        validation = read_json(workspace.place(_VALIDATION))
    except ValueError:
        return None
    reader = TableReader(workspace)
    if not validation or any(
        t not in reader.tables or reader.digest(t) != d for t, d in validation.get("tables", {}).items()
    ):
        return None
    return validation
