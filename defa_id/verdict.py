"""What was found out, and what it adds up to: the only ledger, the only fold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Generic, NoReturn, TypeVar

from defa_id.catalogue import CATALOGUE, Catalogue
from defa_id.errors import Evidence, Fault, NotAccepted
from defa_id.values import NamedTuple

T = TypeVar("T")


class Outcome(StrEnum):
    """What one check found. `unknown`: could not be found out. `skipped`: needed a check that did not pass."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class Decision(StrEnum):
    """What all checks add up to; the three of ETSI EN 319 102-1 §5.1.3."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    INDETERMINATE = "indeterminate"


class Found(NamedTuple, Generic[T]):
    """What a step that passed has to show: its value, one clause for people, and the evidence."""

    value: T
    why: str
    evidence: Evidence
    code: str | None = None


class Check(NamedTuple):
    """One line of a verdict. `item` tells lines of one id apart: the credential or status entry meant."""

    id: str
    outcome: Outcome
    code: str | None
    why: str
    evidence: Evidence
    item: int = 0


Page = Mapping[tuple[str, int], Check]  # lines by their id and item, in the order they were written


class Ledger:
    """Runs a step and writes its line in one act: no step without a line, no line without a step."""

    def __init__(self, catalogue: Catalogue = CATALOGUE, waived: Mapping[str, str] | None = None) -> None:
        self._catalogue = catalogue
        self._waived = dict(waived) if waived else {}
        self._lines: dict[tuple[str, int], Check] = {}

    def run(
        self,
        id: str,
        step: Callable[[], Found[T]],
        *,
        needs: Collection[str] = (),
        item: int = 0,
        of: int | None = None,
    ) -> T | None:
        """Run `step` and write its line; the step's value, or None when it did not pass.

        `needs` names checks that must have passed for the same item (`of`, where the line counts
        otherwise) or, where they are asked once for all, at all. A `Fault` becomes the line; any
        other exception is our own bug and flies. Raises `LookupError` for an id outside the
        catalogue, a reason outside it, or a line that stands already.
        """
        if id not in self._catalogue.checks:
            raise LookupError(f"no such check: {id}")
        place = id, item
        if place in self._lines:
            raise LookupError(f"written twice: {id} {item}")
        value: T | None = None
        if id in self._waived:
            line = Check(id, Outcome.SKIPPED, "POLICY_WAIVED", self._waived[id], {}, item)
        elif missing := self._missing(needs, item if of is None else of):
            line = Check(id, Outcome.SKIPPED, "CHECK_NEEDS", "needs " + ", ".join(missing), {}, item)
        else:
            try:
                value, why, evidence, code = step()
                if code is not None and code not in self._catalogue.reasons:
                    raise LookupError(f"no such reason: {code}")
                line = Check(id, Outcome.PASSED, code, why, evidence, item)
            except Fault as fault:
                if fault.code not in self._catalogue.reasons:
                    raise LookupError(f"no such reason: {fault.code}") from fault
                outcome = Outcome.UNKNOWN if fault.unknown else Outcome.FAILED
                why = fault.why or self._catalogue.reasons[fault.code].message
                line = Check(id, outcome, fault.code, why, fault.evidence, item)
        self._lines[place] = line
        return value

    def write(self, page: Page, item: int = 0) -> None:
        """Write down what `page` of such a ledger once gave, under this item. Raises `LookupError` for a line
        that stands already."""
        if item:
            page = {(id, item): line._replace(item=item) for (id, _), line in page.items()}
        if not self._lines.keys().isdisjoint(page):
            raise LookupError(f"written twice: {', '.join(id for id, _ in page)} {item}")
        self._lines.update(page)

    def page(self, ids: Collection[str], item: int = 0) -> Page | None:
        """The lines under these ids if all of them passed; None if not."""
        lines = [self._lines.get((id, item)) for id in ids]
        passed = [line for line in lines if line is not None and line.outcome is Outcome.PASSED]
        return {(line.id, 0): line._replace(item=0) for line in passed} if len(passed) == len(lines) else None

    def _missing(self, needs: Collection[str], item: int) -> list[str]:
        lines = self._lines
        for need in needs:
            line = lines.get((need, item))
            if line is None or line.outcome is not Outcome.PASSED:
                return [need for need in needs if not self.passed(need, item)]
        return []

    def passed(self, id: str, item: int = 0) -> bool:
        """Whether the check passed for this item; a waived check counts as answered."""
        line = self._lines.get((id, item))
        if line is not None:
            return line.outcome is Outcome.PASSED or line.code == "POLICY_WAIVED"
        lines = [found for (name, _), found in self._lines.items() if name == id]
        return bool(lines) and all(found.outcome is Outcome.PASSED or found.code == "POLICY_WAIVED" for found in lines)

    @property
    def clean(self) -> bool:
        """Whether no line so far has failed: only then may the network be used."""
        return all(line.outcome is not Outcome.FAILED for line in self._lines.values())

    @property
    def lines(self) -> tuple[Check, ...]:
        """The lines in the order they were written."""
        return tuple(self._lines.values())


def fold(checks: Collection[Check], required: Collection[str]) -> Decision:
    """The one fold. Rejected if any line failed; accepted if something was required and every
    required id has lines and all of them passed; otherwise indeterminate. Absent is not passed."""
    if any(check.outcome is Outcome.FAILED for check in checks):
        return Decision.REJECTED
    ran = {check.id for check in checks}
    short = {check.id for check in checks if check.outcome is not Outcome.PASSED}
    if required and set(required) <= ran - short:
        return Decision.ACCEPTED
    return Decision.INDETERMINATE


class Accepted(NamedTuple):
    """What an accepted credential says: the only way its claims leave a verdict.

    `claims` is what it says about its subject, alike in every format; `issuer` is its issuer's identifier,
    as the registry has it where the credential itself names none; `document` is the whole
    processed document, empty where a policy lets only a part of it leave; `predicates` are the answers to
    the policy's own questions (None: not known); `others` are the further credentials of one presentation.
    """

    claims: Mapping[str, Any]
    issuer: str
    level: str
    document: Mapping[str, Any] = MappingProxyType({})
    conditions: tuple[str, ...] = ()
    others: tuple[Accepted, ...] = ()
    predicates: Mapping[str, bool | None] = MappingProxyType({})


class Verdict:
    """The answer, with everything it depended on. True only if accepted; compared by identity; it never changes."""

    __slots__ = (
        *("checks", "required", "asked", "credentials", "recognitions", "registry", "policy", "documents", "at"),
        *("known_at", "library", "review", "not_run", "composition", "catalogue", "_subject"),
    )
    checks: tuple[Check, ...]
    required: frozenset[str]
    asked: Mapping[str, Any]
    credentials: tuple[Mapping[str, Any], ...]
    recognitions: tuple[Mapping[str, Any] | None, ...]
    registry: Mapping[str, Any] | None
    policy: Mapping[str, Any] | None
    documents: tuple[Mapping[str, Any], ...]
    at: str
    known_at: str | None
    library: str
    review: Mapping[str, Any] | None
    not_run: tuple[Mapping[str, str], ...]
    composition: Mapping[str, Any] | None
    catalogue: Catalogue
    _subject: Accepted | None

    def __init__(
        self,
        checks: tuple[Check, ...],
        required: frozenset[str],
        asked: Mapping[str, Any] = MappingProxyType({}),
        credentials: tuple[Mapping[str, Any], ...] = (),
        recognitions: tuple[Mapping[str, Any] | None, ...] = (),
        registry: Mapping[str, Any] | None = None,
        policy: Mapping[str, Any] | None = None,
        documents: tuple[Mapping[str, Any], ...] = (),
        at: str = "",
        known_at: str | None = None,
        library: str = "",
        review: Mapping[str, Any] | None = None,
        not_run: tuple[Mapping[str, str], ...] = (),
        composition: Mapping[str, Any] | None = None,
        catalogue: Catalogue = CATALOGUE,
        _subject: Accepted | None = None,
    ) -> None:
        facts = (
            *(checks, required, asked, credentials, recognitions, registry, policy, documents, at),
            *(known_at, library, review, not_run, composition, catalogue, _subject),
        )
        put = object.__setattr__
        for name, fact in zip(self.__slots__, facts, strict=True):
            put(self, name, fact)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError("nothing in a verdict changes")

    @property
    def decision(self) -> Decision:
        """`accepted`, `rejected` or `indeterminate`."""
        return fold(self.checks, self.required)

    def __bool__(self) -> bool:
        return self.decision is Decision.ACCEPTED

    @property
    def problems(self) -> tuple[Check, ...]:
        """The lines that stand in the way: failed ones first, then unknown ones, then what was
        required and skipped."""
        order = {Outcome.FAILED: 0, Outcome.UNKNOWN: 1, Outcome.SKIPPED: 2}
        lines = [
            line
            for line in self.checks
            if line.outcome in (Outcome.FAILED, Outcome.UNKNOWN)
            or (line.outcome is Outcome.SKIPPED and line.id in self.required)
        ]
        return tuple(sorted(lines, key=lambda line: order[line.outcome]))

    @property
    def summary(self) -> str:
        """One sentence for people; not API."""
        if self.decision is Decision.ACCEPTED:
            return _accepted_sentence(self)
        if not self.problems:
            return "Indeterminate: nothing that was asked has been answered."
        first = self.problems[0]
        reason = self.catalogue.reasons[first.code] if first.code else None
        message = reason.message if reason else first.why
        verb = "Rejected" if self.decision is Decision.REJECTED else "Not decided"
        return f"{verb}: {message[0].lower()}{message[1:]}"

    def unwrap(self) -> Accepted:
        """The claims. Raises `NotAccepted` unless the decision is `accepted`."""
        if self.decision is not Decision.ACCEPTED or self._subject is None:
            raise NotAccepted(self)
        return self._subject

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of `schemas/verdict.schema.json`; holds no claim of the subject. It is the caller's own."""
        recognitions = [_own(recognition) if recognition else None for recognition in self.recognitions]
        credentials = [_own(credential) for credential in self.credentials]
        return {
            "decision": str(self.decision),
            "summary": self.summary,
            "checks": [
                {
                    "id": line.id,
                    "item": line.item,
                    "outcome": str(line.outcome),
                    "code": line.code,
                    "why": line.why,
                    "clause": self.catalogue.checks[line.id].clause,
                    "evidence": dict(sorted(_own(line.evidence).items())),
                }
                for line in self.checks
            ],
            "asked": _own(self.asked),
            "required": sorted(self.required),
            "credential": _own(credentials[0]) if credentials else None,
            "recognition": _own(recognitions[0]) if recognitions and recognitions[0] else None,
            "credentials": [
                {"credential": credential, "recognition": recognition}
                for credential, recognition in zip(credentials, recognitions, strict=True)
            ],
            "composition": _own(self.composition) if self.composition else None,
            "review": self.human_review,
            "not_run": [_own(one) for one in self.not_run],
            "registry": _own(self.registry) if self.registry else None,
            "policy": _own(self.policy) if self.policy else None,
            "documents": [_own(document) for document in self.documents],
            "at": self.at,
            "known_at": self.known_at,
            "library": self.library,
        }

    @property
    def human_review(self) -> dict[str, Any] | None:
        """Whether a person has to look at this, always or before it becomes a refusal, and where somebody who is
        refused can turn; None where the policy does not speak of it."""
        if self.review is None:
            return None
        refused = self.review["before_refusal"] and self.decision is not Decision.ACCEPTED
        return {"required": bool(self.review["always"] or refused), "appeal": self.review["appeal"]}

    def to_json(self, indent: int | None = None) -> str:
        """`to_dict` as JSON text; the same inputs give the same bytes."""
        import json

        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)


def _own(value: Any) -> Any:
    """A copy down to the last list: verdicts share what they rest on, and their JSON is anybody's to change."""
    if isinstance(value, Mapping):
        return {name: _own(member) for name, member in value.items()}
    return [_own(element) for element in value] if isinstance(value, list | tuple) else value


def _accepted_sentence(verdict: Verdict) -> str:
    recognition = verdict.recognitions[0] if verdict.recognitions else None
    if not recognition or recognition["environment"] == NO_ENVIRONMENT:
        return "Accepted: the proof holds. Who the issuer is was not asked."
    home, relying = recognition["home_state"], recognition["relying_state"]
    capped = " and ".join(recognition["level"]["capped_by"])
    level = f"level {recognition['level']['label']}" + (f" ({capped})" if capped else "")
    environment = recognition["environment"]
    said = f"its own credential in {home}" if home == relying else f"{relying} may rely on this credential from {home}"
    if len(verdict.credentials) > 1:
        first = "its own" if home == relying else f"from {home}"
        said = f"{relying} may rely on these {len(verdict.credentials)} credentials, the first {first}"
        said += "," if recognition["purpose"] else ""
        level = f"that one of {level}"
    if together := verdict.composition:
        level = f"together of level {together['label']}" + ("" if together["linked"] else " (nothing links them)")
        environment = together["environment"]
    purpose = f" for {recognition['purpose']}" if recognition["purpose"] else ""
    return f"Accepted: {said}{purpose}, {level}, environment {environment}."


NO_ENVIRONMENT: Final = "none"
