"""Is a state ready to join: a checklist, answered from the registry where it can be, else by people, else unknown.

The checklist is data (`trust_registry/readiness.json`). Each question is needed for a stage: sandbox, pilot
or live. What the registry shows counts only if it was tried far enough: a trial never answers a question
about going live.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from defa_id import files, schema
from defa_id.assessment import gap
from defa_id.assessment.finding import LACKING, MET, Finding, finding
from defa_id.assessment.picture import picture
from defa_id.codec import limits, strict_json, times
from defa_id.codec.text import printable
from defa_id.errors import Fault, WrongUse
from defa_id.policy import ENVIRONMENTS, Policy
from defa_id.trust.registry import Registry
from defa_id.values import NamedTuple
from defa_id.wanted import WANTED

Object = Mapping[str, Any]

YES: Final = "yes"
NO: Final = "no"
UNKNOWN: Final = "unknown"

FROM_REGISTRY: Final = "registry"
FROM_PEOPLE: Final = "people"
FROM_NOBODY: Final = "nobody"


class Answer(NamedTuple):
    """One question and what became of it. `source`: the registry, people, or nobody yet."""

    id: str
    module: str
    needed_for: str
    question: str
    why: str
    answer: str
    source: str
    found: str
    next_step: str

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return self._asdict()


class Module(NamedTuple):
    """One part of the checklist: for each stage, from the first on, whether the state is ready for it."""

    id: str
    name: str
    ready: Mapping[str, str]

    @property
    def reached(self) -> str | None:
        """The last stage it is ready for; None if not for the first."""
        return next((stage for stage in reversed([*self.ready]) if self.ready[stage] == YES), None)


class Readiness(NamedTuple):
    """The whole. `ready`: for each stage yes, no or unknown, over all modules."""

    state: str
    at: datetime
    registry: Object
    checklist: str
    stages: tuple[str, ...]
    modules: tuple[Module, ...]
    answers: tuple[Answer, ...]

    @property
    def ready(self) -> Mapping[str, str]:
        """For each stage, whether every module is ready for it."""
        return {stage: together(module.ready[stage] for module in self.modules) for stage in self.stages}

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "state": self.state,
            "at": times.show(self.at),
            "registry": dict(self.registry),
            "checklist": self.checklist,
            "ready": dict(self.ready),
            "modules": [
                {"id": one.id, "name": one.name, "reached": one.reached, "ready": dict(one.ready)}
                for one in self.modules
            ],
            "answers": [one.to_dict() for one in self.answers],
        }


def readiness(
    registry: Registry,
    state: str,
    policy: Policy,
    *,
    at: datetime,
    checklist: Object,
    answered: Mapping[str, Object] | None = None,
) -> Readiness:
    """How ready `state` is as of `at`. `answered`: what people say, as `read_answers` gives it.

    A state without a list is answered as far as that goes. Raises `RegistryRejected`.
    """
    found = _findings(registry, state, policy, at)
    answers = tuple(_answer(question, checklist, found, answered or {}) for question in checklist["questions"])
    stages = tuple(stage["id"] for stage in checklist["stages"])
    modules = tuple(_module(module, stages, answers) for module in checklist["modules"])
    about = {name: getattr(registry, name) for name in ("name", "version", "environment", "freshness")}
    return Readiness(
        state, at, about, f"{checklist['defa_id']} version {checklist['version']}", stages, modules, answers
    )


def together(answers: Iterable[str]) -> str:
    """Several answers in one: no if any is no, yes if all are yes, unknown otherwise; none at all is yes."""
    held = set(answers)
    return NO if NO in held else YES if held <= {YES} else UNKNOWN


def read_checklist() -> Object:
    """The checklist that travels with this package."""
    data = files.read_input(files.sources_path() / "readiness.json", limits.DOCUMENT_BYTES)
    return strict_json.load_object(data)


def read_answers(data: bytes, state: str, checklist: Object) -> Mapping[str, Object]:
    """What people answer, by question, without those they left open.

    Raises `WrongUse` if it is none, is another state's, or answers what is not asked of people: what a
    registry shows is not overruled by anybody's word.
    """
    hint = "Start from what `defa-id readiness --state XX --template` prints."
    shape = files.read_input(files.data_root() / "schemas" / "readiness-answers.schema.json", limits.DOCUMENT_BYTES)
    try:
        document = strict_json.load_object(data)
        schema.validate(document, shape, _sha256(shape))
    except Fault as fault:
        raise WrongUse(f"the answers cannot be read: {fault.why or fault.code}", hint=hint) from None
    if document["state"] != state:
        raise WrongUse(f"the answers are those of {document['state']}, not of {printable(state)}", hint=hint)
    asked = {question["id"] for question in checklist["questions"] if "answered_by" not in question}
    if strange := [id for id in document["answers"] if id not in asked]:
        raise WrongUse(f"{printable(strange[0])} is not asked of people", hint=hint)
    return {id: answer for id, answer in document["answers"].items() if answer is not None}


def template(state: str, checklist: Object) -> dict[str, Any]:
    """An empty document of answers: every question that people have to answer."""
    asked = [question["id"] for question in checklist["questions"] if "answered_by" not in question]
    return {"defa_id": "readiness-answers/1", "state": state, "answers": dict.fromkeys(asked)}


def _findings(registry: Registry, state: str, policy: Policy, at: datetime) -> tuple[Finding, ...]:
    if state not in registry.states():
        said = f"not among {', '.join(registry.states())}"
        return (finding("list.present", False, said, environment=registry.environment),)
    return gap.findings(picture(registry, state, at=at), policy)


def _answer(question: Object, checklist: Object, found: Sequence[Finding], answered: Mapping[str, Object]) -> Answer:
    about = (question["id"], question["module"], question["needed_for"], _text(question["question"]))
    why = _text(question["why"])
    by = question.get("answered_by")
    if by is None:
        given = answered.get(question["id"])
        if given is None:
            return Answer(*about, why, UNKNOWN, FROM_NOBODY, "nobody has answered it", "Answer it (--answers FILE).")
        said = f"as of {given['as_of']}" + (f": {given['note']}" if "note" in given else "")
        step = "" if given["answer"] == YES else "Answer it again once that is done."
        return Answer(*about, why, given["answer"], FROM_PEOPLE, said, step)
    least = next(stage["evidence"] for stage in checklist["stages"] if stage["id"] == question["needed_for"])
    held = [one for one in found if one.id == by["finding"]]
    answer, said = _from_findings(held, least, any_=by["take"] == "any")
    step = "" if answer == YES else WANTED[by["finding"]][1]
    return Answer(*about, why, answer, FROM_REGISTRY, said, step)


def _from_findings(held: Sequence[Finding], least: str, *, any_: bool) -> tuple[str, str]:
    """The answer that findings give, and what it rests on."""
    if not held:
        return UNKNOWN, "there is nothing of it in the registry yet"
    met = [one for one in held if one.outcome == MET]
    tried = [one for one in met if ENVIRONMENTS.index(one.environment) >= ENVIRONMENTS.index(least)]
    short = [one for one in held if one.outcome == LACKING]
    if any_ and tried:
        return YES, _said(tried[0])
    if short and not (any_ and met):
        return NO, _said(short[0]) + (f" (and {len(short) - 1} more)" if len(short) > 1 else "")
    if met and len(tried) < len(met) and (any_ or len(met) == len(held)):
        untried = next(one for one in met if one not in tried)
        return NO, f"only in {untried.environment}; {least} at least is asked here"
    if any_ or len(met) < len(held):
        return UNKNOWN, _said(next(one for one in held if one.outcome != MET))
    return YES, _said(met[0]) + (f" (and {len(met) - 1} more)" if len(met) > 1 else "")


def _module(module: Object, stages: Sequence[str], answers: Sequence[Answer]) -> Module:
    """Ready for a stage means: for everything that is needed up to it."""
    own = [one for one in answers if one.module == module["id"]]
    ready = {
        stage: together(one.answer for one in own if stages.index(one.needed_for) <= number)
        for number, stage in enumerate(stages)
    }
    return Module(module["id"], _text(module["names"]), ready)


def _said(one: Finding) -> str:
    return f"{one.subject}: {one.found}" if one.subject else one.found


def _text(labels: Iterable[Object]) -> str:
    values = {label["lang"]: str(label["value"]) for label in labels}
    return values.get("en") or next(iter(values.values()))


def _sha256(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()
