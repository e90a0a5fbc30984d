"""A stand-in for the Hugging Face hub on loopback: what huggingface_hub asks it when a data set is uploaded.

Repositories with commits, branches and tags; parquet as large files (batch, upload, verify), the rest within the commit.
Large files are served from another host, as the hub serves them: that one must never see the token.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.release.publish.http_server import Handler, running

TOKEN = "hf_c4nary0fthemine"
ATTRIBUTES = b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"


class Twin:
    """The hub.

    Attributes:
        branches: of the one repository: name → commit; empty while there is no repository. `tags` likewise.
        commits: name → path → bytes; `messages` of those that were sent.
        large: sha256 → bytes of the large files it has.
        asked: every request, as ``METHOD path``.
        faults: (beginning of a request, status), each answered once.
    """

    def __init__(self) -> None:
        self.branches: dict[str, str] = {}
        self.tags: dict[str, str] = {}
        self.commits: dict[str, dict[str, bytes]] = {}
        self.large: dict[str, bytes] = {}
        self.messages: dict[str, str] = {}
        self.asked: list[str] = []
        self.faults: list[tuple[str, int]] = []
        self.leaks: list[str] = []
        self.url = ""

    def commit(self, files: dict[str, bytes]) -> str:
        name = hashlib.sha1(f"{len(self.commits)}{sorted(files)}".encode()).hexdigest()
        self.commits[name] = files
        return name

    def files(self, revision: str) -> dict[str, bytes] | None:
        return self.commits.get(self.branches.get(revision) or self.tags.get(revision) or revision)

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """Return status, value and headers of the answer."""
        path = unquote(urlsplit(target).path)
        if (method, path) == ("POST", "/api/repos/create"):
            if self.branches:
                return 409, {"error": "exists", "url": f"{self.url}/datasets/me/songs"}, {}
            self.branches["main"] = self.commit({".gitattributes": ATTRIBUTES})
            return 200, {"url": f"{self.url}/datasets/me/songs"}, {}
        if (method, path) == ("POST", "/api/validate-yaml"):
            return 200, {"errors": [], "warnings": []}, {}
        if found := re.fullmatch(r"/api/large/([0-9a-f]+)", path):
            if hashlib.sha256(body).hexdigest() != found[1]:
                return 400, {"error": "not what was announced"}, {}
            self.large[found[1]] = body
            return 200, {}, {}
        if path == "/datasets/me/songs.git/info/lfs/objects/batch":
            return (
                200,
                {"transfer": "basic", "objects": [self.batched(each) for each in json.loads(body)["objects"]]},
                {},
            )
        if found := re.fullmatch(r"/datasets/me/songs/resolve/([^/]+)/(.+)", path):
            return self.resolved(found[1], found[2])
        if not path.startswith("/api/datasets/me/songs") or not self.branches:
            return 404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"}
        return self.act(method, path.removeprefix("/api/datasets/me/songs"), body)

    def batched(self, told: dict[str, Any]) -> dict[str, Any]:
        action = {"upload": {"href": f"{self.url}/api/large/{told['oid']}"}}
        return told if told["oid"] in self.large else told | {"actions": action}

    def resolved(self, revision: str, path: str) -> tuple[int, Any, dict[str, str]]:
        data = (self.files(revision) or {}).get(path)
        if data is None:
            return 404, {"error": "Entry not found"}, {"X-Error-Code": "EntryNotFound"}
        if is_large(path, data):
            elsewhere = f"http://localhost:{urlsplit(self.url).port}/cdn/{hashlib.sha256(data).hexdigest()}?Signature=x"
            return 302, {}, {"Location": elsewhere}
        return 200, data, {}

    def act(self, method: str, what: str, body: bytes) -> tuple[int, Any, dict[str, str]]:
        told = json.loads(body) if body and not what.startswith("/commit/") else {}
        kind, _, name = what.removeprefix("/").partition("/")
        files = self.files(name)
        if kind == "refs":
            shown = {
                key: [
                    {"name": name, "ref": f"refs/{key}/{name}", "targetCommit": commit} for name, commit in refs.items()
                ]
                for key, refs in (("branches", self.branches), ("tags", self.tags))
            }
            return 200, shown | {"converts": []}, {}
        if kind == "branch" and method == "POST":
            self.branches.setdefault(name, self.branches["main"])
            return 200, {}, {}
        if files is None:
            return 404, {"error": "Revision not found"}, {"X-Error-Code": "RevisionNotFound"}
        if kind == "preupload":
            return 200, {"files": [self.planned(each, files) for each in told["files"]]}, {}
        if kind == "commit":
            return self.committed(name, [json.loads(line) for line in body.splitlines()])
        if kind == "tree":
            return 200, [shown_file(path, data) for path, data in sorted(files.items())], {}
        if kind == "revision":
            return 200, {"id": "me/songs", "sha": self.branches.get(name, name)}, {}
        if kind == "tag":
            if told["tag"] in self.tags:
                return 409, {"error": "the tag exists"}, {}
            self.tags[told["tag"]] = name if name in self.commits else self.branches[name]
            return 200, {}, {}
        return 404, {"error": what}, {}

    def planned(self, told: dict[str, Any], files: dict[str, bytes]) -> dict[str, Any]:
        path = told["path"]
        known = {"oid": blob(path, files[path])} if path in files else {}
        mode = "lfs" if path.endswith(".parquet") else "regular"
        return {"path": path, "uploadMode": mode, "shouldIgnore": False} | known

    def committed(self, branch: str, lines: list[dict[str, Any]]) -> tuple[int, Any, dict[str, str]]:
        head = lines[0]["value"]
        if head.get("parentCommit") not in (None, self.branches[branch]):
            return 412, {"error": "A commit has happened since. Please refresh and try again."}, {}
        files = dict(self.commits[self.branches[branch]])
        for line in lines[1:]:
            value = line["value"]
            if line["key"] == "deletedFile":
                del files[value["path"]]
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.large[value["oid"]]
            else:
                files[value["path"]] = base64.b64decode(value["content"])
        self.branches[branch] = self.commit(files)
        self.messages[self.branches[branch]] = f"{head['summary']}: {head['description']}"
        return (
            200,
            {
                "commitUrl": f"{self.url}/datasets/me/songs/commit/{self.branches[branch]}",
                "commitOid": self.branches[branch],
            },
            {},
        )


def is_large(path: str, data: bytes) -> bool:
    """Say whether a file is kept apart; an empty one never is."""
    return path.endswith(".parquet") and data != b""


def blob(path: str, data: bytes) -> str:
    """Return what the hub tells of a file it has: sha256 of large ones, git's sha1 of others."""
    if is_large(path, data):
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def shown_file(path: str, data: bytes) -> dict[str, Any]:
    large = {"lfs": {"oid": blob(path, data), "size": len(data), "pointerSize": 130}} if is_large(path, data) else {}
    return {"type": "file", "path": path, "size": len(data), "oid": hashlib.sha1(data).hexdigest()} | large


@contextlib.contextmanager
def hub() -> Iterator[Twin]:
    """Serve a twin until the block ends."""
    twin = Twin()

    class Requests(Handler):
        def body(self) -> bytes:
            if "chunked" not in self.headers.get("Transfer-Encoding", ""):
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            pieces = []
            while size := int(self.rfile.readline(), 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(pieces)

        def serve(self) -> None:
            body = self.body()
            said = f"{self.command} {unquote(urlsplit(self.path).path)}"
            twin.asked.append(said)
            fault = next((each for each in twin.faults if said.startswith(each[0])), None)
            value: Any = {"error": "not now"}
            headers: dict[str, str] = {}
            if self.path.startswith("/cdn/"):
                twin.leaks += [self.headers["Authorization"]] if "Authorization" in self.headers else []
                name = urlsplit(self.path).path.removeprefix("/cdn/")
                status, value = (
                    200,
                    twin.large.get(name)
                    or next(
                        data
                        for files in twin.commits.values()
                        for data in files.values()
                        if hashlib.sha256(data).hexdigest() == name
                    ),
                )
            elif fault:
                twin.faults.remove(fault)
                status = fault[1]
            elif self.headers.get("Authorization") != f"Bearer {TOKEN}" and not self.path.startswith("/api/large/"):
                status, value = 401, {"error": "Invalid username or password."}
            else:
                status, value, headers = twin.answer(self.command, self.path, body)
            self.reply(status, value, headers)

        do_GET = do_PUT = do_POST = do_DELETE = serve  # noqa: N815

    with running(Requests) as twin.url:
        yield twin
