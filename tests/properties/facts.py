"""One set of facts about an issuer, two states, a credential and its holder, in any format.

Each field's values stand in `WORSENING` from the best to the worst, so that a test can make one thing
worse and leave all else alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

from hypothesis import strategies as st

from defa_id.policy import Expected, Policy
from defa_id.trust.registry import Registry
from defa_id.verdict import Verdict
from defa_id.verifier import Verifier
from tests.properties.minting import edwards, mint, signers
from tests.support import mdocs
from tests.support.world import (
    GRANT,
    NOW,
    PERSON,
    PERSON_VCT,
    PRESENTED,
    Json,
    World,
    entity,
    recognition,
    service,
)

FORMATS = ("vc-jwt", "sd-jwt-vc", "vc-sd-jwt")
INTEGRITY = ("eddsa-jcs-2022", "eddsa-rdfc-2022", "ecdsa-jcs-2019", "ecdsa-rdfc-2019")
EVERY = (*FORMATS, *INTEGRITY, "vc-cose", "mdoc", "cwt")
PERSON_CWT = "urn:defa-id:cwt:person-identity:1"
BANKING = "banking.account-opening"


class Facts(NamedTuple):
    """`issued`, `begins` and `ends` are days from NOW; `age` is days by which the registry is past its
    time; `presentation` is what a holder made, if one did."""

    format: str = "vc-jwt"
    level: str = "high"
    standing: str = "granted"
    listed: str = "type and format"
    minimum: str = "low"
    purposes: tuple[str, ...] = ()
    recognised: str = "in force"
    environment: str = "live"
    age: int = 0
    signer: str = "the issuer"
    issued: int = -100
    begins: int = -100
    ends: int | None = 100
    disclosed: bool = True
    status: bool = False
    bound: bool = True
    presentation: str | None = None


WORSENING: dict[str, tuple[Any, ...]] = {
    "level": ("high", "substantial", "low"),
    "standing": ("granted", "ceased", "investigated", "suspended", "fraud"),
    "listed": ("type and format", "other format", "other type"),
    "minimum": ("low", "substantial", "high"),
    "purposes": ((), (BANKING,), ("nothing.else",)),
    "recognised": ("in force", "suspended", "ended"),
    "age": (0, 3, 20, 40),
    "signer": ("the issuer", "a stranger", "a stranger as the issuer"),
    "issued": (-100, -1000, 2),
    "begins": (-100, 1),
    "ends": (100, -1),
    "disclosed": (True, False),
    "status": (False, True),
    "bound": (True, False),
    "presentation": ("good", "wrong nonce", "too old", "other key"),
}
ENVIRONMENTS = ("demo", "sandbox", "pilot", "live")


def facts(**fixed: Any) -> st.SearchStrategy[Facts]:
    """Any facts, most of them good: a credential with two faults says little about either."""
    choices: dict[str, st.SearchStrategy[Any]] = {
        name: st.just(values[0]) | st.sampled_from(values) for name, values in WORSENING.items()
    }
    choices |= {
        "format": st.sampled_from(FORMATS),
        "environment": st.sampled_from(ENVIRONMENTS),
        "ends": st.sampled_from((100, 100, -1, None)),
        "presentation": st.none() | st.sampled_from(WORSENING["presentation"]),
    }
    choices |= {
        name: value if isinstance(value, st.SearchStrategy) else st.just(value) for name, value in fixed.items()
    }
    return st.builds(Facts, **choices)


EVENTS = {
    "granted": (),
    "ceased": ({"status": "ceased", "reason": "ceased"},),
    "investigated": ({"status": "withdrawn", "reason": "investigation"},),
    "suspended": ({"status": "suspended", "reason": "supervision"},),
    "fraud": ({"status": "withdrawn", "reason": "fraud"},),
}
RECENTLY = "2026-11-20T00:00:00Z"


@cache
def registry(
    level: str,
    standing: str,
    listed: str,
    minimum: str,
    purposes: tuple[str, ...],
    recognised: str,
    environment: str,
    age: int,
) -> Registry:
    """The registry these facts describe, made once."""
    world, _ = World.make(environment=environment)
    types = ["OtherCredential"] if listed == "other type" else [PERSON, PERSON_VCT, PERSON_CWT, mdocs.DOC_TYPE]
    formats = ["philsys"] if listed == "other format" else [*FORMATS, "data-integrity", "vc-cose", "mdoc", "cwt"]
    since = {"effective": RECENTLY, "recorded": RECENTLY}
    granted = {"status": "granted", "effective": GRANT, "recorded": GRANT}
    events = [granted, *({**event, **since} for event in EVENTS[standing])]
    made = service([signers()[0], edwards()[0]], types, formats, level=level, status_events=events)
    made["identifiers"].append(mdocs.certified(mdocs.IACA, "ca"))
    world.lists["SG"]["entities"] = [entity([made])]
    statement = recognition(
        "TH",
        "SG",
        [PERSON, PERSON_VCT, PERSON_CWT, mdocs.DOC_TYPE],
        min_level=minimum,
        environment=environment,
        purposes=list(purposes),
        events=[{"status": "suspended", "reason": "supervision", **since}] if recognised == "suspended" else [],
        **({"until": RECENTLY} if recognised == "ended" else {}),
    )
    world.lists["TH"]["recognitions"] = [statement]
    return world.registry(datetime.fromisoformat(world.expires) + timedelta(days=age) if age else NOW)


def registry_of(said: Facts) -> Registry:
    """The registry side of the facts."""
    return registry(
        said.level,
        said.standing,
        said.listed,
        said.minimum,
        said.purposes,
        said.recognised,
        said.environment,
        said.age,
    )


def judge(
    said: Facts,
    policy: Json | None = None,
    *,
    purpose: str | None = None,
    min_level: str | None = None,
    asked: bool | None = None,
    at: datetime = NOW,
    by: str = "TH",
) -> Verdict:
    """The relying state's verdict. `asked`: whether a presentation is expected; if None, where there is one."""
    rules = Policy.from_document({"id": "test", **(policy or {})}).asking(
        for_state=by, purpose=purpose, min_level=min_level
    )
    wanted = mdocs.EXPECTED if said.format == "mdoc" else PRESENTED
    expected = wanted if (said.presentation is not None if asked is None else asked) else Expected()
    return Verifier(registry_of(said), rules).verify(mint(said), at=at, expected=expected)


def codes(verdict: Verdict) -> set[str | None]:
    """The reasons that stand in the way; a skipped check gives none of its own."""
    return {line.code for line in verdict.problems if line.outcome in ("failed", "unknown")}
