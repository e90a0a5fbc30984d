"""The way of a stranger to a release, by the commands alone: from its address to its name."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path

from musicdata.release.publish.upload import pack
from musicdata.release.record import layout
from tests.cli.test_cli import run
from tests.release.publish.http_server import running
from tests.release.publish.test_fetch import Files
from tests.windows import Windows


def test_from_an_address_to_a_name(windows: Windows, tmp_path: Path) -> None:
    upload, there = pack(windows.release), tmp_path / "there/part/1.0.0"
    shutil.copytree(windows.release, there)
    home = {"MUSICDATA_HOME": str(tmp_path / "home")}
    with running(partial(Files, directory=str(tmp_path / "there"))) as url:
        publication = upload.publication(f"{url}/part/1.0.0").facts
        (there / layout.PUBLICATION).write_text(json.dumps(publication), "utf-8")

        shown = run("info", f"{url}/part@1.0.0", cwd=tmp_path, **home)
        assert shown.returncode == 0, shown.stderr
        assert shown.stdout.startswith("part@1.0.0: part\n")
        assert f"content root  {upload.record.content_root}\n" in shown.stdout
        assert len(shown.stdout.splitlines()) < 24

        proved = run("release", "verify", f"{url}/part@1.0.0", "--pin", upload.digest[:12], cwd=tmp_path, **home)
        assert (proved.returncode, proved.stderr) == (0, "")
        assert proved.stdout == f"✓ {url}/part@1.0.0 is whole, and fits the pin\n"
        rows = run("show", "notes", "--work", f"{url}/part@1.0.0", "--limit", "1", "--json", cwd=tmp_path, **home)
        assert rows.returncode == 0, rows.stderr
        assert rows.stderr.count("that it is the release that was published is not proved") == 1
        assert rows.stderr.startswith("musicdata: ")

        taken = run("release", "add-record", f"{url}/part@1.0.0", "--json", cwd=tmp_path, **home)
        assert json.loads(taken.stdout)["status"] == "taken in"
    assert (tmp_path / "home/records/part/1.0.0.json").is_file()
