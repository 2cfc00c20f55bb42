"""Everything that follows from the definitions, written into a checkout: `python -m defa_id.types.generating`.

The same definitions give the same bytes. `--check` writes nothing and fails if a file is not what the
definitions say.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Final

from defa_id import disk, files
from defa_id.codec import canonical
from defa_id.errors import DefaIdError
from defa_id.types import cwt, json_ld, json_schema, mdoc, shipped
from defa_id.types.definition import FORMATS, Definition

VOCABULARY: Final = "trust_registry/vocabulary.json"
_FOLDERS: Final = ("schemas/credentials", "schemas/mdoc", "schemas/cwt", "schemas/contexts")
_TYPES: Final = ('  "types": [\n', "\n  ],\n")
_LINE: Final = 120


def outputs(root: Path) -> dict[str, bytes]:
    """Every generated file by its path below `root`. Raises `DefaIdError` for definitions that do not stand."""
    families = shipped.load(root).families.values()
    made = {name: data for one in families for name, data in _files(one)}
    vocabulary = (root / VOCABULARY).read_text(encoding="utf-8")
    return {**made, VOCABULARY: with_types(vocabulary, list(types(families))).encode()}


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
                "names": [{"lang": "en", "value": one.title}],
                **({"schema": _reference(one, format)} if format in json_schema.SCHEMAS else {}),
            }


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
    yield f"schemas/contexts/{one.name}.jsonld", pretty(json_ld.context(one))


def _reference(one: Definition, format: str) -> dict[str, str]:
    schema = json_schema.SCHEMAS[format](one)
    return {
        "uri": schema["$id"],
        "sha256": canonical.digest(schema),
        "target": f"schemas/{one.name}.{format}.schema.json",
    }


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
