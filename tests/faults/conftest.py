import json
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.faults.trials import Reference, make_reference
from tests.shared import MakeOnce


@pytest.fixture(scope="session")
def reference(made_once: MakeOnce) -> Reference:
    """What a small build makes that nothing disturbs."""

    def make(folder: Path) -> None:
        made = asdict(make_reference(folder))
        (folder / "reference.json").write_text(json.dumps(made | {"source": str(made["source"])}))

    made = json.loads((made_once("reference", make) / "reference.json").read_text())
    return Reference(Path(made["source"]), made["length_s"], made["tree"])
