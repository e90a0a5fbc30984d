"""Each file is hashed once, unless it has changed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from musicdata.system.digests import FileHashes, each_file_once, sampled_sha256, sha256_of_file


def test_a_file_that_did_not_change_is_not_read_again(tmp_path: Path) -> None:
    path, hashes = tmp_path / "file", FileHashes()
    path.write_bytes(b"one")
    with each_file_once(hashes):
        assert sha256_of_file(path) == hashlib.sha256(b"one").hexdigest()
    hashes[str(path)][-1] = "what was found before"
    with each_file_once(hashes):
        assert sha256_of_file(path) == "what was found before"
    assert sha256_of_file(path) == hashlib.sha256(b"one").hexdigest()  # outside, nothing is believed


def test_a_file_that_changed_is_read_though_its_size_and_its_time_are_the_same(tmp_path: Path) -> None:
    path, hashes = tmp_path / "file", FileHashes()
    path.write_bytes(b"one")
    with each_file_once(hashes):
        sha256_of_file(path)
        before = path.stat()
        while path.stat().st_ctime_ns == before.st_ctime_ns:  # the clock of the file system is a coarse one
            path.write_bytes(b"two")
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert path.stat().st_mtime_ns == before.st_mtime_ns
        assert sha256_of_file(path) == hashlib.sha256(b"two").hexdigest()


def test_a_sampled_hash_is_of_the_size_and_of_pieces_from_end_to_end(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(bytes(1000))
    before = sampled_sha256(path, pieces=5, piece_bytes=10)
    assert sampled_sha256(path, pieces=5, piece_bytes=10) == before
    seen = []
    for place in range(1000):
        data = bytearray(1000)
        data[place] = 1
        path.write_bytes(data)
        seen.append(sampled_sha256(path, pieces=5, piece_bytes=10) != before)
    assert sum(seen) == 50
    assert seen[:10] == seen[-10:] == [True] * 10
    path.write_bytes(bytes(1001))
    assert sampled_sha256(path, pieces=5, piece_bytes=10) != before
    path.write_bytes(b"")
    assert sampled_sha256(path) != before
