"""The data set of album reviews goes all the way on made-up files, and by made-up services to the same rows."""

from __future__ import annotations

import contextlib
import http.client
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import musicdata
import musicdata_baselines
from musicdata.api import releases
from musicdata.api.check import check
from musicdata.api.view import report as page_report
from musicdata.definitions.arrow import strings
from musicdata.errors import RefusedError
from musicdata_baselines import report
from tests.baselines.suites.albums.made import low_level
from tests.web.served import Served, serving

ALBUMS = 60
WORDS = {"reviews", "albums", "album_songs", "review_texts", "review_tokens", "review_vocabulary"}


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mard")


@pytest.fixture(scope="module")
def built(environment: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSICDATA_HOME", str(environment / "home"))
        patch.setenv("MUSICDATA_SHARD_ITEMS", "25")
        musicdata.build("mard", twin=True, limit=ALBUMS, work=environment / "work")
    return environment / "work"


@pytest.fixture(scope="module")
def release(built: Path, environment: Path) -> Path:
    found = musicdata_baselines.validate(built, deep=False, n_permutations=100)
    report.write(found, built / "validation")
    releases.build(built, environment / "release", version="1.0.0", allow_failed_gate=True)
    return environment / "release"


def test_it_is_built_and_sound(built: Path) -> None:
    work = musicdata.open_work(built)
    samples = work.table("album_samples").to_pylist()
    assert len(samples) > ALBUMS / 2
    assert sum(row["n_reviews"] for row in samples) == len(work.table("review_texts"))
    assert sum(row["n_songs"] for row in samples) >= len(work.table("features_acousticbrainz")) > 200
    assert set(work.table("review_splits").column("part").to_pylist()) == {"train", "valid", "test"}
    assert check(built).findings == []


def test_a_release_has_words_and_documents_and_its_views_have_none(release: Path, environment: Path) -> None:
    full = musicdata.load(release)
    texts = [text for text in strings(full.table("review_texts").column("text")) if len(text) > 40]
    assert full.table("song_highlevel").num_rows == full.table("song_matches").num_rows > 200
    for view in ("features", "ids"):
        out = environment / view
        releases.export(release, view, out)
        seen = musicdata.load(out)
        assert not WORDS & set(seen.tables)
        assert ("features_acousticbrainz" in seen.tables) == (view == "features")
        assert not {"root_genre", "sales_rank"} & set(seen.table("album_samples").column_names)
        held = b"".join(path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file())
        assert not [text for text in texts if text.encode() in held]
        assert releases.verify(release, views=[out]) == []
    with pytest.raises(RefusedError):
        releases.publish(release, (environment / "published").as_uri(), view="full")
    assert not (environment / "published").exists()


def test_a_release_and_its_features_are_judged_as_the_workspace_is(built: Path, release: Path, tmp_path: Path) -> None:
    releases.export(release, "features", tmp_path / "features")
    figures = [
        musicdata_baselines.validate(path, deep=False, n_permutations=100).card[-1].rows
        for path in (built, release, tmp_path / "features")
    ]
    assert figures[0] == figures[1] == figures[2]


def test_the_albums_of_a_takedown_are_gone(release: Path, environment: Path) -> None:
    sample = next(iter(musicdata.load(release).rows("album_samples")))["sample_id"]
    releases.takedown(release, [sample], reason="asked by the writer", out=environment / "less")
    less = musicdata.load(environment / "less")
    for table in less.tables:
        columns = [name for name in ("sample_id", "album_id") if name in less.table(table).column_names]
        assert all(sample not in less.table(table, [name]).column(name).to_pylist() for name in columns)


def test_services_give_the_rows_of_the_dumps(built: Path, environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICDATA_HOME", str(environment / "home"))
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "25")
    work = musicdata.crawl("mard-api", twin=True, limit=ALBUMS, work=environment / "crawled")
    dumps = musicdata.open_work(built)
    for table in ("album_samples", "features_acousticbrainz", "song_highlevel", "review_texts", "review_tokens"):
        names = [column.name for column in dumps.contract(table).columns]
        assert work.table(table, names).equals(dumps.table(table, names)), table


def test_the_512_columns_can_be_read_by_anybody(built: Path) -> None:
    parts = sorted((built / "tables" / "acousticbrainz_lowlevel").glob("*.parquet"))
    schema = pq.read_schema(parts[0])
    assert len([name for name in schema.names if name.startswith(("lowlevel_", "rhythm_", "tonal_"))]) == 512
    assert (schema.field("lowlevel_mfcc_cov").metadata or {})[b"shape"] == b"[13, 13]"
    assert pa.types.is_list(schema.field("rhythm_beats_position").type)


def sent(page: Served, content: bytes) -> tuple[int, Any]:
    """Send the page a file, as its form does."""
    headers = {"Cookie": f"musicdata-{page.port}={page.cookie}", "Origin": page.base}
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", page.port, timeout=240)) as connection:
        connection.request("POST", "/api/near", content, headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def test_a_file_sent_to_the_page_finds_reviews(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # of the server: what it keeps for a while lies there
    work = musicdata.open_work(built)
    numbers = next(work.rows("features_acousticbrainz", columns=["full"]))["full"]
    with serving(built) as page:
        page.enter()
        can = page.ask("about")[1]["can"]
        assert can["describe"]
        assert not can["suspects"]  # which of an album's reviews and songs belong together, nobody says
        assert not can["hear"]
        status, found = sent(page, json.dumps(low_level(np.array(numbers))).encode())
        assert status == 200, found
        assert found["n_candidates"] == len(work.table("review_texts"))
        scores = [one["score"] for one in found["nearest"]]
        assert len(scores) == 10
        assert scores == sorted(scores, reverse=True)
        texts = {row["text"] for row in work.rows("review_texts")}
        assert {one["text"] for one in found["nearest"]} <= texts
        assert 0 < found["chance"] < 1
        for content in (b'{"lowlevel": 5}', b"{not json at all", b"RIFF\x00\x00\x00\x00WAVEjunk"):
            status, told = sent(page, content)
            assert status == 409
            assert "cannot be used" in told["what"]
            assert str(tmp_path) not in told["what"]
        assert sent(page, b"MZ\x90\x00 a program")[0] == 415
        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_report_says_why_it_has_no_suspects(built: Path, tmp_path: Path) -> None:
    told = page_report(built, tmp_path / "report.html", samples=4)
    assert told.n_samples >= 4
    assert "does not say which pairs fit badly" in told.no_suspects
