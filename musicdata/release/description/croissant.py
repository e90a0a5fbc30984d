"""A release as Croissant, the JSON-LD of data sets (https://docs.mlcommons.org/croissant, version 1.0).

Every data file is a FileObject with its hash, the files of a config are a FileSet, its rows a RecordSet. Addresses are
relative, so that the file is right inside the release's folder, wherever that lies.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from musicdata.release.description import citation, sentences
from musicdata.release.description.escaping import one_line
from musicdata.release.record import layout
from musicdata.release.record.configs import of_release

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musicdata.definitions.column import Column
    from musicdata.definitions.contract import Contract
    from musicdata.definitions.head import Head
    from musicdata.release.record.configs import Config
    from musicdata.release.record.layout import File, Record

CONFORMS_TO = "http://mlcommons.org/croissant/1.0"
PARQUET = "application/x-parquet"
SPLITS, RELATIONS = "splits", "relations"
# As the specification gives it; readers compare it with their own.
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
_DATA_TYPES = {
    "string": "sc:Text",
    "bool": "sc:Boolean",
    "int32": "sc:Integer",
    "int64": "sc:Integer",
    "float16": "sc:Float",
    "float32": "sc:Float",
    "float64": "sc:Float",
    "uint8": "sc:Integer",
    "audio": "sc:AudioObject",
    "image": "sc:ImageObject",
}
# Terms of Croissant RAI that only people can fill → question of the datasheet that asks for the same.
_STATED = {
    "dataBiases": "subpopulations",
    "dataUseCases": "tasks",
    "dataSocialImpact": "impact",
    "personalSensitiveInformation": "sensitive",
}
_SPLIT_IN_NAME = rf"^({'|'.join(layout.SPLITS)})-.+\.parquet$"
_SPLIT_MEANINGS = {"train": "cr:TrainingSplit", "valid": "cr:ValidationSplit", "test": "cr:TestSplit"}


def render(record: Record, contracts: Mapping[str, Contract], recipe: Head) -> bytes:
    """Return the bytes of `croissant.json`.

    Args:
        record: of the release; its `files` name the data files.
        contracts: table → contract as this view has it.
        recipe: what it says about the data set.
    """
    configs = of_release(record, contracts)
    document = _head(record, recipe) | responsible(record, recipe)
    document["distribution"] = [_file(file) for file in _data_files(record)] + [_files_of(config) for config in configs]
    document["recordSet"] = [
        _splits(),
        *_relations(configs),
        *(_record_set(config) for config in configs),
    ]
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _head(record: Record, recipe: Head) -> dict[str, Any]:
    section = recipe.release
    names = [f"{author.given_names} {author.family_names}" for author in section.authors] if section else []
    creators = [{"@type": "sc:Person", "name": name} for name in names]
    head: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": record.name,
        "alternateName": one_line(record.title),
        "description": one_line(section.description) if section and section.description else one_line(record.title),
        "version": record.version,
        "isLiveDataset": False,
        "identifier": f"sha256:{record.content_root}",
        "citeAs": citation.bibtex(record, recipe),
        "keywords": citation.keywords(recipe),
        "creator": creators or [{"@type": "sc:Organization", "name": citation.contributors(record.title)}],
    }
    head |= {"datePublished": record.date} if record.date else {}
    head |= {"url": record.url} if record.url else {}
    if section and section.licence:
        is_listed = citation.is_spdx(section.licence)
        head["license"] = (
            f"https://spdx.org/licenses/{section.licence}.html" if is_listed else one_line(section.licence)
        )
    if rights := sentences.rights(record):
        head["conditionsOfAccess"] = f"The works keep their own rights. {'; '.join(rights)}."
    return head


def responsible(record: Record, recipe: Head) -> dict[str, Any]:
    """Return what is known for responsible use, in the terms of Croissant RAI 1.0; what nobody stated is left out."""
    answers = recipe.release.answers if recipe.release else {}
    facts: dict[str, Any] = {
        "dataCollection": " ".join(sentences.sources(record)),
        "dataCollectionMissingData": "; ".join(sentences.rejects(record)),
        "dataPreprocessingProtocol": [str(stage) for stage in sentences.stages(record)],
        "machineAnnotationTools": sentences.tools(record),
        "dataLimitations": [sentences.verdict(record), *sentences.unproved(record), sentences.view(record)],
        "dataReleaseMaintenancePlan": _maintenance(record),
    }
    facts |= {name: answers[question] for name, question in _STATED.items() if answers.get(question)}
    return {f"rai:{name}": fact for name, fact in facts.items() if fact}


def _maintenance(record: Record) -> str:
    before = f" It follows {record.previous.version}." if record.previous else ""
    down = f" Taken down so far: {'; '.join(lines)}." if (lines := sentences.takedowns(record)) else ""
    return (
        f"Versions are semantic; a published one never changes, what is taken down goes with a new one.{before}{down}"
    )


def _data_files(record: Record) -> list[File]:
    return [file for file in record.files if file.path.startswith(f"{layout.DATA}/")]


def _file(file: File) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": file.path,
        "contentUrl": file.path,
        "contentSize": f"{file.bytes} B",
        "encodingFormat": PARQUET,
        "sha256": file.sha256,
    }


def _files_of(config: Config) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": _file_set(config.name),
        "name": _file_set(config.name),
        "description": f"Data files of the config {config.name}.",
        "encodingFormat": PARQUET,
        "includes": f"{layout.DATA}/{config.name}/*.parquet",
    }


def _file_set(config: str) -> str:
    return f"{config}-files"


def _splits() -> dict[str, Any]:
    meanings = [{"name": split, "url": meaning} for split, meaning in _SPLIT_MEANINGS.items()]
    inline = _inline(SPLITS, "Parts of the data set.", {"name": "sc:Text", "url": "sc:URL"}, meanings)
    return inline | {"dataType": "cr:Split", "key": {"@id": f"{SPLITS}/name"}}


def _relations(configs: list[Config]) -> list[dict[str, Any]]:
    """Return a record set that lists which fields refer to which.

    The fields themselves have no `references`: mlcroissant 1.1 would join by the first of them, whatever is asked for,
    with all files of both sides in memory, and yield no record when asked a second time.
    """
    references = [(f"{one.name}/split", f"{SPLITS}/name") for one in configs if "split" in one.names]
    references += [(f"{one.name}/{name}", "/".join(to)) for one in configs for name, to in one.references.items()]
    rows = [{"field": field, "refers_to": target} for field, target in sorted(references)]
    described = "Fields whose values are those of another field."
    return [_inline(RELATIONS, described, {"field": "sc:Text", "refers_to": "sc:Text"}, rows)] if rows else []


def _inline(name: str, description: str, types: dict[str, str], rows: list[dict[str, str]]) -> dict[str, Any]:
    """Return a record set whose records stand in it."""
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": description,
        "field": [
            {"@type": "cr:Field", "@id": f"{name}/{field}", "name": field, "dataType": kind}
            for field, kind in types.items()
        ],
        "data": [{f"{name}/{field}": value for field, value in row.items()} for row in rows],
    }


def _record_set(config: Config) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": config.name,
        "name": config.name,
        "description": config.description,
        "key": [{"@id": f"{config.name}/{column}"} for column in config.key],
        "field": [_field(config, column) for _, column in config.columns],
    }


def _field(config: Config, column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{config.name}/{column.name}",
        "name": column.name,
        "description": _described(config, column),
        "dataType": _DATA_TYPES[str(column.element) if column.is_array else column.type],
        "source": {"fileSet": {"@id": _file_set(config.name)}, "extract": {"column": column.name}},
    }
    if column.is_array:
        field["repeated"] = True
    if column.is_media:
        field["source"]["transform"] = {"jsonPath": "bytes"}
    return field | _of_split(field["source"]) if column.name == "split" else field


def _of_split(source: dict[str, Any]) -> dict[str, Any]:
    """Return what marks the field that names a row's split.

    It is read from the file's name, which says the same as the column: so readers can leave the files of other splits
    alone.
    """
    from_name = {"extract": {"fileProperty": "filename"}, "transform": {"regex": _SPLIT_IN_NAME}}
    return {"dataType": ["sc:Text", "cr:Split"], "source": source | from_name}


def _described(config: Config, column: Column) -> str:
    unit = f" Unit: {column.unit}." if column.unit else ""
    shape = f" Shape: {', '.join(map(str, column.shape))}, the last axis running fastest." if column.is_vector else ""
    shape = " A list of any length." if column.is_sequence else shape
    refers = f" Refers to {'/'.join(config.references[column.name])}." if column.name in config.references else ""
    return f"{column.description}{unit}{shape}{refers}"
