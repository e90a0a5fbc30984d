from __future__ import annotations

import importlib.util
import json
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from musicdata.errors import FormatError, SetupError
from musicdata.sources.acousticbrainz import document, extractor
from tests.acousticbrainz import changed, lowlevel
from tests.songs import shared

HAS_ESSENTIA = importlib.util.find_spec("essentia") is not None


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package called essentia, whose extractor does what is in the sound, as Python; return its folder."""
    package = tmp_path / "packages" / "essentia"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("class log:\n    infoActive = warningActive = True\n")
    (package / "standard.py").write_text(
        "import json, os\n"
        "class MusicExtractor:\n"
        "    def __call__(self, sound):\n"
        "        exec(open(sound).read(), globals())\n"
        "        return document, None\n"
        "class YamlOutput:\n"
        "    def __init__(self, filename, **_):\n"
        "        self.filename = filename\n"
        "    def __call__(self, pool):\n"
        "        open(self.filename, 'w').write(pool)\n"
    )
    for name in ("yaml", "six"):
        (package.parent / f"{name}.py").touch()
    monkeypatch.syspath_prepend(package.parent)
    return package.parent


def sound(tmp_path: Path, program: str, name: str = "song.flac") -> Path:
    path = tmp_path / name
    path.write_text(program)
    return path


def test_what_the_extractor_writes_is_the_document(tmp_path: Path, stand_in: Path) -> None:
    described = extractor.describe(sound(tmp_path, f"document = {json.dumps(json.dumps(lowlevel()))}"))
    assert described == lowlevel()


def test_the_extractor_sees_the_sound_and_nothing_else_of_the_user(tmp_path: Path, stand_in: Path) -> None:
    (tmp_path / "private").write_text("letters")
    program = (
        "said = {'files': sorted(os.listdir('.')), 'threads': os.environ['OMP_NUM_THREADS'], 'keys': [*os.environ]}\n"
        f"try:\n    said['private'] = open({str(tmp_path / 'private')!r}).read()\n"
        "except OSError:\n    said['private'] = None\n"
        "document = json.dumps(said)"
    )
    said = extractor.describe(sound(tmp_path, program, "-i x;y.MP3"))
    assert (said["files"], said["threads"], said["private"]) == (["sound.mp3"], "1", None)
    assert set(said["keys"]) <= {"HOME", "LANG", "LC_CTYPE", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"}


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("raise RuntimeError('AudioLoader: could not\\n open it')", "not_sound"),
        ("os.abort()", "not_sound"),
        ("document = ''", "empty"),
        ("document = '{'", "truncated_json"),
    ],
)
def test_a_sound_that_cannot_be_analysed(tmp_path: Path, stand_in: Path, program: str, reason: str) -> None:
    with pytest.raises(FormatError) as caught:
        extractor.describe(sound(tmp_path, program))
    assert caught.value.reason == reason


def test_it_has_an_end(tmp_path: Path, stand_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extractor, "_DEADLINE_S", 1.0)
    with pytest.raises(FormatError, match="took_too_long"):
        extractor.describe(sound(tmp_path, "import time; time.sleep(60)"))


def test_an_essentia_that_does_not_run_is_no_fault_of_the_sound(tmp_path: Path, stand_in: Path) -> None:
    with pytest.raises(SetupError, match=r"ZeroDivisionError.*Install it anew"):
        extractor.describe(sound(tmp_path, "1 / 0"))


def test_what_is_no_sound_by_its_name_or_size(tmp_path: Path, stand_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FormatError, match=r"its name ends in '\.txt'"):
        extractor.describe(sound(tmp_path, "", "song.txt"))
    monkeypatch.setattr(extractor, "MAX_SOUND_BYTES", 3)
    with pytest.raises(FormatError, match="4 bytes, at most 3"):
        extractor.describe(sound(tmp_path, "1234"))


@pytest.mark.skipif(HAS_ESSENTIA, reason="Essentia is installed")
def test_without_essentia_the_message_says_what_to_install(tmp_path: Path) -> None:
    for ask in (extractor.version, lambda: extractor.describe(sound(tmp_path, ""))):
        with pytest.raises(SetupError, match=r"pip install 'musicdata\[essentia\]'"):
            ask()


def test_documents_of_today_s_extractor_are_mapped() -> None:
    files = sorted((shared("acousticbrainz") / "extractor-2.1b6").glob("*.json"))
    assert len(files) == 4
    for file in files:
        extracted = json.loads(file.read_bytes())
        assert document.lowlevel(extracted, "").n_missing == 57
        low = document.lowlevel(extractor.mapped(extracted), "")
        key = extracted["tonal"]["key_temperley"]
        assert low.n_missing == 54
        assert low.words["tonal.key_key"] == {"Eb": "D#", "Bb": "A#", "Ab": "G#"}.get(key["key"], key["key"])
        assert low.words["tonal.key_scale"] == key["scale"]
        assert low.facts["extractor"] == "music 2.0, key by temperley"
        assert low.facts["lossless"] is False
        assert "key_key" not in extracted["tonal"]


def test_a_document_of_the_old_extractor_stays_as_it_is() -> None:
    assert extractor.mapped(lowlevel()) is lowlevel()


def test_flats_become_sharps_and_the_profile_that_is_there_is_taken() -> None:
    tonal = {"chords_key": "Bb", "key_edma": {"key": "Eb", "scale": "major", "strength": 0.5}}
    made = extractor.mapped(changed(lowlevel(), "tonal", tonal))
    assert (made["tonal"]["chords_key"], made["tonal"]["key_key"], made["tonal"]["key_strength"]) == ("A#", "D#", 0.5)
    assert made["metadata"]["version"]["extractor"] == "music 1.0, key by edma"
    without_keys = extractor.mapped(changed(lowlevel(), "tonal", {"chords_key": 7}))
    assert without_keys["tonal"] == {"chords_key": 7}


@pytest.mark.skipif(not HAS_ESSENTIA, reason="Essentia is not installed")
@pytest.mark.long
def test_real_sounds_give_the_numbers_they_gave_before() -> None:
    name = "parsec47_ptn0"
    before = json.loads((shared("acousticbrainz") / "extractor-2.1b6" / f"{name}.json").read_bytes())
    now = document.lowlevel(extractor.describe(shared("recordings") / f"{name}.ogg"), "")
    then = document.lowlevel(extractor.mapped(before), "")
    if metadata.version("essentia") == "2.1b6.dev1389":
        np.testing.assert_allclose(now.numbers, then.numbers, rtol=1e-4)
    assert now.words == then.words
