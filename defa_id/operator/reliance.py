"""Whose reliance on whose credentials a change alters: the corridor's own rules asked before and after it.

They are asked about a credential that is issued before the change and one issued when it takes effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from defa_id.catalogue import CATALOGUE
from defa_id.codec import times
from defa_id.errors import Fault, Unknowable
from defa_id.operator import compiling
from defa_id.operator.events import Event
from defa_id.operator.tree import Tree
from defa_id.trust import assurance, history, recognition, records
from defa_id.trust.records import Denial, Service, StateList, covers
from defa_id.trust.registry import Registry
from defa_id.values import NamedTuple

RELIED_ON: Final = "relied on"
UNDECIDED: Final = "undecided"
REFUSED: Final = "refused"
_TIMES: Final = ("effective", "from", "until", "valid_from", "valid_until", "not_after")
_INSTANT: Final = timedelta(seconds=1)


class Effect(NamedTuple):
    """An outcome that changes: whether state `by` relies on a service's credentials of a type, for the
    `purposes` named (empty: whatever the purpose). `issued` is `before` or `after` the change, `begins`
    is from when it is so, `was` and `becomes` are `relied on`, `undecided` or `refused`, `why` is the
    reason where it is not relied on, `through` the recognition or arrangement it rests or rested on."""

    by: str
    of: str
    service: str
    type: str
    purposes: tuple[str, ...]
    issued: str
    begins: str
    was: str
    becomes: str
    why: str
    through: str


class _Outcome(NamedTuple):
    word: str
    why: str = ""
    through: str = ""


class _Draft(Registry):
    """Sources as the corridor's rules ask them, signed by nobody: good for comparing, never for a verdict."""

    def __init__(self, tree: Tree, now: datetime) -> None:
        self.environment = tree.environment
        self.vocabulary = tree.vocabulary
        self.mappings = tree.vocabulary.get("mappings", ())
        self._lists: dict[str, StateList] = {}
        self._denials: dict[str, tuple[Denial, ...]] = {}
        for territory, source in tree.states.items():
            document = compiling.state_list(source, 1, now, now)
            self._lists[territory] = records.read_list(document, territory)
            self._denials[territory] = self.answered(territory, records.read_denials(source.deny, territory))

    def states(self) -> tuple[str, ...]:
        """The states that have sources, sorted."""
        return tuple(sorted(self._lists))

    def every_service(self) -> dict[tuple[str, str], Service]:
        """Every authorisation by state and number."""
        return {(one.state, one.service_id): one for name in self.states() for one in self.state_list(name).services}


def effects(before: Tree, after: Tree, state: str, events: Iterable[Event], now: datetime) -> Iterator[Effect]:
    """Every outcome of another state's reliance on `state`, or of `state`'s on another, that changes
    now or at a later moment the events name. Both sources must be clean of lint errors."""
    old, new = _Draft(before, now), _Draft(after, now)
    earlier, moments = old.every_service(), moments_of(events, now)
    for place, service in new.every_service().items():
        for by in new.states():
            if by != service.state and state in (by, service.state):
                for type in sorted(service.types):
                    for issued in ("before", "after"):
                        sides = (old, earlier.get(place)), (new, service)
                        yield from _differences(sides, by, type, issued, moments)


def day(moment: str) -> str:
    """A moment as people say it: the day alone where it begins at midnight UTC."""
    return moment.removesuffix("T00:00:00Z")


def _differences(
    sides: tuple[tuple[_Draft, Service | None], tuple[_Draft, Service]],
    by: str,
    type: str,
    issued: str,
    moments: list[datetime],
) -> Iterator[Effect]:
    (old, earlier), (new, service) = sides
    last: dict[str | None, tuple[str, str]] = {}
    for moment in moments:
        born = moments[0] - _INSTANT if issued == "before" else moment
        changed: dict[tuple[_Outcome, _Outcome], list[str | None]] = {}
        for purpose in _purposes((old, new), by, service.state, type):
            asked = recognition.Question(type, purpose, moment, None)
            was, becomes = _outcome(old, earlier, by, asked, born), _outcome(new, service, by, asked, born)
            words = was.word, becomes.word
            if was.word != becomes.word and last.get(purpose) != words:
                changed.setdefault((was, becomes), []).append(purpose)
            last[purpose] = words
        for (was, becomes), purposes in changed.items():
            named = () if None in purposes else tuple(purpose for purpose in purposes if purpose)
            about = by, service.state, service.service_id, type, named, issued, times.show(moment)
            yield Effect(*about, was.word, becomes.word, becomes.why, becomes.through or was.through)


def _purposes(drafts: tuple[_Draft, _Draft], by: str, of: str, type: str) -> list[str | None]:
    """Any purpose (None), and each one that a recognition of this type is limited to."""
    named = {
        purpose
        for draft in drafts
        for one in recognition.statements(draft, by, of, None)
        if type in one.types
        for purpose in one.purposes
    }
    return [None, *sorted(named)]


def _outcome(
    draft: _Draft, service: Service | None, by: str, asked: recognition.Question, issued: datetime
) -> _Outcome:
    if service is None or by not in draft.states():
        return _Outcome(REFUSED, "not listed")
    level = assurance.granted(service.assurance, issued, asked.moment, None, draft.mappings).vector.label()
    through = ""
    try:
        relied = recognition.decide(draft, by, service.state, asked, level)
        through = relied.arrangement or ""
        if not assurance.meets(level, relied.min_level):
            return _Outcome(REFUSED, f"level {level} is below {relied.min_level}", through)
        if short := assurance.falls_short(assurance.LADDER[level], relied.min_vector):
            return _Outcome(REFUSED, f"level {level} is too little on {', '.join(short)}", through)
        if not _authenticates(draft, service, asked.moment, issued):
            return _Outcome(REFUSED, "no key that was valid then and is not denied", through)
        history.judge(service.events, issued=issued, moment=asked.moment, high=level == "high")
    except Unknowable as fault:
        return _Outcome(UNDECIDED, _because(fault), through)
    except Fault as fault:
        return _Outcome(REFUSED, _because(fault), through)
    return _Outcome(RELIED_ON, "", through)


def _authenticates(draft: _Draft, service: Service, moment: datetime, issued: datetime) -> bool:
    """Whether one of the service's keys was valid when the credential was issued, and neither it nor
    the issuer is denied."""
    denied = {one.id for one in draft.denials(service.state) if one.effective <= moment and one.stands()}
    if denied & {name.value for name in service.names}:
        return False
    held = [(key.thumbprint, key) for key in service.keys] + [(one.sha256, one) for one in service.certificates]
    return not held or any(
        covers(key.valid_from, key.valid_until, issued)
        and (key.compromised_since is None or issued < key.compromised_since)
        and name not in denied
        for name, key in held
    )


def _because(fault: Fault) -> str:
    return fault.why or CATALOGUE.reasons[fault.code].message


def moments_of(events: Iterable[Event], now: datetime) -> list[datetime]:
    """`now`, and every later moment at which something in the events begins or ends, in order."""

    def within(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for name, member in value.items():
                if name in _TIMES and isinstance(member, str):
                    yield member
                else:
                    yield from within(member)
        elif isinstance(value, list):
            for element in value:
                yield from within(element)

    found = {times.parse(text) for event in events for text in within(event.record)}
    return sorted({now, *(moment for moment in found if moment > now)})
