"""A policy document read into values: every member by its own reader, and nothing that is not known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from defa_id.catalogue import CATALOGUE
from defa_id.codec import times
from defa_id.codec.text import printable
from defa_id.errors import Fault, PolicyInvalid
from defa_id.policy import (
    ENVIRONMENTS,
    LEVELS,
    PHASED,
    UNWAIVABLE,
    Condition,
    External,
    Link,
    Path,
    PhaseIn,
    Predicate,
    Review,
    Rule,
    Transfer,
)

_PURPOSE: Final = r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*"
_NAME: Final = r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}"
_STATE: Final = r"[A-Z]{2}"
_EXTERNAL: Final = r"external(?:\.[a-z0-9_]+)+"
_AXES: Final = "PAFG"
_DESCRIPTIVE: Final = frozenset({"$schema", "title", "description", "source", "version", "base"})
TRANSFERS: Final = ("allowed", "in-place", "forbidden", "unknown")
PREDICATES: Final = ("present", "equals", "age-at-least")
Reader = Callable[[str, Any], Any]


def read(document: Mapping[str, Any]) -> dict[str, Any]:
    """The members as `Policy` takes them. Raises `PolicyInvalid`, naming the member and the rule."""
    found: dict[str, Any] = {}
    for member, value in document.items():
        if member in _DESCRIPTIVE:
            continue
        reader = _READERS.get(member)
        if reader is None:
            raise _refuse(printable(member), "is not known")
        found[member] = reader(member, value)
    if "base" in document and (not isinstance(document["base"], str) or not document["base"]):
        raise _refuse("base", "must be the name or the file of a policy")
    if "id" not in found:
        raise _refuse("id", "is missing")
    return found


def _refuse(member: str, rule: str) -> PolicyInvalid:
    return PolicyInvalid(f"policy member {member!r}: {rule}", hint="See schemas/policy.schema.json.")


def _choice(*allowed: str) -> Reader:
    def read_choice(member: str, value: Any) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise _refuse(member, "must be one of " + ", ".join(allowed))
        return value

    return read_choice


def _matching(pattern: str, what: str) -> Reader:
    def read_text(member: str, value: Any) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise _refuse(member, f"must be {what}")
        return value

    return read_text


def _truth(member: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _refuse(member, "must be true or false")
    return value


def _text(member: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise _refuse(member, "must be a text")
    return value


def _texts(member: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise _refuse(member, "must be a list of texts")
    return value


def _some(what: str, each: Reader = _text) -> Reader:
    def read_set(member: str, value: Any) -> frozenset[Any]:
        found = frozenset(each(member, item) for item in _texts(member, value))
        if not found:
            raise _refuse(member, f"must name at least one {what}")
        return found

    return read_set


def _path(member: str, value: Any) -> Path:
    path = tuple(_texts(member, value))
    if not path:
        raise _refuse(member, "must not hold an empty path")
    return path


def _paths(member: str, value: Any) -> tuple[Path, ...]:
    if not isinstance(value, list) or not value:
        raise _refuse(member, "must be a list of paths")
    return tuple(_path(member, path) for path in value)


def _ages(member: str, value: Any) -> Mapping[str, int]:
    if not isinstance(value, dict) or set(value) != set(LEVELS[1:]):
        raise _refuse(member, "must give low, substantial and high")
    if not all(type(days) is int and 0 <= days <= 365 for days in value.values()):
        raise _refuse(member, "must be whole days from 0 to 365")
    return {"none": value["low"], **value}


def _object(member: str, value: Any, *known: str) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) - set(known):
        raise _refuse(member, "may hold " + ", ".join(known))
    return value


def _vector(member: str, value: Any) -> Mapping[str, int]:
    levels = _object(member, value, *_AXES)
    if not all(type(level) is int and 0 <= level <= 3 for level in levels.values()):
        raise _refuse(member, "must give whole numbers from 0 to 3")
    return dict(levels)


def _link(member: str, value: Any) -> Link:
    ends = [_object(member, end, "type", "path") for end in value] if isinstance(value, list) else []
    if len(ends) != 2:
        raise _refuse(member, "must hold pairs of a type and a path")
    one, other = ((_text(member, end.get("type")), _path(member, end.get("path"))) for end in ends)
    return Link(one, other)


def _links(member: str, value: Any) -> tuple[Link, ...]:
    if not isinstance(value, list):
        raise _refuse(member, "must be a list")
    return tuple(_link(member, link) for link in value)


_RULE: Final[Mapping[str, Reader]] = {
    "min_level": _choice(*LEVELS[1:]),
    "holder_binding": _choice("when-asked", "always"),
    "vector": _vector,
    "types": _some("type"),
    "conditions": lambda member, value: tuple(_texts(member, value)),
    "ask": _paths,
    "links": _links,
}


def _purposes(member: str, value: Any) -> Mapping[str, Rule]:
    if not isinstance(value, dict) or not all(re.fullmatch(_PURPOSE, name) for name in value):
        raise _refuse(member, "must map purposes to rules")
    rules = {}
    for name, rule in value.items():
        members = _object(f"{member}.{name}", rule, *_RULE)
        rules[name] = Rule(**{part: _RULE[part](f"{member}.{name}.{part}", said) for part, said in members.items()})
    return rules


def _algorithms(member: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict) or not value:
        raise _refuse(member, "must map algorithms to the time each ends, or null")
    try:
        return {name: None if end is None else times.parse(end) for name, end in value.items()}
    except Fault as fault:
        raise _refuse(member, fault.why) from None


def _never(member: str, value: Any) -> Mapping[str, tuple[Path, ...]]:
    if not isinstance(value, dict) or not all(name == "*" or re.fullmatch(_STATE, name) for name in value):
        raise _refuse(member, "must map states, or *, to paths")
    return {name: _paths(f"{member}.{name}", paths) for name, paths in value.items()}


def _transfer(member: str, value: Any) -> tuple[Transfer, ...]:
    if not isinstance(value, list) or not value:
        raise _refuse(member, "must be a list of rules")
    found = []
    for number, rule in enumerate(value):
        where = f"{member}.{number}"
        said = _object(where, rule, "rule", "states", "claims", "source")
        states = _some("state", _matching(_STATE, "ISO 3166-1 alpha-2"))
        found.append(
            Transfer(
                _choice(*TRANSFERS)(f"{where}.rule", said.get("rule")),
                states(where, said["states"]) if "states" in said else frozenset(),
                frozenset(_paths(where, said["claims"])) if "claims" in said else frozenset(),
                _text(f"{where}.source", said.get("source")),
            )
        )
    return tuple(found)


def _predicates(member: str, value: Any) -> tuple[Predicate, ...]:
    if not isinstance(value, list):
        raise _refuse(member, "must be a list")
    found = []
    for number, one in enumerate(value):
        where = f"{member}.{number}"
        said = _object(where, one, "name", "claim", "test", "value", "required", "types")
        test = _choice(*PREDICATES)(f"{where}.test", said.get("test"))
        if test == "age-at-least" and (type(said.get("value")) is not int or not 0 < said["value"] < 150):
            raise _refuse(where, "must give an age in whole years")
        if test == "equals" and not isinstance(said.get("value"), str | int | bool):
            raise _refuse(where, "must give the value to compare with")
        name = _matching(_NAME, "a name")(where, said.get("name"))
        found.append(
            Predicate(
                name,
                _path(where, said.get("claim")),
                test,
                said.get("value"),
                _truth(f"{where}.required", said.get("required", False)),
                _some("type")(f"{where}.types", said["types"]) if "types" in said else frozenset(),
            )
        )
    if len({one.name for one in found}) != len(found):
        raise _refuse(member, "names one predicate twice")
    return tuple(found)


def _conditions(member: str, value: Any) -> tuple[Condition, ...]:
    if not isinstance(value, list):
        raise _refuse(member, "must be a list of texts, or of texts with the states and types they hold for")
    return tuple(_condition(member, one) for one in value)


def _condition(member: str, value: Any) -> Condition:
    if not isinstance(value, dict):
        return Condition(_text(member, value))
    said = _object(member, value, "text", "states", "types")
    return Condition(_text(member, said.get("text")), *_concerned(member, said))


def _concerned(member: str, said: Mapping[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    states = _some("state", _matching(_STATE, "ISO 3166-1 alpha-2"))
    return (
        states(member, said["states"]) if "states" in said else frozenset(),
        _some("type")(member, said["types"]) if "types" in said else frozenset(),
    )


def _review(member: str, value: Any) -> Review:
    said = _object(member, value, "before_refusal", "states", "types", "appeal")
    return Review(
        _truth(member, said.get("before_refusal", False)),
        *_concerned(member, said),
        _text(member, said["appeal"]) if "appeal" in said else None,
    )


def _phase_in(member: str, value: Any) -> tuple[PhaseIn, ...]:
    if not isinstance(value, list):
        raise _refuse(member, "must be a list")
    found = []
    for number, one in enumerate(value):
        where = f"{member}.{number}"
        said = _object(where, one, "check", "from", "required", "states", "source")
        begins, required = (_moment(f"{where}.{name}", said.get(name)) for name in ("from", "required"))
        if required < begins:
            raise _refuse(where, "is required before it begins")
        states = _some("state", _matching(_STATE, "ISO 3166-1 alpha-2"))
        found.append(
            PhaseIn(
                _choice(*PHASED)(f"{where}.check", said.get("check")),
                begins,
                required,
                states(where, said["states"]) if "states" in said else frozenset(),
                _text(f"{where}.source", said.get("source")),
            )
        )
    return tuple(found)


def _moment(member: str, value: Any) -> datetime:
    try:
        return times.parse(value)
    except Fault as fault:
        raise _refuse(member, fault.why) from None


def _external(member: str, value: Any) -> tuple[External, ...]:
    if not isinstance(value, list):
        raise _refuse(member, "must be a list")
    found = []
    for number, one in enumerate(value):
        where = f"{member}.{number}"
        said = _object(where, one, "check", "what")
        check = _matching(_EXTERNAL, "a name such as external.sanctions")(f"{where}.check", said.get("check"))
        found.append(External(check, _text(f"{where}.what", said.get("what"))))
    if len({one.check for one in found}) != len(found):
        raise _refuse(member, "names one check twice")
    return tuple(found)


def _waive(member: str, value: Any) -> Mapping[str, str]:
    if not isinstance(value, dict):
        raise _refuse(member, "must map checks to reasons")
    for check, reason in value.items():
        if check not in CATALOGUE.checks:
            raise _refuse(member, f"{printable(check)!r} is no check")
        if check.startswith(UNWAIVABLE):
            raise _refuse(member, f"{check} can never be waived")
        if not isinstance(reason, str) or len(reason.strip()) < 8:
            raise _refuse(f"{member}.{check}", "must give a reason")
    return value


_READERS: Final[Mapping[str, Reader]] = {
    "id": _matching(_NAME, "a name"),
    "for_state": _matching(_STATE, "ISO 3166-1 alpha-2"),
    "purpose": _matching(_PURPOSE, "a dotted name"),
    "min_level": _choice(*LEVELS[1:]),
    "status": _choice("when-named", "always"),
    "holder_binding": _choice("when-asked", "always"),
    "trust": _choice("registry", "any-issuer"),
    "environments": _some("environment", _choice(*ENVIRONMENTS)),
    "formats": _some("format"),
    "algorithms": _algorithms,
    "required_claims": _paths,
    "ask": _paths,
    "never_request": _never,
    "transfer": _transfer,
    "predicates": _predicates,
    "require_expiry": _truth,
    "legacy_sd_jwt_typ": _truth,
    "conditions": _conditions,
    "registry_age_days": _ages,
    "status_age_days": _ages,
    "purposes": _purposes,
    "review": _review,
    "phase_in": _phase_in,
    "external": _external,
    "waive": _waive,
    "relaxable": lambda member, value: frozenset(_texts(member, value)),
}
