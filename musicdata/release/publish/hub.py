"""A release on the Hugging Face hub: one repository a data set, one tag a version.

All files of the version are one commit, made on top of the head that was seen (`parent_commit`), so that nobody's
commit is lost; the tag `v<version>` is created only if there is none, and is the commit point. Between commit and tag
every file is read back. What was uploaded before an interruption is not sent again: the hub knows large files by their
sha256, and a commit that changes nothing is left out.

A version that is lower than one published before goes to a branch of its own, `v<version>-files`, so that `main` stays
with the highest. Files in the repository that are not of the release go with the commit; a repository that never held
this data set is refused unless it is empty.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from musicdata import settings
from musicdata.errors import IntegrityError, SetupError, UsageError
from musicdata.release.publish import failures, publications
from musicdata.release.publish.failures import transfers
from musicdata.release.record import layout

if TYPE_CHECKING:
    from types import TracebackType

    from musicdata.release.publish.upload import Commit, Progress, Upload
    from musicdata.system.http import Client

_KIND = "dataset"
_HUBS_OWN = {".gitattributes"}
_BATCH = 20  # files between two reports of progress
_STALL_S = 120.0
MAX_RECORD_BYTES = 64 << 20


class Hub:
    """Publishes into a repository of the hub."""

    def __init__(self, url: str, upload: Upload) -> None:
        self._upload = upload
        self._repository = repository(url)
        self._tag = f"v{upload.record.version}"
        self._commit = ""
        settings.require_network(url)
        settings.guard_logs()
        self._token = settings.read().key("HF_TOKEN", "Publishing to the hub")
        try:
            import huggingface_hub
        except ImportError:
            raise SetupError(f"{url} needs huggingface_hub: pip install 'musicdata[publish]'") from None
        self._hub: Any = huggingface_hub
        self._api = huggingface_hub.HfApi(endpoint=endpoint(), token=self._token.reveal())

    @property
    def address(self) -> str:
        """Return the URL of the version: repository and tag."""
        return f"hf://datasets/{self._repository}@{self._tag}"

    def __enter__(self) -> Hub:
        """Bound the waits of the hub's own client, which has none, and silence its bars."""
        session = self._hub.get_session()
        self._patience, session.timeout = session.timeout, _STALL_S
        self._bars = not self._hub.utils.are_progress_bars_disabled()
        if self._bars:
            self._hub.utils.disable_progress_bars()
        self._client = _client()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the hub's library as it was."""
        self._hub.get_session().timeout = self._patience
        if self._bars:
            self._hub.utils.enable_progress_bars()
        self._client.__exit__(kind, error, trace)

    @transfers
    def published(self) -> bytes | None:
        """Return the bytes of `RELEASE.json` at the version's tag, or None where there is no such tag."""
        refs = self._refs()
        if refs is None or all(tag.name != self._tag for tag in refs.tags):
            return None
        return self._read(self._tag)

    @transfers
    def begin(self) -> None:
        """Make the repository, if there is none.

        Raises:
            RefusedError: it holds something that is not this data set.
        """
        self._api.create_repo(self._repository, repo_type=_KIND, exist_ok=True)
        paths = set(self._tree("main")) - _HUBS_OWN
        if layout.RECORD not in paths and (strays := paths - {layout.CARD}):
            raise failures.strayed(f"hf://datasets/{self._repository}", strays)
        if layout.RECORD in paths:
            there = layout.decode(self._read("main") or b"", f"{layout.RECORD} of {self._repository}")
            if there.name != self._upload.record.name:
                raise failures.strayed(f"hf://datasets/{self._repository}", [f"the data set {there.name}"])

    @transfers
    def upload(self, progress: Progress) -> None:
        """Send the files, and commit them all at once; the tag is not there yet.

        Raises:
            IntegrityError: the commit does not hold exactly the files of the release.
            TransferError: somebody else committed meanwhile, or the connection broke.
        """
        branch = self._branch()
        head = next((each.target_commit for each in self._listed().branches if each.name == branch), None)
        sizes = {file.path: file.bytes for file in self._upload.files} | {layout.RECORD: len(self._upload.encoded)}
        added = [self._hub.CommitOperationAdd(path, str(self._upload.root / path)) for path in sorted(sizes)]
        n_bytes = 0
        for start in range(0, len(added), _BATCH):
            batch = added[start : start + _BATCH]
            self._api.preupload_lfs_files(
                self._repository, batch, repo_type=_KIND, revision=branch, free_memory=False, num_threads=2
            )
            for each in batch:
                n_bytes += sizes[each.path_in_repo]
                progress(each.path_in_repo, n_bytes, self._upload.n_bytes)
        record = publications.encode(self._upload.publication(self.address))
        sizes[layout.PUBLICATION] = len(record)
        added.append(self._hub.CommitOperationAdd(layout.PUBLICATION, record))
        removed = set(self._tree(branch)) - set(sizes) - _HUBS_OWN
        operations = added + [self._hub.CommitOperationDelete(path) for path in sorted(removed)]
        done = self._api.create_commit(
            self._repository,
            operations,
            commit_message=f"Release {self._upload.record.slug}",
            commit_description=self._upload.claim,
            repo_type=_KIND,
            revision=branch,
            parent_commit=head,
        )
        self._commit = done.oid
        there = {path: size for path, size in self._tree(self._commit).items() if path not in _HUBS_OWN}
        if wrong := sorted(path for path, _ in there.items() ^ sizes.items()):
            raise IntegrityError(f"{self.address}: the commit does not hold what was sent: {', '.join(set(wrong))}")

    @transfers
    def holds(self, file: layout.File) -> bool:
        """Say whether a file of the commit is what it should be, by reading it."""
        url = file_url(self._repository, self._commit, file.path)
        return self._client.sha256(url, file.bytes, headers=authorization(self._token)) == file.sha256

    @transfers
    def commit(self) -> Commit:
        """Create the tag."""
        try:
            self._api.create_tag(self._repository, tag=self._tag, revision=self._commit, repo_type=_KIND)
        except self._hub.errors.HfHubHTTPError as error:
            if error.response.status_code != 409:
                raise
            return "lost"
        return "published"

    @transfers
    def announce(self, record: bytes) -> bytes | None:  # noqa: ARG002  # it went with the commit
        """Return the record of the publication that went with the version's commit; later, nothing can be added."""
        return self._read(self._tag, layout.PUBLICATION) or None

    def clean(self) -> None:
        """Do nothing: an upload leaves nothing behind."""

    def _refs(self) -> Any:
        try:
            return self._listed()
        except self._hub.errors.RepositoryNotFoundError:
            return None

    def _listed(self) -> Any:
        return self._api.list_repo_refs(self._repository, repo_type=_KIND)

    def _branch(self) -> str:
        """Return the branch to commit to: `main`, unless it holds a higher version."""
        tags = [version for tag in self._listed().tags if (version := _version(tag.name))]
        mine = _version(self._tag)
        if not mine or all(version <= mine for version in tags):
            return "main"
        branch = f"{self._tag}-files"
        self._api.create_branch(self._repository, branch=branch, repo_type=_KIND, exist_ok=True)
        return branch

    def _tree(self, revision: str) -> dict[str, int]:
        """Return path → size of the files at a revision."""
        entries = self._api.list_repo_tree(self._repository, recursive=True, revision=revision, repo_type=_KIND)
        try:
            return {each.path: each.size for each in entries if isinstance(each, self._hub.hf_api.RepoFile)}
        except self._hub.errors.EntryNotFoundError:  # a repository without a file
            return {}

    def _read(self, revision: str, path: str = layout.RECORD) -> bytes:
        from musicdata.system.http import HttpError, Limits, Outcome

        try:
            url = file_url(self._repository, revision, path)
            limits = Limits(max_bytes=MAX_RECORD_BYTES)
            return self._client.request("GET", url, headers=authorization(self._token), limits=limits).body
        except HttpError as error:
            if error.outcome is not Outcome.GONE:
                raise
            return b""


def _client() -> Client:
    from musicdata.system.http import Client

    return Client()


def endpoint() -> str:
    """Return the address of the hub: that of HF_ENDPOINT, else the public one."""
    return os.environ.get("HF_ENDPOINT", "").rstrip("/") or "https://huggingface.co"


def repository(url: str) -> str:
    """Return ``user/name`` of an hf:// URL.

    Raises:
        UsageError: it names no data set's repository.

    >>> repository("hf://datasets/me/songs")
    'me/songs'
    """
    parts = url.removeprefix("hf://").rstrip("/").split("/")
    if len(parts) != 3 or parts[0] != "datasets" or not all(parts):
        raise UsageError(f"{url} names no repository; write hf://datasets/USER/NAME")
    return "/".join(parts[1:])


def file_url(repository: str, revision: str, path: str) -> str:
    """Return the URL under which the hub serves a file."""
    return f"{endpoint()}/datasets/{repository}/resolve/{quote(revision, safe='')}/{quote(path)}"


def authorization(token: settings.Secret | None) -> dict[str, str | settings.Secret]:
    """Return the header that shows a token, if there is one."""
    return {"Authorization": settings.Secret(f"Bearer {token.reveal()}")} if token else {}


def _version(tag: str) -> tuple[int, ...]:
    parts = tag.removeprefix("v").split(".")
    return tuple(map(int, parts)) if len(parts) == 3 and all(part.isdecimal() for part in parts) else ()
