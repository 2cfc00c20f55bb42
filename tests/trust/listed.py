"""Lists of states as documents, and what one state decides about another by them: no signatures here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from defa_id.codec import times
from defa_id.errors import Fault
from defa_id.trust import recognition
from defa_id.trust.recognition import Question, Relied
from defa_id.trust.records import StateList, read_list
from defa_id.trust.registry import Registry
from tests.support.world import Json

STATES = ("AA", "BB", "CC", "DD")
TYPES = ("Person", "Company")
PURPOSES = ("banking", "study")
START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 12


class Listed:
    """As much of a registry as recognition asks for: an environment and the lists of its states."""

    def __init__(self, lists: Mapping[str, Json], environment: str, maturity: str | None) -> None:
        self._lists: dict[str, StateList] = {state: read_list(document, state) for state, document in lists.items()}
        self.environment = environment
        self.vocabulary: Json = {"types": [{"type": type, "maturity": maturity} for type in TYPES] if maturity else []}

    def states(self) -> tuple[str, ...]:
        return tuple(sorted(self._lists))

    def state_list(self, territory: str) -> StateList:
        return self._lists[territory]


def registry(lists: Mapping[str, Json], environment: str = "live", maturity: str | None = None) -> Registry:
    return cast("Registry", Listed(lists, environment, maturity))


def when(day: int) -> str:
    return times.show(START + timedelta(days=day))


def moment(day: int) -> datetime:
    return START + timedelta(days=day)


def listing(state: str, recognitions: Iterable[Json] = (), arrangements: Iterable[Json] = ()) -> Json:
    return {
        "defa_id": "state-list/1",
        "territory": state,
        "environment": "live",
        "issued": when(0),
        "entities": [],
        "recognitions": list(recognitions),
        "arrangements": list(arrangements),
    }


def record(of: str, *, id: str = "R-1", begins: int = 0, ends: int | None = None, **changes: Any) -> Json:
    return {
        "id": id,
        "of": of,
        "types": ["Person"],
        "purposes": [],
        "min_level": "low",
        "environment": "live",
        "from": when(begins),
        **({} if ends is None else {"until": when(ends)}),
        "recorded": when(0),
        "conditions": [],
        "legal_basis": "synthetic",
        "events": [],
        **changes,
    }


def corridor(parties: Iterable[str], *, id: str = "corridor-1", **changes: Any) -> Json:
    return {
        "id": id,
        "kind": "plurilateral",
        "title": "a trial",
        "parties": list(parties),
        "environment": "sandbox",
        "types": ["Person"],
        "purposes": [],
        "min_level": "substantial",
        "phases": [{"phase": "trial", "from": when(2), "until": when(8)}],
        "conditions": ["monthly report"],
        "legal_basis": "synthetic",
        "recorded": when(0),
        **changes,
    }


def decided(
    lists: Mapping[str, Json],
    by: str = "AA",
    of: str = "BB",
    *,
    type: str = "Person",
    purpose: str | None = None,
    day: int = 5,
    known_at: int | None = None,
    level: str = "high",
    environment: str = "live",
    maturity: str | None = None,
) -> Relied | str:
    """The statement relied on, or the code of the refusal."""
    question = Question(type, purpose, moment(day), None if known_at is None else moment(known_at))
    try:
        return recognition.decide(registry(lists, environment, maturity), by, of, question, level)
    except Fault as fault:
        assert not fault.unknown
        return fault.code


def pair(*recognitions: Json, arrangements: Iterable[Json] = ()) -> dict[str, Json]:
    held = list(arrangements)
    return {"AA": listing("AA", recognitions, held), "BB": listing("BB", (), held)}


def happened(status: str, effective: int, recorded: int | None = None) -> Json:
    known = effective if recorded is None else recorded
    return {"status": status, "effective": when(effective), "recorded": when(known), "reason": "synthetic"}
