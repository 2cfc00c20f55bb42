"""May this state, for this purpose, now, rely on that state's credential, and at which minimum?

A state binds only itself: recognition is a statement of the relying state alone, and a plurilateral
arrangement holds between two of its parties only if both signed the same one. Nothing said by or
about a third state is looked at, so adding or removing one never changes the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from defa_id.errors import Fault
from defa_id.policy import ENVIRONMENTS, LEVELS
from defa_id.trust.assurance import LADDER, Vector, falls_short
from defa_id.trust.history import ENDED, GRANTED, at
from defa_id.trust.records import Arrangement, Cap, Phase, Recognition, covers, known
from defa_id.trust.registry import Registry
from defa_id.values import NamedTuple

RIPE_FOR: Final = {"experimental": "sandbox", "developing": "pilot", "established": "live"}
IN_FORCE: Final = frozenset({"in_force", GRANTED})


class Relied(NamedTuple):
    """The statement a decision rests on. `environment`: the weakest of the registry's, its own, and what the
    type of credential is ripe for."""

    arrangement: str | None
    environment: str
    min_level: str
    conditions: tuple[str, ...]
    instrument: str | None
    cap: Cap | None = None
    min_vector: Mapping[str, int] = {}


class Question(NamedTuple):
    """What is asked of a recognition; a purpose of None is covered by unlimited ones only."""

    type: str
    purpose: str | None
    moment: datetime
    known_at: datetime | None


# Why a statement does not help, from the farthest to the nearest miss; the nearest is reported.
_MISSES: Final = (
    "RECOGNITION_NONE",
    "RECOGNITION_TYPE",
    "RECOGNITION_PURPOSE",
    "RECOGNITION_ENDED",
    "RECOGNITION_NOT_YET",
    "RECOGNITION_SUSPENDED",
    "RECOGNITION_NOT_SIGNED",
)


def decide(
    registry: Registry, relying: str, home: str, question: Question, level: str, vector: Vector | None = None
) -> Relied:
    """The statement by which `relying` recognises `home`. Of several in force, one whose minimum the
    granted `level` (and `vector`, if it is known) meets comes first, then the strongest environment as
    reported, then the lowest minimum, then the state's own statement.

    Raises `Fault` with the nearest miss: RECOGNITION_NONE, _TYPE, _PURPOSE, _NOT_YET, _ENDED,
    _SUSPENDED, _NOT_SIGNED; `RegistryRejected` if a list needed is not signed as it must be.
    """
    most = ceiling(registry, question.type)
    if relying == home:
        return Relied(None, weakest(registry.environment, most), "none", (), None)
    if relying not in registry.states():
        raise Fault("RECOGNITION_NONE", f"{relying} has no list in this registry", relying=relying, home=home)
    misses = []
    holding = []
    for statement in statements(registry, relying, home, question.known_at):
        miss = _miss(statement, question)
        if miss is None:
            holding.append(statement)
        else:
            misses.append(miss)
    if not holding:
        misses.extend(
            _miss(statement, question) or "RECOGNITION_NOT_SIGNED"
            for statement in _signed_by_one(registry, relying, home, question.known_at)
        )
        nearest = max(misses, key=_MISSES.index, default=_MISSES[0])
        unnamed = nearest == "RECOGNITION_PURPOSE" and question.purpose is None
        why = "the recognition is limited to purposes, and none was named" if unnamed else ""
        raise Fault(nearest, why, relying=relying, home=home, type=question.type, purpose=question.purpose)
    best = min(holding, key=lambda one: _rank(one, registry.environment, level, vector or LADDER[level]))
    return Relied(
        best.arrangement or best.id,
        weakest(registry.environment, best.environment, most),
        best.min_level,
        best.conditions,
        best.instrument,
        best.cap,
        best.min_vector,
    )


def statements(registry: Registry, relying: str, home: str, known_at: datetime | None) -> tuple[Recognition, ...]:
    """Everything by which `relying` may recognise `home`: its own statements, and arrangements both signed."""
    own = registry.state_list(relying)
    direct = [record for record in known(own.recognitions, known_at) if record.of == home]
    if home not in registry.states():
        return tuple(direct)
    theirs = {(a.id, a.digest): a for a in known(registry.state_list(home).arrangements, known_at)}
    joint = [
        _side(arrangement, theirs[arrangement.id, arrangement.digest], relying, home, phase)
        for arrangement in known(own.arrangements, known_at)
        if home in arrangement.parties and relying in arrangement.parties
        if (arrangement.id, arrangement.digest) in theirs
        for phase in arrangement.phases
    ]
    return (*direct, *joint)


def weakest(*environments: str) -> str:
    """The weakest of several environments: demo before sandbox before pilot before live."""
    return min(environments, key=ENVIRONMENTS.index)


def ceiling(registry: Registry, type: str) -> str:
    """The strongest environment a type of credential is ripe for, by the vocabulary: a type still tried out
    never carries more than a trial, whatever two states say of each other. A word nobody knows is no ripeness."""
    entries = registry.vocabulary.get("types", ())
    maturity = next((entry.get("maturity", "established") for entry in entries if entry.get("type") == type), None)
    return RIPE_FOR.get(maturity or "established", RIPE_FOR["experimental"])


def matrix(
    registry: Registry,
    *,
    at: datetime,
    known_at: datetime | None = None,
    type: str | None = None,
    purpose: str | None = None,
) -> list[dict[str, Any]]:
    """Who recognises whom: one row for each ordered pair and purpose limit (and type, if none is
    given), sorted; keys as in the interface design. Raises `RegistryRejected`."""
    rows = []
    for by in registry.states():
        for of in registry.states():
            if by != of:
                found = statements(registry, by, of, known_at)
                rows.extend(_rows(registry, by, of, found, at, known_at, type, purpose))
    return sorted(rows, key=lambda row: (row["by"], row["of"], row["type"] or "", row["purpose"] or ""))


def _rows(
    registry: Registry,
    by: str,
    of: str,
    found: Iterable[Recognition],
    moment: datetime,
    known_at: datetime | None,
    type: str | None,
    purpose: str | None,
) -> list[dict[str, Any]]:
    rows: dict[tuple[str | None, str | None], dict[str, Any]] = {}
    for record in found:
        for name in sorted(record.types if type is None else record.types & {type}):
            limits: list[str | None] = [*sorted(record.purposes)] or [None]
            for limit in limits:
                if purpose is not None and limit not in (None, purpose):
                    continue
                row = {
                    "by": by,
                    "of": of,
                    "type": name,
                    "purpose": limit,
                    "level": record.min_level,
                    "environment": weakest(registry.environment, record.environment, ceiling(registry, name)),
                    "arrangement": record.arrangement or record.id,
                    "decision": _decision(record, moment, known_at),
                }
                standing = rows.get((name, limit))
                if standing is None or _row_rank(row) < _row_rank(standing):
                    rows[name, limit] = row
    if rows:
        return list(rows.values())
    nothing = {"level": None, "environment": None, "arrangement": None, "decision": "not_recognised"}
    return [{"by": by, "of": of, "type": type, "purpose": None, **nothing}]


def _row_rank(row: dict[str, Any]) -> tuple[int, int, int, str]:
    return (
        ("recognised", "not_yet", "not_recognised").index(row["decision"]),
        -ENVIRONMENTS.index(row["environment"]),
        LEVELS.index(row["level"]),
        row["arrangement"],
    )


def _decision(record: Recognition, moment: datetime, known_at: datetime | None) -> str:
    miss = _timing(record, moment, known_at)
    return {None: "recognised", "RECOGNITION_NOT_YET": "not_yet"}.get(miss, "not_recognised")


def _rank(record: Recognition, registry: str, level: str, vector: Vector) -> tuple[bool, int, int, bool, str]:
    """Orders statements from the one to rely on: a state's own before an arrangement that says the same."""
    return (
        LEVELS.index(record.min_level) > LEVELS.index(level) or bool(falls_short(vector, record.min_vector)),
        -ENVIRONMENTS.index(weakest(registry, record.environment)),
        LEVELS.index(record.min_level),
        record.arrangement is not None,
        record.arrangement or record.id,
    )


def _miss(record: Recognition, question: Question) -> str | None:
    if question.type not in record.types:
        return "RECOGNITION_TYPE"
    if record.purposes and question.purpose not in record.purposes:
        return "RECOGNITION_PURPOSE"
    return _timing(record, question.moment, question.known_at)


def _timing(record: Recognition, moment: datetime, known_at: datetime | None) -> str | None:
    if moment < record.begins:
        return "RECOGNITION_NOT_YET"
    if not covers(record.begins, record.ends, moment):
        return "RECOGNITION_ENDED"
    for events in (record.events, record.counter_events):
        event = at(known(events, known_at), moment)
        if event is not None and event.status not in IN_FORCE:
            return "RECOGNITION_ENDED" if event.status in ENDED | {"ended"} else "RECOGNITION_SUSPENDED"
    return None


def _side(arrangement: Arrangement, theirs: Arrangement, by: str, of: str, phase: Phase) -> Recognition:
    """One direction of an arrangement. What either of the two has suspended or left does not hold between them."""
    return Recognition(
        id=arrangement.id,
        by=by,
        of=of,
        types=arrangement.types,
        purposes=arrangement.purposes,
        min_level=arrangement.levels.get((by, of), arrangement.min_level),
        environment=arrangement.environment,
        begins=phase.begins,
        ends=phase.ends,
        recorded=arrangement.recorded,
        conditions=arrangement.conditions,
        instrument=arrangement.instrument,
        events=arrangement.events,
        arrangement=arrangement.id,
        cap=phase.cap,
        counter_events=theirs.events,
        min_vector=arrangement.vectors.get((by, of), arrangement.min_vector),
    )


def _signed_by_one(registry: Registry, relying: str, home: str, known_at: datetime | None) -> Iterator[Recognition]:
    """What would hold had the other of the two put the very same arrangement on record as well."""
    sides = [
        {
            (one.id, one.digest): one
            for one in known(registry.state_list(state).arrangements, known_at)
            if {relying, home} <= set(one.parties)
        }
        for state in (relying, home)
        if state in registry.states()
    ]
    for one, other in zip(sides, reversed(sides), strict=True):
        for name in one.keys() - other.keys() if len(sides) == 2 else ():
            for phase in one[name].phases:
                yield _side(one[name], one[name], relying, home, phase)
