"""What the vocabulary, the lists and the policies that ship say to people: translated like every other text.

A state's own name for a thing, in its registry, stands before any translation from here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from defa_id import files
from defa_id.codec import limits, strict_json


def labels() -> Iterator[str]:
    """The English names of this project's own kinds of credentials, of states and of parts of readiness."""
    for entry in _vocabulary()["types"]:
        if "uri" in entry:  # other standards' types keep their names
            yield _english(entry)
    for listing in _lists():
        yield _english(listing["state"])
    for module in _checklist()["modules"]:
        yield _english(module)


def purposes() -> Iterator[tuple[str, str]]:
    """The purposes of the vocabulary, each with its id."""
    for entry in _vocabulary()["purposes"]:
        yield entry["id"], _english(entry)


def questions() -> Iterator[tuple[str, str]]:
    """The questions about a joining state, each with its id."""
    for question in _checklist()["questions"]:
        yield question["id"], _english({"names": question["question"]})


def conditions() -> Iterator[str]:
    """The conditions that recognitions, arrangements and policies attach to relying on a credential, and why a
    policy leaves a check out."""
    for listing in _lists():
        for stated in (*listing["recognitions"], *listing.get("arrangements", ())):
            yield from stated["conditions"]
    for name in sorted(files.presets()):
        policy = files.load_policy(name)
        yield from policy.waive.values()
        yield from (one.text for one in policy.conditions)
        for rule in policy.purposes.values():
            yield from rule.conditions


def _lists() -> Iterator[Mapping[str, Any]]:
    for path in sorted((files.sources_path() / "states").glob("[A-Z][A-Z]/list.json")):
        yield _read(path)


def _vocabulary() -> Mapping[str, Any]:
    return _read(files.sources_path() / "vocabulary.json")


def _checklist() -> Mapping[str, Any]:
    return _read(files.sources_path() / "readiness.json")


def _read(path: Path) -> dict[str, Any]:
    return strict_json.load_object(files.read_input(path, limits.DOCUMENT_BYTES))


def _english(entry: Mapping[str, Any]) -> str:
    return next(str(name["value"]) for name in entry["names"] if name["lang"] == "en")
