"""What a state has in its own hands: its list, and each issuer in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from defa_id.assessment.finding import DESIGN, Finding, finding
from defa_id.assessment.picture import Offer, Picture
from defa_id.codec import times
from defa_id.operator import expiries
from defa_id.policy import Policy
from defa_id.trust import history
from defa_id.trust.records import known

_YEAR: Final = timedelta(days=365)
_VOUCHED: Final = frozenset({"assessed", "agreed", "declared"})  # recognition design: what pilot and live accept


def of_list(seen: Picture) -> Iterator[Finding]:
    """The list as a whole."""
    state, environment = seen.document["state"], seen.registry.environment
    yield finding("list.present", True, f"in {seen.registry.name}", environment=environment)
    kind = state["provenance"]["kind"]
    yield finding("list.own", kind == "state-signed", f"the list is {kind}", environment=environment)
    fresh = seen.registry.freshness_for(seen.state)
    grade = f"{fresh.grade}; next update by {seen.document['next_update']}"
    yield finding("list.fresh", fresh.grade == "fresh", grade, environment=environment)
    for id, member in (("list.legal_basis", "legal_basis"), ("list.contact", "contacts")):
        count = len(state.get(member, ()))
        yield finding(id, count > 0, f"{count} named" if count else "none named", environment=environment)
    named = {name["lang"].partition("-")[0] for name in state["names"]}
    missing = [language for language in state["languages"] if language.partition("-")[0] not in named]
    said = f"no name in {', '.join(missing)}" if missing else f"named in {', '.join(state['languages'])}"
    yield finding("list.languages", not missing, said, environment=environment)


def of_issuers(seen: Picture, policy: Policy) -> Iterator[Finding]:
    """Each kind of credential the state lists issuers of, and each of these issuers."""
    if not any(offer.service.types for offer in seen.offers):
        yield finding("issuer.usable", False, "no type of credential is listed", environment=seen.registry.environment)
    for module in seen.modules():
        offers = seen.of_kind(module)
        if offers:
            usable = [offer for offer in offers if offer.usable]
            said = f"{len(usable)} of {len(offers)} usable" + ("" if usable else f": {_why_not(offers[0])}")
            environment = seen.registry.environment
            yield finding("issuer.usable", bool(usable), said, subject=module, module=module, environment=environment)
    closed = [offer for offer in seen.offers if not offer.service.types]
    for offer in closed:
        yield _of(seen, offer, "issuer.interface", False, f"interface {offer.service.interface}, no type listed")
    for offer in seen.offers:
        if offer.service.types and offer.status == history.GRANTED:
            yield from _issuer(seen, offer, policy)


def of_ends(seen: Picture) -> Iterator[Finding]:
    """What ends within 90 days and leaves a gap; one finding that nothing does, else one for each end."""
    environment = seen.registry.environment
    ahead = [
        one
        for one in expiries.of_list(dict(seen.document), seen.at)
        if (left := one.within(seen.at)) is not None and left > 0
    ]
    if not ahead:
        yield finding("end.ahead", True, "nothing ends within 90 days", environment=environment)
    for one in sorted(ahead, key=lambda one: (one.expires, one.what, one.name)):
        said = f"{one.what} ends {times.show(one.expires)}, in {one.days_left(seen.at)} days"
        yield finding("end.ahead", False, said, subject=one.name, environment=environment)


def _issuer(seen: Picture, offer: Offer, policy: Policy) -> Iterator[Finding]:
    service = offer.service
    abroad = service.interface in ("offline", "online-issuer")
    yield _of(seen, offer, "issuer.interface", abroad, f"interface {service.interface}")
    if policy.formats is not None:
        has, takes = (", ".join(sorted(formats)) or "none" for formats in (service.formats, policy.formats))
        said = f"{has}; {policy.id} takes {takes}"
        yield _of(seen, offer, "issuer.format", bool(service.formats & policy.formats), said, (policy.id,))
    bare = sorted(type for type, schema in service.types.items() if schema is None)
    said = f"none for {', '.join(bare)}" if bare else f"named for {len(service.types)} of {len(service.types)}"
    yield _of(seen, offer, "issuer.schema", not bare, said)
    asked = (policy.id,) if policy.status == "always" else (DESIGN,)
    lists = len(service.status_lists)
    said = f"{lists} listed" if lists else "asked for, no list named" if service.status_required else "none"
    yield _of(seen, offer, "issuer.status", bool(lists or service.status_required), said, asked)
    lasting = [alg for alg, end in service.algorithms.items() if end is None or end > seen.at + _YEAR]
    ends = ", ".join(
        alg if end is None else f"{alg} until {times.show(end)}" for alg, end in sorted(service.algorithms.items())
    )
    yield _of(seen, offer, "issuer.algorithm", bool(lasting), ends or "none")
    reached = offer.entity.get("incident_contact")
    yield _of(seen, offer, "issuer.incident_contact", reached is not None, "named" if reached else "none")
    keys = [one for one in offer.record["identifiers"] if one["kind"] in ("jwk", "x509")]
    proven = sum("possession" in one for one in keys)
    yield _of(seen, offer, "issuer.possession", proven == len(keys) > 0, f"for {proven} of {len(keys)} keys")
    yield _basis(seen, offer)


def _basis(seen: Picture, offer: Offer) -> Finding:
    """Who vouches for the level in force now."""
    standing = [
        one
        for one in known(offer.service.assurance, seen.known_at)
        if one.effective <= seen.at and (one.until is None or seen.at < one.until)
    ]
    last = max(standing, key=lambda one: (one.effective, one.recorded), default=None)
    if last is None:
        return _of(seen, offer, "level.basis", False, "no level in force")
    vouched = last.basis != "self-declared" and last.status in _VOUCHED
    return _of(seen, offer, "level.basis", vouched, f"{last.level}, {last.basis}, {last.status}")


def _of(
    seen: Picture, offer: Offer, id: str, outcome: bool, found: str, asked_by: tuple[str, ...] = (DESIGN,)
) -> Finding:
    module = next(iter(sorted(seen.family(type) for type in offer.service.types)), None)
    environment = seen.registry.environment
    return finding(id, outcome, found, subject=offer.id, module=module, asked_by=asked_by, environment=environment)


def _why_not(offer: Offer) -> str:
    if offer.status != history.GRANTED:
        return f"{offer.id} is {offer.status}"
    if offer.service.interface in ("none", "issuer-app-only"):
        return f"{offer.id} has interface {offer.service.interface}"
    return f"{offer.id} has no key that is valid"
