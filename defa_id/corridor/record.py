"""What one walk says of every credential it judged, and how it closes into the verdict."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from defa_id import catalogue
from defa_id.answers.rules import Released
from defa_id.codec.text import printable
from defa_id.corridor.door import Door
from defa_id.credential import Credential
from defa_id.parts import Parts
from defa_id.policy import ENVIRONMENTS, Policy, Review
from defa_id.trust import assurance
from defa_id.trust.assurance import Granted, Vector
from defa_id.trust.recognition import Relied
from defa_id.trust.records import Service
from defa_id.trust.registry import Registry
from defa_id.values import NamedTuple
from defa_id.verdict import NO_ENVIRONMENT, Accepted, Ledger, Verdict
from defa_id.version import __version__

if TYPE_CHECKING:
    from defa_id.corridor.settled import Reliance


class Premises(NamedTuple):
    """What every verdict of one verifier rests on, as it says so."""

    registry: Mapping[str, Any]
    policy: Mapping[str, Any]
    asked: Mapping[str, Any]

    @classmethod
    def of(cls, registry: Registry, policy: Policy) -> Premises:
        """The premises of a registry snapshot and a policy."""
        return cls(
            {
                "version": registry.version,
                "sha256": registry.sha256,
                "freshness": registry.freshness,
                "environment": registry.environment,
                "name": registry.name,
                "anchor": registry.anchor,
            },
            {"id": policy.id, "sha256": policy.sha256},
            {
                "relying_state": policy.for_state,
                "purpose": policy.purpose,
                "min_level": None if policy.needed_level == "none" else policy.needed_level,
                "holder_binding": False,
                "environments": [name for name in ENVIRONMENTS if name in policy.environments],
            },
        )


class Record:
    """What was asked and found, credential by credential, in the order they were judged."""

    def __init__(self, premises: Premises, policy: Policy, parts: Parts, ledger: Ledger) -> None:
        self.premises, self.policy, self.parts, self.ledger = premises, policy, parts, ledger
        self.credentials: list[Mapping[str, Any]] = []
        self.recognitions: list[Mapping[str, Any] | None] = []
        self.subjects: list[Accepted] = []

    def add(
        self,
        credential: Credential,
        services: tuple[Service, ...],
        reliance: Reliance,
        released: Released,
    ) -> None:
        """What the verdict says about this credential, and what it hands over if accepted."""
        first = services[0] if services else None
        listed = {name.value for service in services for name in service.names}.union(*(one.types for one in services))
        self.credentials.append(
            {
                "format": credential.format,
                "types": [_named(type, listed) for type in credential.types],
                "digest": credential.digest,
                "issuer": {
                    "id": _named(credential.issuer, listed) if credential.issuer is not None else None,
                    "state": first.state if first else None,
                    "name": printable(first.name, 128) if first else None,
                    "entity_id": printable(first.entity_id, 256) if first else None,
                },
            }
        )
        self.recognitions.append(reliance.said)
        self.subjects.append(
            Accepted(
                released.claims,
                credential.issuer or (first.entity_id if first else ""),
                reliance.reached.label(),
                credential.claims if released.whole else {},
                tuple(reliance.said["conditions"]) if reliance.said else (),
                predicates=released.predicates,
            )
        )

    def review(self) -> Mapping[str, Any] | None:
        """When a person has to look, by the policy; None where it does not ask for that."""
        wanted = self.policy.review
        if wanted == Review():
            return None
        always = bool(wanted.states or wanted.types) and any(
            _concerns(wanted.states, wanted.types, said["issuer"]["state"], said["types"]) for said in self.credentials
        )
        return {"always": always, "before_refusal": wanted.before_refusal, "appeal": wanted.appeal}

    def composition(self) -> Mapping[str, Any] | None:
        """What several credentials reach together: the lowest on every axis, if they belong to one holder, and the
        weakest environment. A licence does not inherit the level of an identity that nothing links to it."""
        found = [said for said in self.recognitions if said is not None]
        if len(found) < 2:
            return None
        vectors = [said["level"]["vector"] for said in found]
        environment = min((said["environment"] for said in found), key=(NO_ENVIRONMENT, *ENVIRONMENTS).index)
        linked = self.ledger.passed("holder.linked")
        lowest = Vector(*(min(vector[axis] for vector in vectors) for axis in "PAFG"))
        reached = lowest if linked else assurance.LADDER["none"]
        return {
            "linked": linked,
            "label": reached.label(),
            "vector": reached._asdict(),
            "environment": environment,
        }

    def close(self, asked: Collection[str], door: Door, at: str, known_at: str | None) -> Verdict:
        """The fold is the verdict's own; here only what it depended on is written down. `asked` are the
        groups of checks that were opened; `at` and `known_at` as the verdict shows them."""
        required = self.parts.catalogue.required(asked) - self.policy.waive.keys()
        subject = self.subjects[0]._replace(others=tuple(self.subjects[1:])) if self.subjects else None
        registry, policy, question = self.premises
        return Verdict(
            checks=self.ledger.lines,
            required=required,
            asked={**question, "holder_binding": catalogue.HOLDER in asked},
            credentials=tuple(self.credentials),
            recognitions=tuple(self.recognitions),
            registry=registry,
            policy=policy,
            documents=tuple(door.documents),
            at=at,
            known_at=known_at,
            library=f"defa-id {__version__}",
            review=self.review(),
            not_run=tuple(
                one._asdict() for one in self.policy.external if one.check not in self.parts.catalogue.checks
            ),
            composition=self.composition(),
            catalogue=self.parts.catalogue,
            _subject=subject,
        )


def recognition(
    registry: Registry,
    policy: Policy,
    services: tuple[Service, ...],
    types: Collection[str],
    relied: Relied | None,
    level: Granted,
    reached: Vector,
    capped_by: tuple[str, ...],
) -> Mapping[str, Any] | None:
    """What the verdict says about relying on a credential: on what ground, and how far; None for a stranger's."""
    home = services[0].state if services else None
    if policy.safe and home is None:
        return None
    environment = relied.environment if relied else registry.environment
    conditions = relied.conditions if relied else ()
    return {
        "relying_state": policy.for_state,
        "home_state": home,
        "purpose": policy.purpose,
        "arrangement": relied.arrangement if relied else None,
        "environment": environment if policy.safe else NO_ENVIRONMENT,
        "level": {
            "label": reached.label(),
            "granted": level.vector.label(),
            "vector": reached._asdict(),
            "capped_by": list(capped_by),
        },
        "conditions": [*conditions, *_conditions(policy, home, types)],
    }


def _conditions(policy: Policy, home: str | None, types: Collection[str]) -> list[str]:
    """What the policy and the purpose attach to relying on this state's credential of these types."""
    own = [one.text for one in policy.conditions if _concerns(one.states, one.types, home, types)]
    return [*own, *policy.rule.conditions]


def _concerns(states: Collection[str], kinds: Collection[str], home: str | None, types: Collection[str]) -> bool:
    return (not states or home in states) and (not kinds or bool(set(kinds) & set(types)))


def _named(name: str, listed: Collection[str]) -> str:
    """An identifier as the registry spells it, whole; one that only the sender uses, made safe to show."""
    return name if name in listed else printable(name, 256)
