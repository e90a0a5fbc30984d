"""Commands × mistakes: what is mistyped exits with 2, and the message says what was meant and what there is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from typer._click.exceptions import ClickException

from musicdata import cli
from musicdata.errors import MusicdataError
from tests.windows import Windows

MISTAKES = [
    ("doctor musictmm", "did you mean 'musictm'?"),
    ("recipes show musictmm", "did you mean 'musictm'?"),
    ("recipes show musictm --set window.note=3", "no key window.note (did you mean 'notes'?); window knows"),
    ("recipes copy musictmm {tmp}/mine.toml", "did you mean 'musictm'?"),
    ("recipes shwo musictm", "No such command 'shwo'"),
    ("new datast mine", "did you mean 'dataset'?"),
    ("new stage mine --reads nots --folder {tmp}/new", "did you mean 'notes'?"),
    ("plan musictmm", "did you mean 'musictm'?"),
    ("plan nowhere.toml", "nowhere.toml"),
    ("plan {recipe} --set windw.notes=3", "window"),
    ("plan {recipe} --set window.note=3", "did you mean 'notes'?"),
    ("plan {recipe} --set window.notes=x", "window.notes: expected a valid integer"),
    ("plan {recipe} --set window.split.tset=1", "did you mean 'test'?"),
    ("plan {recipe} --set window.notes", "STAGE.KEY=VALUE"),
    ("plan {recipe} --input {tmp}/nowhere", "nowhere"),
    ("plan {recipe} --limt 3", "--limt"),
    ("build musictmm", "did you mean 'musictm'?"),
    ("build {recipe} --input {tmp}/nowhere --work {tmp}/w", "nowhere"),
    ("build --work {tmp}/nowhere", "no workspace"),
    ("build {recipe} --work {work} --set window.notes=x", "window.notes: expected"),
    ("crawl {recipe}", "musicdata build"),
    ("retry {work} --class transiet", "did you mean 'transient'?"),
    ("retry {tmp}/nowhere", "no workspace"),
    ("status {tmp}/nowhere", "nowhere"),
    ("show nots --work {work}", "did you mean 'notes'?"),
    ("view {tmp}/nowhere --no-browser", "nowhere"),
    ("view {work} --no-browser --host 0.0.0.0", "--i-know"),
    ("report {tmp}/nowhere --out {tmp}/report.html", "nowhere"),
    ("report {work} --out {tmp}/report.html --sample nobody", "no such sample: nobody"),
    ("show nots --work {release}", "did you mean 'notes'?"),
    ("show notes --columns ptich --work {work}", "did you mean 'pitch'?"),
    ("show notes --columns ptich --work {release}", "did you mean 'pitch'?"),
    ("show rejects --columns raeson --work {work}", "did you mean 'reason'?"),
    ("show notes nobody --work {work}", "no row of nobody"),
    ("show notes --work {tmp}/nowhere", "nowhere"),
    ("show notes --work {work} --save {tmp}/x", "no sounds or pictures"),
    ("show {work}", "musicdata show --work {work}"),
    ("check {tmp}/nowhere", "nowhere"),
    ("validate {tmp}/nowhere", "nowhere"),
    ("validate {work}", "[validate]"),
    ("describe {tmp}/nowhere.wav --against {work}", "nowhere.wav is no file"),
    ("search {work} sea", "[validate]"),
    ("caption {tmp}/a.wav - --with {tmp}/nowhere", "nowhere"),
    ("info {tmp}/nowhere", "nowhere"),
    ("release build {tmp}/nowhere --out {tmp}/r", "no workspace"),
    ("release build {work} --out {tmp}/r --version one", "one"),
    ("release verify {tmp}/nowhere", "nowhere"),
    ("release verify {release} --views {tmp}/nowhere", "nowhere"),
    ("release sign {release} --key {tmp}/nowhere.key", "nowhere.key"),
    ("release diff {release} {tmp}/nowhere", "nowhere"),
    ("release publish {release} --to {tmp}/p --view opne", "did you mean 'open'?"),
    ("release publish {tmp}/nowhere --to {tmp}/p", "nowhere"),
    ("release takedown {release} nobody --reason asked --out {tmp}/r", "nobody"),
    ("release card {tmp}/nowhere", "nowhere"),
    ("release rebuild {release} --input {tmp}/nowhere", "nowhere"),
    ("release add-record {tmp}/nowhere.json", "nowhere.json"),
    ("release verfiy {release}", "No such command 'verfiy'"),
    ("export {release} --view webdatset --out {tmp}/x", "did you mean 'webdataset'?"),
    ("export {release} --view opne --out {tmp}/x", "did you mean 'open'?"),
    ("export {tmp}/nowhere --view open --out {tmp}/x", "nowhere"),
    ("bulid musictm", "No such command 'bulid'"),
]


def leaves(command: object, name: str = "") -> Iterator[str]:
    """Yield the commands that do something, with the names of the groups they are in."""
    inner = getattr(command, "commands", {})
    for word, one in inner.items():
        yield from leaves(one, f"{name} {word}".strip())
    if not inner:
        yield name


def test_every_command_is_tried() -> None:
    known = set(leaves(typer.main.get_command(cli.app)))
    assert {name for name in known if not any(line.startswith(f"{name} ") for line, _ in MISTAKES)} == set()


@pytest.mark.parametrize(("line", "told"), MISTAKES, ids=[line for line, _ in MISTAKES])
def test_a_mistake_exits_with_2(
    line: str, told: str, windows: Windows, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = {"work": windows.work, "release": windows.release, "recipe": windows.recipe, "tmp": tmp_path}
    with pytest.raises((MusicdataError, ClickException)) as mistake:
        cli.app(line.format(**places).split(), standalone_mode=False)
    said = getattr(mistake.value, "message", str(mistake.value))
    assert getattr(mistake.value, "exit_code", None) == 2, said
    assert told.format(**places) in said
    assert "pydantic" not in said
    assert len(said) < 1500
    assert capsys.readouterr().out == ""
    assert list(tmp_path.iterdir()) == []
