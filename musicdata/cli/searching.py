"""The command that searches: `musicdata search`."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from musicdata.cli.app import app
from musicdata.cli.options import Json, print_json
from musicdata.cli.output import say, tell
from musicdata.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.search import Answer, Match

SHOWN_CHARACTERS = 160


@app.command(short_help="Find songs by what they are about, by a line, or by a song like them.")
def search(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PLACE] QUERY",
            help="Workspace or release (folder, address, name) [default: the only workspace in musicdata-work], and "
            "what is looked for.",
        ),
    ] = None,
    k: Annotated[int, typer.Option("--k", "-k", help="Songs to print.")] = 10,
    like: Annotated[
        str | None, typer.Option("--like", metavar="ID", help="Songs like this one, in the place of a query.")
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", help="Only songs in this language, ISO 639-1, whatever the query says.")
    ] = None,
    across: Annotated[bool, typer.Option("--across", help="Look in all languages, by meaning.")] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Take the query as it stands; read nothing out of it.")
    ] = False,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without", metavar="KIND", help="Do not read this out of the query: language, genre … Repeatable."
        ),
    ] = None,
    playlist: Annotated[
        Path | None,
        typer.Option("--playlist", help="Write what was found into this file too: .m3u, .m3u8, .csv, .jspf."),
    ] = None,
    reindex: Annotated[bool, typer.Option("--reindex", help="Build the index anew.")] = False,
    as_json: Json = False,
) -> None:
    """Find the songs of a data set that answer a query in plain words, and say why each does.

    musicdata search WORK "a sad song about the sea, in German"
    """
    from musicdata.api import playlists
    from musicdata.api.work import open_data

    path, query = _path_and_query(words or [], like)
    if playlist is not None:
        playlists.require_playlist(playlist)
    data = open_data(path, progress=tell)
    answer = data.search(
        query,
        like=like,
        k=k,
        language=language,
        plain=plain,
        across=across,
        without=without or (),
        reindex=reindex,
        progress=tell,
    )
    written = playlists.write_playlist(answer, playlist, data.head.dataset.name) if playlist is not None else None
    if as_json:
        print_json(dataclasses.asdict(answer))
    else:
        for line in lines(answer):
            say(line)
    if written is not None:
        say(f"playlist: {written}", err=as_json)


def _path_and_query(words: list[str], like: str | None) -> tuple[str | None, str | None]:
    """Tell the data set and the query apart: the query is the last of two, the only one where there is no `like`."""
    most = 1 if like is not None else 2
    if len(words) > most:
        raise UsageError(
            f"{len(words)} arguments were given, expected {'a path' if like is not None else 'a path and a query'} at "
            "most; put a query of several words in quotes"
        )
    if like is not None:
        return (words[0] if words else None), None
    if not words:
        raise UsageError('nothing was asked: musicdata search WORK "a sad song about the sea", or --like ID')
    if len(words) == 1 and Path(words[0]).is_dir():
        raise UsageError(f'nothing was asked of {words[0]}: musicdata search {words[0]} "a sad song about the sea"')
    return (words[0] if len(words) == most else None), words[-1]


def lines(answer: Answer) -> Iterator[str]:
    """Yield an answer for people, line by line."""
    if answer.query is not None:
        yield from _reading_lines(answer)
    yield ""
    if not answer.matches:
        yield f"no match among {_songs(answer.n_candidates)}"
    for match in answer.matches:
        yield from _match_lines(match)
    for note in answer.notes:
        yield f"• {note}"


def _songs(n: int) -> str:
    return f"{n:,} song{'' if n == 1 else 's'}"


def _reading_lines(answer: Answer) -> Iterator[str]:
    for one in answer.understood:
        if not one.value:
            continue
        read = f' (from "{_short(one.words)}")' if one.words else ""
        yield f"{one.kind.replace('_', ' ')}: {one.value}{read}   --without {one.kind}"
    for kind in dict.fromkeys(one.kind for one in answer.understood if not one.value):
        words = ", ".join(f'"{_short(one.words)}"' for one in answer.understood if one.kind == kind and not one.value)
        yield f"{kind.replace('_', ' ')}: {words}   --without {kind}"
    where = f"among {_songs(answer.n_candidates)}"
    if answer.searched:
        language = f", taken for {answer.language}" if answer.language != "und" else ""
        yield f'searched: "{_short(answer.searched)}"{language}, {where}'
    else:
        yield f"searched: nothing is left of the words, so these are ranked by the rest, {where}"


def _match_lines(match: Match) -> Iterator[str]:
    facts = match.facts
    artist, title = facts.get("artist"), facts.get("title")
    named = " – ".join(_short(str(one)) for one in (artist, title) if one is not None) or "(untitled)"
    more = ", ".join(_short(str(facts[name])) for name in ("language", "genre", "year") if facts.get(name) is not None)
    shares = ", ".join(f"{name} {share:.0%}" for name, share in match.signals.items() if share > 0)
    yield f"{match.rank:>2}. {match.score:.3f}  {named}{f' ({more})' if more else ''}"
    yield f"      {match.sample_id}{f'   {shares}' if shares else ''}"
    for line in match.lines:
        yield f"      {line.number:>4}  {_short(line.text)}" if line.text is not None else f"      line {line.number}"
    if match.versions:
        yield f"      the same words, nearly: {', '.join(match.versions)}"


def _short(text: str) -> str:
    """Return a text in one line that is not too long for a terminal."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_CHARACTERS else f"{line[: SHOWN_CHARACTERS - 1]}…"
