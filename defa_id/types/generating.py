"""Everything that follows from the definitions, written into a checkout: `python -m defa_id.types.generating`.

The same definitions give the same bytes. `--check` writes nothing and fails if a file is not what the
definitions say.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from defa_id import disk, files
from defa_id.codec import canonical
from defa_id.errors import DefaIdError
from defa_id.types import cwt, json_ld, json_schema, mdoc, shipped, tables
from defa_id.types.definition import FORMATS, Definition, Field, Shape, Standard

PAGE: Final = "docs/credential-types.md"
VOCABULARY: Final = "trust_registry/vocabulary.json"
_CONTEXTS: Final = "defa_id/contexts"
_TABLES: Final = "defa_id/formats/cwt_tables.py"
_FOLDERS: Final = ("schemas/credentials", "schemas/mdoc", "schemas/cwt", f"{_CONTEXTS}/types")
_TYPES: Final = ('  "types": [\n', "\n  ],\n")
_LINE: Final = 120


def outputs(root: Path) -> dict[str, bytes]:
    """Every generated file by its path below `root`. Raises `DefaIdError` for definitions that do not stand."""
    known = shipped.load(root)
    families = known.families.values()
    made = {name: data for one in families for name, data in _files(one)}
    for type, standards in _whole(known).items():
        made[f"schemas/credentials/{type}.schema.json"] = pretty(json_schema.foreign(type, standards))
    made[f"{_CONTEXTS}/own.py"] = _pins(families, made)
    made[_TABLES] = _tables(families)
    made[PAGE] = tables.page(families, known.standards).encode()
    vocabulary = (root / VOCABULARY).read_text(encoding="utf-8")
    entries = [*types(families), *foreign(known)]
    return {**made, VOCABULARY: with_types(vocabulary, entries).encode()}


def stale(root: Path) -> list[str]:
    """Files in the generated folders that no definition asks for, sorted."""
    wanted = outputs(root).keys()
    present = (path for folder in _FOLDERS for path in (root / folder).glob("*.json*"))
    return sorted(name for path in present if (name := path.relative_to(root).as_posix()) not in wanted)


def types(families: Collection[Definition]) -> Iterator[dict[str, Any]]:
    """The entries of the vocabulary: one for each family and format, format by format."""
    for format in FORMATS:
        for one in families:
            identifier = dict(one.types())[format]
            yield {
                "type": identifier,
                "format": format,
                "family": one.name,
                "uri": one.uri,
                "subject": one.subject,
                **({"maturity": one.maturity} if one.maturity else {}),
                "status": "retired" if one.retired else "current",
                **({"replaced_by": one.replaced_by} if one.replaced_by else {}),
                "names": [{"lang": "en", "value": one.title}],
                **({"schema": _reference(one, format)} if format in json_schema.SCHEMAS else {}),
            }


def foreign(known: shipped.Shipped) -> Iterator[dict[str, Any]]:
    """The entries of other standards' types: the family each belongs to, no name of ours, and a schema where
    a document is always whole."""
    whole = _whole(known)
    first = {type: one for one in reversed(tuple(known.standards.values())) for type in one.types}
    for type in dict.fromkeys(type for one in known.standards.values() for type in one.types):
        standard = first[type]
        yield {
            "type": type,
            "format": standard.form,
            "family": standard.family,
            "subject": known.families[standard.family].subject,
            "status": "current",
            "names": [{"lang": "en", "value": standard.title}],
            **({"schema": _named(type, json_schema.foreign(type, whole[type]))} if type in whole else {}),
        }


def _whole(known: shipped.Shipped) -> dict[str, list[Standard]]:
    """Other standards' types of which a holder can withhold nothing, each with the layouts it has."""
    forms = [one for one in known.standards.values() if one.form in ("cwt", "philsys")]
    return {type: [one for one in forms if type in one.types] for standard in forms for type in standard.types}


def with_types(text: str, entries: list[dict[str, Any]]) -> str:
    """The vocabulary's text with these types; people write the rest of it.

    Raises `ValueError` unless the list of types stands there once, as two spaces indent it.
    """
    begin, end = _TYPES
    if text.count(begin) != 1:
        raise ValueError(f"{VOCABULARY} must hold its types on lines of their own")
    before, rest = text.split(begin)
    after = rest[rest.index(end) :]
    return before + begin + ",\n".join("    " + _pretty(entry, 4, "") for entry in entries) + after


def pretty(document: Any) -> bytes:
    """JSON as people read it: what fits stands on one line."""
    return (_pretty(document, 0, "") + "\n").encode()


def _files(one: Definition) -> Iterator[tuple[str, bytes]]:
    for format, schema in json_schema.SCHEMAS.items():
        yield f"schemas/credentials/{one.name}.{format}.schema.json", pretty(schema(one))
    yield f"schemas/mdoc/{one.name}.json", pretty(mdoc.table(one))
    yield f"schemas/cwt/{one.name}.json", pretty(cwt.table(one))
    yield f"{_CONTEXTS}/types/{one.name}.jsonld", pretty(json_ld.context(one))


def _pins(families: Collection[Definition], made: Mapping[str, bytes]) -> bytes:
    """The module that pins the contexts by their digests, formatted as the formatter leaves it."""
    lines = [
        '"""The contexts of this project\'s own types with their digests; generated by `python3 run.py types`."""',
        "",
        "from __future__ import annotations",
        "",
        "from typing import Final",
        "",
        "# By URL: file in this folder, SHA-256 of its bytes.",
        "OWN: Final = {",
    ]
    for one in families:
        file = f"types/{one.name}.jsonld"
        digest = hashlib.sha256(made[f"{_CONTEXTS}/{file}"]).hexdigest()
        lines += [f'    "{json_ld.url(one)}": (', f'        "{file}",', f'        "{digest}",', "    ),"]
    return "\n".join([*lines, "}", ""]).encode()


def _tables(families: Collection[Definition]) -> bytes:
    """The module by which a verifier names the numbers of a CWT, formatted as the formatter leaves it."""
    lines = [
        '"""The numbers and names of this project\'s families in a CWT; generated by `python3 run.py types`."""',
        "",
        "from __future__ import annotations",
        "",
        "from typing import Any, Final",
        "",
    ]
    for shape in {
        str(one.name): one for family in families for one in family.shapes() if one.kind == "object"
    }.values():
        lines += [f"_{str(shape.name).upper()}: Final[dict[int, Any]] = {{", *_numbered(shape, 1), "}"]
    lines += ["# By claim: type, and its members by number; a member that is an object with its own."]
    lines += ["FAMILIES: Final[dict[int, tuple[str, dict[int, Any]]]] = {"]
    for one in families:
        lines += [f"    {one.cwt.claim}: (", f'        "{one.cwt.kind}",', "        {"]
        lines += [*_numbered(one.shape, 3), "        },", "    ),"]
    return "\n".join([*lines, "}", ""]).encode()


def _numbered(shape: Shape, depth: int) -> Iterator[str]:
    for field in shape.fields:
        yield from _entry(field, "    " * depth, depth)


def _entry(field: Field, pad: str, depth: int) -> Iterator[str]:
    if field.shape.kind != "object":
        yield f'{pad}{field.key}: "{field.name}",'
    elif field.shape.name:
        yield f'{pad}{field.key}: ("{field.name}", _{field.shape.name.upper()}),'
    else:
        yield f"{pad}{field.key}: ("
        yield f'{pad}    "{field.name}",'
        yield f"{pad}    {{"
        yield from _numbered(field.shape, depth + 2)
        yield f"{pad}    }},"
        yield f"{pad}),"


def _reference(one: Definition, format: str) -> dict[str, str]:
    return _named(f"{one.name}.{format}", json_schema.SCHEMAS[format](one))


def _named(name: str, schema: dict[str, Any]) -> dict[str, str]:
    return {"uri": schema["$id"], "sha256": canonical.digest(schema), "target": f"schemas/{name}.schema.json"}


def _pretty(value: Any, indent: int, lead: str) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value:
        return flat
    if indent + len(lead) + len(flat) < _LINE:
        return flat
    pad = " " * (indent + 2)
    if isinstance(value, dict):
        named = ((json.dumps(name, ensure_ascii=False) + ": ", part) for name, part in value.items())
        inside = [f"{pad}{name}{_pretty(part, indent + 2, name)}" for name, part in named]
        return "{\n" + ",\n".join(inside) + f"\n{' ' * indent}}}"
    return "[\n" + ",\n".join(pad + _pretty(part, indent + 2, "") for part in value) + f"\n{' ' * indent}]"


def main(arguments: list[str]) -> int:
    """Write what follows from the definitions, or check it. Returns 0, 1 for a difference, 2 for wrong use."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m defa_id.types.generating [--check]\n")
        return 2
    root = files.data_root()
    if not (root / "pyproject.toml").is_file():
        sys.stderr.write("error: nothing is generated into an installed package\nhint:  Use a checkout.\n")
        return 2
    try:
        made, left = outputs(root), stale(root)
    except DefaIdError as error:
        sys.stderr.write(f"error: {error.message}\nhint:  {error.hint}\n")
        return 2
    changed = [name for name, data in made.items() if not (root / name).is_file() or (root / name).read_bytes() != data]
    for name in [*changed, *left]:
        sys.stdout.write(f"{'removed' if name in left else 'written' if not arguments else 'differs'}: {name}\n")
    if arguments:
        return 1 if changed or left else 0
    for name in changed:
        disk.write(root / name, made[name])
    for name in left:
        (root / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
