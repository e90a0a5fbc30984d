"""The tutorials run as they stand: each page is the script that its reader would make of it."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from musicdata.release.reading.release import open_release
from musicdata.release.record import layout
from musicdata.release.removal.takedown import takedown
from tests import pages, tutorials
from tests.pages import DOCS, ROOT

TUTORIALS = DOCS / "tutorials"
# What the core does without: a stranger who only reads has none of it.
NOT_OF_THE_CORE = (
    "gensim",
    "lilypond",
    "librosa",
    "music21",
    "numba",
    "pandas",
    "pretty_midi",
    "scipy",
    "sklearn",
    "torch",
)
BLOCK_IMPORTS = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder, and says nothing of it."""

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def published(released: Path, tmp_path: Path) -> Iterator[str]:
    """A release and the next one, published on a web server; its address."""
    site = tmp_path / "site" / "musictm"
    shutil.copytree(released, site / "1.0.0")
    sample = next(iter(open_release(released).samples()))["sample_id"]
    takedown(released, [sample], reason="asked by the rights holder", out=site / "1.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "site")))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/musictm"
    server.shutdown()
    server.server_close()


def test_load_and_verify_with_the_core_alone(published: str, released: Path, tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    absent.mkdir()
    (absent / "sitecustomize.py").write_text(BLOCK_IMPORTS.format(names=set(NOT_OF_THE_CORE)))
    pin = layout.read_record(released).content_root
    page = TUTORIALS / "load.md"
    assert (
        tutorials.run(
            page,
            tmp_path / "run",
            first_on_path=absent,
            ADDRESS=f"{published}/1.0.0",
            NEXT=f"{published}/1.0.1",
            PIN=pin,
        )
        == []
    )


def test_own_songs_into_pytorch(tmp_path: Path) -> None:
    assert tutorials.run(TUTORIALS / "own-songs.md", tmp_path) == []


def test_crawl_and_publish(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert tutorials.run(TUTORIALS / "crawl-and-publish.md", tmp_path, S3_PORT=str(port)) == []


def test_python_in_the_readme_runs(released: Path, tmp_path: Path) -> None:
    code = "\n".join(block.text for block in pages.blocks(ROOT / "README.md") if block.language == "python")
    page = tmp_path / "README.md"
    page.write_text(f"```python\n{code}```\n```text\n@misc{{…\n```\n")
    (tmp_path / "run" / "here" / "musicdata-demo").mkdir(parents=True)
    (tmp_path / "run" / "here" / "musicdata-demo" / "musictm-1.0.0").symlink_to(released)
    assert tutorials.run(page, tmp_path / "run") == []


def test_what_is_missing_is_told() -> None:
    said = "✓ align: alignment 960; 0.1 s\nwork is built.\n  12   rows\n"
    assert tutorials.missing("✓ align: …\n… rows\n", said) == []
    assert tutorials.missing("work is built.\n✓ align: …\n", said) == ["✓ align: …"], "in their order"
    assert tutorials.missing("13 rows\n… rows", said) == ["13 rows"]
