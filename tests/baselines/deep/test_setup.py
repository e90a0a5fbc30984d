"""Without PyTorch the package says what to install."""

from __future__ import annotations

import subprocess
import sys


def test_without_torch_the_error_names_the_extra() -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from musicdata.errors import SetupError\n"
        "import musicdata_baselines\n"
        "try:\n    musicdata_baselines.DCCA\n"
        "except SetupError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'musicdata[deep]'" in done.stdout


def test_without_transformers_the_error_names_the_extra_of_captions() -> None:
    code = (
        "import sys; sys.modules['transformers'] = None\n"
        "from musicdata.errors import SetupError\n"
        "try:\n    import musicdata_baselines.deep.captioning.training\n"
        "except SetupError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'musicdata[captions]'" in done.stdout
