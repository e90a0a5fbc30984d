"""A stand-in for Zenodo on loopback: depositions, buckets, new versions, publication, and records.

It answers as the real one does: checksums as plain MD5 in listings and as ``md5:…`` from a bucket, notes wrapped in HTML,
files of a published record that nobody can change, and a new version's draft that begins with the files of the last.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.release.publish.http_server import Handler, running

TOKEN = "c4nary-0f-the-mine-zenodo"


class Twin:
    """The site: `depositions` by number, and every request it was asked, as ``METHOD path``."""

    def __init__(self) -> None:
        self.depositions: dict[int, dict[str, Any]] = {}
        self.contents: dict[int, dict[str, bytes]] = {}
        self.asked: list[str] = []
        self.faults: list[tuple[str, int]] = []  # (beginning of a request, status): each answered once
        self.garbles: set[str] = set()  # names of files that arrive with other bytes
        self.url = ""

    def add(self, metadata: dict[str, Any]) -> dict[str, Any]:
        number = 1000 + len(self.depositions)
        self.depositions[number] = {"id": number, "metadata": metadata, "submitted": False, "state": "unsubmitted"}
        self.contents[number] = {}
        return self.shown(number)

    def shown(self, number: int) -> dict[str, Any]:
        found = self.depositions[number]
        metadata = dict(found["metadata"])
        if "notes" in metadata:
            metadata["notes"] = f"<p>{metadata['notes']}</p>"
        links = {"html": f"{self.url}/deposit/{number}"}
        links |= {} if found["submitted"] else {"bucket": f"{self.url}/api/files/bucket-{number}"}
        links |= {"latest_draft": found["latest_draft"]} if "latest_draft" in found else {}
        state = "records" if found["submitted"] else "drafts"
        files = [
            {
                "id": f"id of {name}",
                "filename": name,
                "filesize": len(data),
                "checksum": hashlib.md5(data).hexdigest(),
                "links": {"download": f"{self.url}/api/{state}/{number}/files/{name}/content"},
            }
            for name, data in self.contents[number].items()
        ]
        return {key: found[key] for key in ("id", "submitted", "state")} | {
            "metadata": metadata,
            "links": links,
            "files": files,
        }

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, Any]:
        """Return status and value of the answer."""
        path, query = urlsplit(target).path, parse_qs(urlsplit(target).query)
        if path == "/api/deposit/depositions" and method == "GET":
            size, page = int(query["size"][0]), int(query["page"][0])
            return 200, [self.shown(number) for number in self.depositions][(page - 1) * size : page * size]
        if path == "/api/deposit/depositions" and method == "POST":
            return 201, self.add(json.loads(body)["metadata"])
        if found := re.fullmatch(r"/api/files/bucket-(\d+)/([^/]+)", path):
            number, name = int(found[1]), unquote(found[2])
            data = body + b"!" if name in self.garbles else body
            self.contents[number][name] = data
            return 201, {"key": name, "size": len(data), "checksum": f"md5:{hashlib.md5(data).hexdigest()}"}
        if found := re.fullmatch(r"/api/(records|drafts)/(\d+)/files/([^/]+)/content", path):
            kept = self.contents.get(int(found[2]), {}).get(unquote(found[3]))
            return (404, None) if kept is None else (200, kept)
        if found := re.fullmatch(r"/api/deposit/depositions/(\d+)(/.*)?", path):
            return self.act(method, int(found[1]), found[2] or "", body)
        return 404, None

    def act(self, method: str, number: int, what: str, body: bytes) -> tuple[int, Any]:
        deposition = self.depositions[number]
        if (method, what) == ("GET", ""):
            return 200, self.shown(number)
        if (method, what) == ("POST", "/actions/newversion"):
            if "latest_draft" not in deposition:
                draft = self.add(dict(deposition["metadata"]))
                self.contents[draft["id"]] = dict(self.contents[number])
                deposition["latest_draft"] = f"{self.url}/api/deposit/depositions/{draft['id']}"
            return 201, self.shown(number)
        if deposition["submitted"]:
            return 403, {"message": "published"}
        if (method, what) == ("PUT", ""):
            deposition["metadata"] = json.loads(body)["metadata"]
            return 200, self.shown(number)
        if (method, what) == ("POST", "/actions/publish"):
            deposition |= {"submitted": True, "state": "done"}
            return 202, self.shown(number)
        if method == "DELETE" and what.startswith("/files/"):
            del self.contents[number][unquote(what.removeprefix("/files/id%20of%20"))]
            return 204, None
        return 404, None


@contextlib.contextmanager
def zenodo() -> Iterator[Twin]:
    """Serve a twin until the block ends."""
    twin = Twin()

    class Requests(Handler):
        def serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            said = f"{self.command} {unquote(urlsplit(self.path).path)}"
            twin.asked.append(said)
            fault = next((each for each in twin.faults if said.startswith(each[0])), None)
            is_public = self.path.startswith("/api/records/")
            value: Any
            if fault:
                twin.faults.remove(fault)
                status, value = fault[1], {"message": "not now"}
            elif not is_public and self.headers.get("Authorization") != f"Bearer {TOKEN}":
                status, value = 401, {"message": "Unauthorized"}
            else:
                status, value = twin.answer(self.command, self.path, body)
            self.reply(status, value)

        do_GET = do_PUT = do_POST = do_DELETE = serve  # noqa: N815

    with running(Requests) as twin.url:
        yield twin
