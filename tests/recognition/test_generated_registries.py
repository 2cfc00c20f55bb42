"""The four metamorphic properties over generated registries, through the whole corridor and signed throughout.

`tests/trust/test_recognition_generated.py` holds the rule of recognition against a model; here a registry of four
states, with issuers, suspensions, sunsets, denials, arrangements and caps, is published, and credentials are judged
in it under generated policies.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import event, given, settings
from hypothesis import strategies as st

from defa_id.codec import limits, times
from defa_id.errors import PolicyInvalid
from defa_id.policy import Expected, Policy
from defa_id.trust import recognition
from defa_id.trust.registry import Registry
from defa_id.verdict import Verdict
from defa_id.verifier import Verifier
from tests.support.world import (
    NOW,
    PERSON,
    PRESENTED,
    STATES,
    Json,
    Signer,
    World,
    entity,
    service,
    vc,
    vc_jwt,
    vp_jwt,
)
from tests.support.world import recognition as statement

COMPANY = "LegalEntityCredential"
TYPES = (PERSON, COMPANY)
# Pairs of states are asked about again and again, so that what is said between them is found by what is asked.
PAIRS = (("SG", "TH"), ("SG", "TH"), ("SG", "TH"), ("VN", "SG"), ("TH", "PH"))
PURPOSES = ("banking.account-opening", "education.admission")
DAY = timedelta(days=1)
FIRST = NOW - 20 * DAY
SPAN = 40
HOLDER = Signer.make(kid="holder")
SIGNERS = {state: Signer.make(kid=f"key-{state}") for state in STATES}
LEVELS = ("low", "substantial", "high")
ENVIRONMENTS = ("demo", "sandbox", "pilot", "live")
ANSWERS = ("accepted", "rejected", "indeterminate")

TREATY = (FIRST + 20 * DAY).date().isoformat()  # the vocabulary dates instruments by the day

days = st.integers(0, SPAN)
both: list[str] = list(TYPES)
types = st.just(both) | st.lists(st.sampled_from(TYPES), min_size=1, unique=True)
any_purpose: list[str] = []
purposes = st.just(any_purpose) | st.lists(st.sampled_from(PURPOSES), max_size=1)


def when(day: int) -> str:
    return times.show(FIRST + day * DAY)


def did(state: str) -> str:
    return f"did:web:{state.lower()}-issuer.example"


def subject(state: str, *, bound: bool) -> Json:
    from defa_id.resolvers import did_jwk

    claims = {"name": "Contoh", "birth_date": "1990-05-17", "issuing_country": state}
    return {**claims, "id": did_jwk.encode(HOLDER.public.jwk)} if bound else claims


class Asked(NamedTuple):
    """One question: whose credential of which type, issued on which day, to whom, for what, when, and how shown."""

    home: str
    type: str
    issued: int
    relying: str
    purpose: str | None
    day: int
    known: int | None
    shown: bool
    amount: int | None


@st.composite
def questions(draw: st.DrawFn) -> Asked:
    home, relying = draw(st.sampled_from(PAIRS))
    issued = draw(st.integers(0, 20))
    return Asked(
        home,
        draw(st.sampled_from(TYPES)),
        issued,
        relying,
        draw(st.none() | st.sampled_from(PURPOSES)),
        draw(st.integers(issued, SPAN)),
        draw(st.sampled_from([None, None, None, draw(days)])),
        draw(st.booleans()),
        draw(st.sampled_from([None, 100, 900])),
    )


@st.composite
def events(draw: st.DrawFn, stop: str, resume: str, reasons: tuple[str, ...]) -> list[Json]:
    """A stop, or a stop and a resumption; recorded the same day or later."""
    if not draw(st.sampled_from([*[False] * 4, True])):
        return []
    begins, ends = sorted(draw(st.lists(days, min_size=2, max_size=2, unique=True)))
    late = draw(st.integers(0, 3))
    made = [{"status": stop, "effective": when(begins), "recorded": when(begins + late), "reason": _one(draw, reasons)}]
    if draw(st.booleans()):
        made.append({"status": resume, "effective": when(ends), "recorded": when(ends + late)})
    return made


def _one(draw: st.DrawFn, values: tuple[str, ...]) -> str:
    return draw(st.sampled_from(values))


@st.composite
def issuers(draw: st.DrawFn, state: str) -> Json:
    """One issuer of a state, for one type or both, with its level and its history."""
    signer = SIGNERS[state]
    made = service(
        [signer],
        draw(types),
        ["vc-jwt"],
        issuer=did(state),
        service_id=f"{state}-0001",
        level=draw(st.sampled_from((*LEVELS, "high", "high"))),
    )
    ends = draw(st.sampled_from([*[None] * 5, draw(days)]))
    made["algorithms"] = [{"alg": signer.alg, **({} if ends is None else {"not_after": when(ends)})}]
    made["assurance"][0]["status"] = draw(st.sampled_from(["proposed", "declared", "agreed", "agreed"]))
    made["scope"]["subjects"] = ["natural", "legal"]
    made["status_events"] += draw(events("suspended", "granted", ("investigation", "fraud", "administrative")))
    return made


@st.composite
def recognitions(draw: st.DrawFn, by: str, number: int) -> Json:
    begins = draw(st.integers(0, 10))
    ends = draw(st.none() | st.integers(begins + 1, SPAN))
    cited = draw(st.sampled_from([None, "treaty"]))
    least = draw(st.sampled_from([{}, {}, {"min_vector": {"P": 3}}, {"min_vector": {"P": 1, "G": 2}}]))
    return statement(
        by,
        draw(
            st.sampled_from(
                [*(home for home, relying in PAIRS if relying == by), *(state for state in STATES if state != by)]
            )
        ),
        draw(types),
        id=f"{by}-{number}",
        purposes=draw(purposes),
        min_level=draw(st.sampled_from(LEVELS)),
        environment=draw(st.sampled_from(ENVIRONMENTS)),
        events=draw(events("suspended", "in_force", ("review",))),
        recorded=when(draw(st.integers(0, begins))),
        **{"from": when(begins), **({} if ends is None else {"until": when(ends)})},
        **({"instrument": cited} if cited else {}),
        **least,
    )


@st.composite
def arrangements(draw: st.DrawFn, number: int) -> tuple[list[str], Json]:
    """A corridor of some states, in two phases, the first with a cap."""
    parties = draw(st.sampled_from([["SG", "TH"], ["SG", "TH", "VN"], ["PH", "TH"], list(STATES)]))
    begins, middle, ends = sorted(draw(st.lists(days, min_size=3, max_size=3, unique=True)))
    cap = draw(st.sampled_from([{"count": 1}, {"count": 2, "value": 500}, {"value": 500}]))
    record: Json = {
        "id": f"corridor-{number}",
        "kind": "plurilateral",
        "title": "A corridor",
        "parties": parties,
        "environment": draw(st.sampled_from(ENVIRONMENTS)),
        "types": draw(types),
        "purposes": draw(purposes),
        "min_level": draw(st.sampled_from(LEVELS)),
        "phases": [
            {"phase": "trial", "from": when(begins), "until": when(middle), "caps": cap},
            {"phase": "open", "from": when(middle), "until": when(ends)},
        ],
        "conditions": ["A condition of the corridor."],
        "legal_basis": "none: synthetic",
        "recorded": when(0),
    }
    return parties, record


@st.composite
def worlds(draw: st.DrawFn) -> World:
    world = World(environment=draw(st.sampled_from(("demo", "live", "live"))))
    made, _ = World.make(environment=world.environment)
    world.lists = made.lists
    world.vocabulary["instruments"] = [
        {"id": "treaty", "title": "A treaty", "status": "in_force", "dates": {"in_force": TREATY}}
    ]
    for state in STATES:
        own = world.lists[state]
        own["entities"] = [entity([draw(issuers(state))])]
        own["recognitions"] = [draw(recognitions(state, number)) for number in range(draw(st.integers(0, 3)))]
        denied = draw(st.sampled_from([*[None] * 9, draw(days)]))
        if denied is not None:
            at = when(denied)
            world.denied[state] = [{"id": did(state), "effective": at, "recorded": at, "reason": "compromise"}]
    for number in range(draw(st.integers(0, 3))):
        parties, record = draw(arrangements(number))
        for state in parties:
            if draw(st.sampled_from([True, True, False])):
                stops = draw(events("suspended", "in_force", ("review",)))
                world.lists[state]["arrangements"].append({**record, "events": stops})
    return world


PREDICATE = {"name": "of_age", "claim": ["birth_date"], "test": "age-at-least", "value": 18}
MEMBERS: dict[str, st.SearchStrategy[Any]] = {
    "min_level": st.sampled_from(LEVELS),
    "environments": st.lists(st.sampled_from(ENVIRONMENTS), min_size=1, unique=True),
    "holder_binding": st.sampled_from(["when-asked", "always"]),
    "required_claims": st.sampled_from([[["name"]], [["birth_place"]]]),
    "algorithms": st.fixed_dictionaries({"ES256": st.none() | days.map(when)}),
    "ask": st.sampled_from([[["name"]], [["birth_date"]]]),
    "never_request": st.just({state: [["birth_date"]] for state in STATES[:3]}),
    "transfer": st.sampled_from(["allowed", "in-place", "forbidden", "unknown"]).map(
        lambda rule: [{"rule": rule, "states": list(STATES[:3]), "source": "made up"}]
    ),
    "predicates": st.sampled_from([[{**PREDICATE, "required": True}], [{**PREDICATE, "value": 99, "required": True}]]),
    "purposes": st.fixed_dictionaries(
        {PURPOSES[0]: st.sampled_from([{"vector": {"P": 2}}, {"types": [PERSON]}, {"min_level": "low"}])}
    ),
    "phase_in": st.sampled_from(["policy.claims", "policy.subject", "assurance.achieved"]).map(
        lambda check: [{"check": check, "from": when(10), "required": when(25), "source": "made up"}]
    ),
}


@st.composite
def documents(draw: st.DrawFn) -> Json:
    """Up to four members of a policy; what may leave goes with what is asked for, and a phase with a rule."""
    names = draw(st.sets(st.sampled_from(sorted(MEMBERS)), max_size=4))
    if "transfer" in names:
        names.add("ask")
    if "phase_in" in names:
        names.add("required_claims")
    return {"id": "x", **{name: draw(MEMBERS[name]) for name in sorted(names)}}


class Counted:
    """A relying party's own count; `used` are taken already by others."""

    def __init__(self, used: int = 0) -> None:
        self.used = used

    def take(self, arrangement: str, phase: str, token: str, cap: int) -> int | None:  # noqa: ARG002  (the protocol)
        return self.used + 1 if self.used < cap else None


def judged(
    world: World | Registry, asked: Asked, policy: Policy, *, at: datetime | None = None, used: int = 0
) -> Verdict:
    """The verdict on what is asked, in this registry as it is published."""
    document = vc(
        did(asked.home),
        type=["VerifiableCredential", asked.type],
        validFrom=when(asked.issued),
        iat=int((FIRST + asked.issued * DAY).timestamp()),
        credentialSubject=subject(asked.home, bound=asked.shown),
    )
    at = at or FIRST + asked.day * DAY
    token = vc_jwt(SIGNERS[asked.home], document)
    expected = Expected()
    if asked.shown:
        token, expected = vp_jwt(HOLDER, (token,), iat=int(at.timestamp())), PRESENTED
    rules = policy.asking(for_state=asked.relying, purpose=asked.purpose, amount=asked.amount)
    known_at = None if asked.known is None else FIRST + asked.known * DAY
    verifier = Verifier(world.registry() if isinstance(world, World) else world, rules)
    return verifier.verify(token, at=at, known_at=known_at, expected=expected, counter=Counted(used))


def lines(verdict: Verdict) -> list[tuple[object, ...]]:
    """What a verdict says, apart from the registry's own number and digest."""
    return [(line.id, line.item, line.outcome, line.code, line.why) for line in verdict.checks]


def told(verdict: Verdict) -> None:
    """For `--hypothesis-show-statistics`."""
    event(str(verdict.decision))
    for line in verdict.problems[:1]:
        event(str(line.code))


@settings(max_examples=25)
@given(worlds(), worlds(), questions(), documents())
def test_a_state_that_comes_goes_or_changes_leaves_the_others_as_they_were(
    world: World, other: World, asked: Asked, document: Json
) -> None:
    policy = Policy.from_document(document)
    verdict = judged(world, asked, policy)
    told(verdict)
    recognised = json.loads(verdict.to_json())["recognition"]
    for third in set(STATES) - {asked.home, asked.relying}:
        without, changed = world.copy(), world.copy()
        del without.lists[third]
        without.denied.pop(third, None)
        changed.lists[third] = {**other.lists[third], "environment": world.environment}
        changed.denied[third] = other.denied.get(third, [])
        for one in (without, changed):
            again = judged(one, asked, policy)
            assert lines(again) == lines(verdict)
            assert json.loads(again.to_json())["recognition"] == recognised


@settings(max_examples=60)
@given(worlds(), questions(), documents(), documents(), st.integers(0, 2))
def test_tightening_a_policy_never_turns_a_refusal_into_acceptance(
    world: World, asked: Asked, base: Json, own: Json, used: int
) -> None:
    below = Policy.from_document(base)
    try:
        above = Policy.from_document({**own, "id": "own", "base": "x"}, below)
    except PolicyInvalid:
        event("relaxes")
        return
    registry = world.registry()
    before, after = (judged(registry, asked, policy, used=used) for policy in (below, above))
    told(after)
    event(f"{before.decision} to {after.decision}")
    order = (ANSWERS[1], ANSWERS[2], ANSWERS[0])
    assert bool(before) or not bool(after), (lines(before), lines(after))
    if str(before.decision) == "rejected":
        assert order.index(str(after.decision)) == 0, "a refusal that became less"


@settings(max_examples=25)
@given(worlds(), questions(), documents(), st.randoms(use_true_random=False))
def test_the_order_of_records_never_matters(world: World, asked: Asked, document: Json, random: Any) -> None:
    policy = Policy.from_document(document)
    verdict = judged(world, asked, policy)
    told(verdict)
    other = world.copy()
    for own in other.lists.values():
        for member in ("recognitions", "arrangements"):
            random.shuffle(own[member])
            for one in own[member]:
                random.shuffle(one.get("events", []))
                random.shuffle(one["types"])
        for one in own["entities"]:
            random.shuffle(one["services"][0]["status_events"])
            random.shuffle(one["services"][0]["identifiers"])
            random.shuffle(one["services"][0]["credentials"])
    names = list(other.lists)
    random.shuffle(names)
    other.lists = {state: other.lists[state] for state in names}
    again = judged(other, asked, policy)
    assert json.loads(again.to_json())["decision"] == json.loads(verdict.to_json())["decision"]
    assert [line[:4] for line in lines(again)] == [line[:4] for line in lines(verdict)]
    assert again.recognitions == verdict.recognitions


def boundaries(world: World, asked: Asked, document: Json) -> list[datetime]:
    """Every date that the registry, the policy or the credential states, in the order of time."""
    stated = {
        FIRST + asked.issued * DAY - timedelta(seconds=limits.LEEWAY_SECONDS),
        times.parse(f"{TREATY}T00:00:00Z"),
    }
    text = json.dumps([world.lists, world.denied, world.vocabulary, document])
    for day in range(-1, SPAN + 5):
        if when(day) in text:
            stated.add(FIRST + day * DAY)
    return sorted(stated)


@settings(max_examples=40)
@given(worlds(), questions(), documents(), st.data())
def test_a_date_moves_outcomes_only_at_stated_boundaries(
    world: World, asked: Asked, document: Json, data: st.DataObject
) -> None:
    policy = Policy.from_document(document)
    stated = boundaries(world, asked, document)
    stretches = list(itertools.pairwise(stated))
    begins, ends = data.draw(st.sampled_from(stretches))
    inside = (begins, ends - timedelta(seconds=1), begins + (ends - begins) / 2)
    if not asked.shown:
        registry = world.registry()
        first, *others = (judged(registry, asked, policy, at=moment) for moment in inside)
        told(first)
        for other in others:
            assert [line[:4] for line in lines(other)] == [line[:4] for line in lines(first)]
            assert other.recognitions == first.recognitions
    seen = [recognition.matrix(world.registry(), at=moment, type=asked.type) for moment in inside]
    assert seen[0] == seen[1] == seen[2]


def test_the_generator_reaches_every_answer() -> None:
    """Every decision, every miss of a recognition, caps, sunsets and suspensions; else nothing was tried above."""
    seen: Counter[str] = Counter()

    @settings(max_examples=160, derandomize=True, database=None)
    @given(worlds(), st.lists(questions(), min_size=8, max_size=8), st.lists(documents(), min_size=3, max_size=3))
    def count(world: World, asked: list[Asked], policies: list[Json]) -> None:
        registry = world.registry()
        for number, (one, document) in enumerate(itertools.product(asked, [*policies, {"id": "x"}])):
            verdict = judged(registry, one, Policy.from_document(document), used=number % 3)
            seen[str(verdict.decision)] += 1
            seen.update({str(line.code) for line in verdict.checks if line.code})
            if verdict and verdict.recognitions[0]:
                seen[f"accepted as {verdict.recognitions[0]['environment']}"] += 1
                seen["accepted under a corridor"] += str(verdict.recognitions[0]["arrangement"]).startswith("corridor")

    count()
    misses = ("NONE", "TYPE", "PURPOSE", "ENDED", "NOT_YET", "SUSPENDED", "NOT_SIGNED", "INSTRUMENT", "ENVIRONMENT")
    expected = {
        *ANSWERS,
        *(f"RECOGNITION_{miss}" for miss in misses),
        *("CAP_COUNT", "CAP_VALUE", "CAP_AMOUNT", "LOA_INSUFFICIENT", "LOA_NOT_ACHIEVED", "LOA_MAPPING"),
        *("SCOPE_TYPE", "SCOPE_ISSUER_SUSPENDED", "SCOPE_ISSUER_DENIED", "JOSE_ALG_EXPIRED", "POLICY_ALGORITHM"),
        *("SCOPE_REQUIRED_CLAIM", "POLICY_SUBJECT", "POLICY_TYPE", "POLICY_GRACE", "POLICY_NOT_YET", "POLICY_TRANSFER"),
        *("POLICY_TRANSFER_UNKNOWN", "POLICY_NEVER_REQUEST", "accepted under a corridor"),
        *(f"accepted as {environment}" for environment in ENVIRONMENTS),
    }
    assert {name for name in expected if not seen[name]} == set(), seen
