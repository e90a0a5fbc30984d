"""What is installed, what is missing, and the command that mends it."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from musicdata import settings
from musicdata.definitions import recipe as recipes
from musicdata.definitions import service as services
from musicdata.errors import MusicdataError
from musicdata.music.features import encoder_weights
from musicdata.music.formats import sound_files
from musicdata.music.render import lilypond, timidity
from musicdata.settings import Sandbox
from musicdata.sources.videos import process
from musicdata.system import packages, processes
from musicdata.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from musicdata.settings.service import Service

_NEEDED_BYTES = 1_000_000_000
_CRAWL = "pip install 'musicdata[crawl]'"
_SCORED_BY = ("torch", "transformers", "nltk", "sacrebleu", "pycocoevalcap")
_CAPTIONS = dict.fromkeys(_SCORED_BY, "pip install 'musicdata[captions]'")
_CAPTIONS |= {"musicnn": "pip install --no-deps musicnn==0.1.0"}
"""What puts songs into words, and scores that: package → how it comes."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is needed: what was found, and the command that mends it if it is missing.

    Attributes:
        name: of the program, package, key or place.
        ok: it is there, and fit for use.
        found: what was found, for people; `mend` the command that mends it, "" where nothing has to be.
        needed_to: "read", "build", "validate", "embed texts", "caption songs", "crawl", "publish" …; only the first two
            are for everybody who builds.
    """

    name: str
    ok: bool
    found: str
    mend: str = ""
    needed_to: str = "build"


def examine(recipe: str | None = None) -> list[Finding]:
    """Look at everything that reading, a build, a crawl and the services need, in this order; nothing is changed.

    Args:
        recipe: name or path of one whose plug-ins may declare services too.

    Raises:
        RecipeError: there is no such recipe, or a plug-in or an installed package cannot be imported.
    """
    if recipe is not None:
        recipes.load(recipe)
    crawls = (replace(finding, needed_to="crawl") for finding in _for_crawls())
    keys = [_key(service, variable) for service in services.known() for variable in service.keys]
    encoders = [replace(_encoder(name), needed_to="embed texts") for name in encoder_weights.ENCODERS]
    captions = [replace(_package(name, mend), needed_to="caption songs") for name, mend in _CAPTIONS.items()]
    return [
        *_for_reading(),
        *_for_builds(),
        replace(_extra("validate"), needed_to="validate"),
        replace(_extra("pandas"), needed_to="have data frames"),
        replace(_extra("sign"), needed_to="sign"),
        replace(_extra("view"), needed_to="look at data in the browser"),
        *encoders,
        *captions,
        *crawls,
        *sorted(keys, key=lambda finding: finding.needed_to != "crawl"),
    ]


def _for_reading() -> list[Finding]:
    """Look at what reads, verifies, compares, exports and publishes to folders."""
    lacking = ", ".join(name for name in packages.core() if not packages.is_installed(name))
    found, mend = (f"{lacking} missing", "pip install musicdata") if lacking else (f"musicdata {__version__}", "")
    core = Finding("core", not lacking, found, mend)
    python = Finding("Python", sys.version_info >= (3, 11), sys.version.split()[0])
    return [replace(finding, needed_to="read") for finding in (python, core)]


def _extra(name: str) -> Finding:
    """Look whether all that an extra brings is installed."""
    brought = packages.extras().get(name, [])
    lacking = [one for one in brought if not packages.is_installed(one)]
    found = f"{', '.join(lacking)} missing" if lacking else f"all of its {len(brought)} packages"
    if not brought:
        found = "nobody knows its packages: musicdata is used from a folder, without being installed"
    return Finding(f"extra {name}", not lacking, found, f"pip install 'musicdata[{name}]'" if lacking else "")


def _for_builds() -> list[Finding]:
    return [
        _extra("build"),
        _tool("LilyPond", _lilypond),
        _tool("TiMidity++", lambda: f"{timidity.version()} at {timidity.program()}"),
        _tool("soundfont", lambda: str(timidity.soundfont())),
        _sandbox(),
        _disk(),
    ]


def _lilypond() -> str:
    differs = lilypond.other_version()
    return f"{lilypond.version()} at {lilypond.program()}{'; ' if differs else ''}{differs}"


def _encoder(name: str) -> Finding:
    """Look whether a sentence encoder's packages are installed; its weights are compared when it is opened."""
    try:
        versions = encoder_weights.installed(name)
    except MusicdataError as error:
        return Finding(f"sentence encoder {name}", ok=False, found=str(error))
    found = ", ".join(f"{package} {version}" for package, version in versions.items())
    return Finding(f"sentence encoder {name}", ok=True, found=found)


def _for_crawls() -> list[Finding]:
    return [
        _package("spotipy", _CRAWL),
        _fresh_ytdlp(),
        replace(_tool("ffmpeg", sound_files.ffmpeg_version), mend=""),
        _javascript(),
    ]


def _fresh_ytdlp() -> Finding:
    finding = _package("yt-dlp", _CRAWL)
    if finding.ok and (warning := process.ytdlp_age_warning(datetime.now(UTC).date())):
        return replace(finding, ok=False, found=warning, mend="pip install --upgrade 'yt-dlp[default]'")
    return finding


def _javascript() -> Finding:
    """Look for what yt-dlp reads YouTube's pages with: deno is what it takes by itself."""
    path = shutil.which("deno", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    return Finding(
        "JavaScript for YouTube", path is not None, path or "deno is missing", "" if path else "pip install deno"
    )


def _key(service: Service, variable: str) -> Finding:
    is_set = variable in settings.read().keys
    state = "set" if is_set else f"not set; {service.keys[variable]}"
    return Finding(variable, is_set, state, "" if is_set else f"export {variable}=…", service.needed_to)


def _tool(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, ok=True, found=look())
    except MusicdataError as error:
        return Finding(name, ok=False, found=str(error))


def _sandbox() -> Finding:
    """Look at what fences renderers and the decoder in: in force, and what this machine does not offer."""
    try:
        told, isolation = settings.sandbox(), processes.isolation(lilypond.program())
    except MusicdataError as error:
        return Finding("sandbox", ok=False, found=str(error))
    in_force = ", ".join(name.replace("_", " ") for name, holds in isolation.items() if holds)
    missing = ", ".join(name.replace("_", " ") for name, holds in isolation.items() if not holds)
    lacks = f"; not in force: {missing}" if missing else ""
    is_whole = isolation["files_hidden"] and isolation["no_sockets"]
    return Finding(
        "sandbox",
        ok=is_whole or told is not Sandbox.REQUIRED,
        found=f"{in_force}{lacks} (MUSICDATA_SANDBOX={told})",
        mend="" if is_whole or told is not Sandbox.REQUIRED else "export MUSICDATA_SANDBOX=auto",
    )


def _package(name: str, mend: str) -> Finding:
    if packages.is_installed(name):
        return Finding(name, ok=True, found=packages.version(name))
    return Finding(name, ok=False, found="missing", mend=mend)


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free
    ok = free >= _NEEDED_BYTES and os.access(Path.cwd(), os.W_OK)
    writable = "writable" if os.access(Path.cwd(), os.W_OK) else "not writable"
    return Finding(
        "disk",
        ok,
        f"{free / 1e9:.0f} GB free here, {writable}",
        "" if ok else "make room, or use --work on another disk",
    )
