"""The export `mirdata`, judged by mirdata's own classes."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib.util
import io
import json
import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import soundfile

from musicdata.release.reading.release import Release

NAME = "musicdata_made"


def loader(folder: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(NAME, folder / f"{NAME}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def module(exports: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The loader in a copy of the export, where Python may leave its byte code."""
    return loader(shutil.copytree(exports["mirdata"], tmp_path_factory.mktemp("mirdata") / "made"))


def test_mirdata_finds_every_file_whole(module: ModuleType) -> None:
    missing, invalid = module.Dataset().validate(verbose=False)
    assert missing == invalid == {"metadata": {}, "tracks": {}}


def test_mirdata_finds_what_is_missing_or_changed(exports: Mapping[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(exports["mirdata"], tmp_path / "made")
    ids = [path.stem for path in sorted((folder / "audio").iterdir())]
    (folder / "audio" / f"{ids[0]}.flac").unlink()
    (folder / "lyrics" / f"{ids[1]}.txt").write_bytes(b"other")
    missing, invalid = loader(folder).Dataset(data_home=str(folder)).validate(verbose=False)
    assert list(missing["tracks"]) == [ids[0]]
    assert list(invalid["tracks"]) == [ids[1]]


def test_tracks_have_what_the_release_has(module: ModuleType, full: Release) -> None:
    tracks = module.Dataset().load_tracks()
    rows = list(full.samples())
    assert list(tracks) == [row["sample_id"] for row in rows]
    for track, row in zip(tracks.values(), rows, strict=True):
        notes = list(full.rows("alignment", row["sample_id"]))
        audio, rate = track.audio
        wanted, wanted_rate = soundfile.read(io.BytesIO(row["audio"]["bytes"]), dtype="float32")
        assert np.array_equal(audio, wanted)
        assert rate == wanted_rate
        assert (track.split, track.group_id, track.song_id) == (row["split"], row["group_id"], row["song_id"])
        assert track.notes.pitches.tolist() == [note["pitch"] for note in notes]
        assert track.notes.intervals.tolist() == [[note["onset_s"], note["offset_s"]] for note in notes]
        assert track.syllables.lyrics == [note["syllable"] for note in notes]
        assert track.lyrics == "".join(io.StringIO(row["lyrics"], newline=None))  # mirdata opens texts as text
        assert Path(track.score_path).read_bytes() == row["image"]["bytes"]
        assert repr(track)


def test_the_splits_are_those_of_the_release(module: ModuleType, full: Release) -> None:
    splits = module.Dataset().get_track_splits()
    assert {split: len(ids) for split, ids in splits.items()} == full.n_samples


def test_the_sample_index_has_a_track_of_every_split(module: ModuleType, full: Release) -> None:
    data_set = module.Dataset(version="test")
    assert sorted(track.split for track in data_set.load_tracks().values()) == ["test", "train", "valid"]
    assert data_set.validate(verbose=False)[0]["tracks"] == {}


def test_it_cites_and_tells_its_licence(module: ModuleType, full: Release) -> None:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        module.Dataset().cite()
        module.Dataset().license()
    assert full.cite() in out.getvalue()
    assert "CC-BY-4.0" in out.getvalue()


def test_the_loader_keeps_mirdatas_conventions(module: ModuleType) -> None:
    """Checks what mirdata's own tests of loaders check, for all that can be without a network."""
    data_set = module.Dataset()
    assert data_set.name == NAME
    assert {"default", "test"} <= set(module.INDEXES)
    assert module.INDEXES["test"] == "sample"
    assert module.INDEXES[module.INDEXES["default"]].filename == f"{NAME}_index_1.0.0.json"
    assert module.INDEXES["sample"].filename == f"{NAME}_index_1.0.0_sample.json"
    assert isinstance(module.BIBTEX, str)
    assert isinstance(module.LICENSE_INFO, str)
    assert "Attributes:" in module.Track.__doc__
    assert "Cached Properties:" in module.Track.__doc__
    track = data_set.choice_track()
    documented = {
        line.split("(")[0].strip() for line in module.Track.__doc__.splitlines() if "): " in line or ") :" in line
    }
    public = {name for name in dir(track) if not name.startswith("_")} - {"get_path", "audio"}
    assert public == documented
    for load in (
        module.load_audio,
        module.load_lyrics,
        module.load_alignment,
        module.load_notes,
        module.load_syllables,
    ):
        assert load(None) is None


def test_the_index_has_the_md5_of_every_file(exports: Mapping[str, Path]) -> None:
    index = json.loads((exports["mirdata"] / f"{NAME}_index_1.0.0.json").read_bytes())
    assert index["version"] == "1.0.0"
    for track_id, fields in index["tracks"].items():
        assert set(fields) == {"audio", "score", "lyrics", "alignment"}
        for path, md5 in fields.values():
            assert Path(path).stem == track_id
            assert hashlib.md5((exports["mirdata"] / path).read_bytes()).hexdigest() == md5


def test_what_the_data_say_is_in_the_loader_as_literals_alone(full: Release, exports: Mapping[str, Path]) -> None:
    text = (exports["mirdata"] / f"{NAME}.py").read_text("ascii")
    names = {"BIBTEX": full.cite(), "LICENSE_INFO": "CC-BY-4.0"}
    tree = ast.parse(text)
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in names:
            assert ast.literal_eval(node.value) == names.pop(node.targets[0].id)
    assert not names
    assert "SystemExit" in full.cite()
    assert "SystemExit" not in ast.unparse([node for node in tree.body if not isinstance(node, ast.Assign)])  # type: ignore[arg-type]
