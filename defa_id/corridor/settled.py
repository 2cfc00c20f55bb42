"""What was settled before: the registry says the same of all credentials of one kind, from one moment it
mentions to the next.

A snapshot and a policy do not change, so what they answered once they answer again. Nothing that a credential
says about anybody, signs or proves is remembered, and nothing that was not answered with yes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Any, Final

from defa_id.answers.authority import TERRITORY_CLAIMS
from defa_id.answers.listing import Signers
from defa_id.codec import limits
from defa_id.credential import Credential, Holder, KeyHint, Proof, Window
from defa_id.policy import Policy
from defa_id.trust.assurance import Shown
from defa_id.trust.recognition import Relied
from defa_id.trust.records import ListedCertificate, SchemaReference, Service
from defa_id.trust.registry import Registry
from defa_id.values import NamedTuple
from defa_id.verdict import Page

# The claims about the issuer that a subject carries: its country, and the part of it.
_COUNTRY: Final = ("issuing_country", "issuingCountry", *TERRITORY_CLAIMS)


class Kind(NamedTuple):
    """Everything about a credential that the registry is asked by, but when it was issued. `country`: the issuing
    country and the part of it that it states, under each name for them; `proofs`: suite, algorithm, hint, and
    whether it is linked data."""

    format: str
    model: str
    issuer: str | None
    territory: str | None
    types: tuple[str, ...]
    country: tuple[str | bool | None, ...]
    proofs: tuple[tuple[str, str, KeyHint, bool], ...]

    @classmethod
    def of(cls, credential: Credential) -> Kind:
        """The kind this credential is of. A country that is no text is as wrong as any other that is none."""
        stated = map(credential.subject.get, _COUNTRY)
        return cls(
            credential.format,
            credential.model,
            credential.issuer,
            credential.territory,
            credential.types,
            tuple([one if one is None or type(one) is str else False for one in stated]),
            tuple([(one.suite, one.alg, one.hint, one.content is not None) for one in credential.proofs]),
        )

    def credential(self, issued: datetime | None) -> Credential:
        """A credential of this kind that says nothing else: what the questions to the registry get to see."""
        return Credential(
            self.format,
            self.model,
            self.issuer,
            self.types,
            claims={},
            subject=dict(zip(_COUNTRY, self.country, strict=True)),
            window=Window(issued),
            proofs=tuple(
                Proof(suite, alg, hint, b"", b"", () if linked else None) for suite, alg, hint, linked in self.proofs
            ),
            status=(),
            holder=Holder(),
            digest="",
            territory=self.territory,
        )


class Reliance(NamedTuple):
    """What a relying state makes of it: the label reached, the statement relied on, the lines from recognition to
    the policy's algorithm, and what the verdict says about all that (None, where there is nobody to rely on);
    `named` are its types and its issuer, as the verdict names them."""

    named: tuple[list[str], Mapping[str, Any]]
    label: str
    relied: Relied | None
    lines: Page
    said: Mapping[str, Any] | None


class Authorised(NamedTuple):
    """Who issues credentials of a kind: the issuer's authorisations, the signers, the authorisations that
    cover it and the schemas they name, with the lines that say so. `reliance` fills up, by what presentations show."""

    services: tuple[Service, ...]
    signers: Signers
    covered: tuple[Service, ...]
    schemas: tuple[SchemaReference, ...]
    listing: Page
    authority: Page
    reliance: dict[Shown, Reliance]


class Settled:
    """The answers of one registry snapshot under one policy."""

    def __init__(self) -> None:
        self._kinds: dict[Kind, tuple[tuple[datetime, ...], dict[tuple[int, int, int], Authorised]]] = {}
        self._count = 0

    def find(self, kind: Kind, issued: datetime | None, at: datetime) -> Authorised | None:
        """What was settled for credentials issued and judged between the same moments as this one."""
        held = self._kinds.get(kind)
        return held[1].get(_between(held[0], issued, at)) if held is not None else None

    def keep(
        self, kind: Kind, issued: datetime | None, at: datetime, moments: Iterable[datetime], found: Authorised
    ) -> None:
        """Remember it. `moments`: all at which an answer may change."""
        if self._count >= limits.SETTLED:
            self._kinds.clear()
            self._count = 0
        _, answers = held = self._kinds.setdefault(kind, (tuple(sorted(set(moments))), {}))
        answers[_between(held[0], issued, at)] = found
        self._count += 1


def moments(registry: Registry, policy: Policy, kind: Kind, found: Authorised) -> Iterator[datetime]:
    """Every moment that the records hold which questions about this kind may look at. What the vocabulary dates,
    it dates by the day."""
    home = found.services[0].state
    yield from _within((found.services, registry.denials(home), policy))
    for state in {home, policy.for_state} & set(registry.states()):
        listed = registry.state_list(state or "")
        yield from _within((listed.recognitions, listed.arrangements))
    chains = [hint.x5c for _, _, hint, _ in kind.proofs]
    records = [one for signer in found.signers for one in signer.listed if isinstance(one, ListedCertificate)]
    if records:
        from defa_id.resolvers import x5c

        for der in (*chain.from_iterable(chains), *(x5c.from_pem(one.pem) for one in records)):
            certificate = x5c.read(der)
            yield from (certificate.begins, certificate.ends)


def _within(value: Any) -> Iterator[datetime]:
    if isinstance(value, datetime):
        yield value
    elif isinstance(value, Mapping):
        for member in value.values():
            yield from _within(member)
    elif isinstance(value, tuple):
        for member in value:
            yield from _within(member)


def _between(moments: tuple[datetime, ...], issued: datetime | None, at: datetime) -> tuple[int, int, int]:
    """The day it is judged on, and between which moments, or at which, it is judged and was issued."""
    return at.toordinal(), _position(moments, at), -1 if issued is None else _position(moments, issued)


def _position(moments: tuple[datetime, ...], moment: datetime) -> int:
    return bisect_left(moments, moment) + bisect_right(moments, moment)
