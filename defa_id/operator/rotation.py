"""An issuer's key makes way for the next: the new one is listed beside the old, and the old one gets its end.

A stolen key gets no overlap: from the moment it was in other hands nothing it signed counts.
"""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Final

from defa_id.codec import times
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused
from defa_id.operator import admission, changes, lint, ownership, timeline
from defa_id.operator.admission import Admitted
from defa_id.operator.changes import Change
from defa_id.operator.rules import issuer_keys
from defa_id.operator.tree import Object, Tree, algorithms_of
from defa_id.values import NamedTuple

OVERLAP: Final = timedelta(days=30)  # in which what was signed with the old key is still being issued [own]
_LAST: Final = datetime.max.replace(tzinfo=UTC)


class Rotation(NamedTuple):
    """The key of an issuer that is to be replaced. `key` and `proof` are the bytes of files; `old` is a
    thumbprint or a certificate's SHA-256 (None: every key that has no end yet); the new key begins at
    `begins` (None: now) and the old one ends at `ends` (None: 30 days later, at once if it is compromised)."""

    state: str
    id: str
    key: bytes
    service: str | None = None
    old: str | None = None
    begins: datetime | None = None
    ends: datetime | None = None
    compromised_since: datetime | None = None
    proof: bytes | None = None


def rotate(tree: Tree, asked: Rotation, now: datetime) -> Change:
    """List the new key and end the old one, in every service of the issuer that has it.

    Raises `ChangeRefused`: an issuer or key that is not listed, a key that may not be, an identifier that
    is the key itself, an end that is later than was published, and in pilot and live a beginning in the
    past or no proof of possession.
    """
    source = tree.state(asked.state)
    begins = changes.begins_at(tree, source, asked.begins, now)
    if asked.compromised_since is not None and asked.compromised_since > now:
        raise ChangeRefused("the key would be compromised only in the future", hint="Give the time it happened.")
    admitted = admission.read_key(asked.key)
    if admitted.not_after is not None and admitted.not_after <= begins:
        raise ChangeRefused(
            f"the certificate expired at {times.show(admitted.not_after)}", hint="Ask the issuer for a current one."
        )
    begins = max(begins, admitted.not_before) if admitted.not_before else begins
    ends = asked.ends or (begins if asked.compromised_since else begins + min(OVERLAP, _LAST - begins))
    listing = copy.deepcopy(source.listing)
    entity, services = _services(listing, asked)
    ownership.require_not_struck(source, admitted.public.thumbprint)
    ownership.require_own_key(tree, asked.state, entity["entity_id"], admitted)
    warnings: list[str] = []
    changes.require_possession(tree, source, asked.id, asked.proof, admitted, now, warnings)
    done: list[str] = []
    for service in services:
        _require_new(service, admitted)
        olds = _ending(service, asked, begins)
        if not olds or timeline.status_at(service["status_events"], now) in timeline.ENDED:
            continue
        _replace(service, olds, _identifier(asked, admitted, begins, now), ends, asked.compromised_since, now)
        _allow(service, admitted, now)
        done.append(str(service["service_id"]))
    if not done:
        raise _none(asked)
    since = f", the old one compromised since {times.show(asked.compromised_since)}" if asked.compromised_since else ""
    summary = (
        f"{', '.join(done)}: new key of {asked.id} from {times.show(begins)}, the old one until {times.show(ends)}"
    )
    after = source._replace(listing=listing)
    warnings += lint.require_no_worse(tree, tree.with_state(asked.state, after))
    return Change(asked.state, after, summary + since, tuple(dict.fromkeys(warnings)))


def _services(listing: Object, asked: Rotation) -> tuple[Object, list[Object]]:
    """The issuer's entity, and the services of it that are meant."""
    found = [
        (entity, service)
        for entity in listing["entities"]
        for service in entity["services"]
        if asked.id == entity["entity_id"] or any(asked.id == one.get("value") for one in service["identifiers"])
    ]
    if not found:
        raise ChangeRefused(
            f"{asked.state} lists no issuer {printable(asked.id)}",
            hint=f"See the list: defa-id registry show {asked.state}",
        )
    chosen = [service for _, service in found if asked.service in (None, service["service_id"])]
    if not chosen:
        known = ", ".join(service["service_id"] for _, service in found)
        raise ChangeRefused(
            f"{printable(asked.service)} is no service of {printable(asked.id)}", hint=f"Its services are {known}."
        )
    for service in chosen:
        for one in service["identifiers"]:
            if one["kind"] in issuer_keys.NAMED and one["value"].startswith(("did:key:", "did:jwk:")):
                raise ChangeRefused(
                    f"{printable(one['value'])} is its key, and changes with it",
                    hint="List the issuer under its new identifier with add-issuer, and end the old entry.",
                )
    return found[0][0], chosen


def _require_new(service: Object, admitted: Admitted) -> None:
    for index, key in issuer_keys.public_keys(service["identifiers"]):
        same_kind = service["identifiers"][index]["kind"] == admitted.identifier["kind"]
        if same_kind and key.thumbprint == admitted.public.thumbprint:
            raise ChangeRefused(f"{service['service_id']} has this key already", hint="Ask the issuer for its new one.")


def _ending(service: Object, asked: Rotation, begins: datetime) -> list[Object]:
    """The keys of a service that are to make way."""
    found = []
    for index, key in issuer_keys.public_keys(service["identifiers"]):
        identifier = service["identifiers"][index]
        if identifier["kind"] in issuer_keys.NAMED or "compromised_since" in identifier:
            continue
        open_ended = "valid_until" not in identifier or timeline.holds(identifier, begins)
        if open_ended if asked.old is None else asked.old in (key.thumbprint, identifier.get("sha256")):
            found.append(identifier)
    return found


def _replace(
    service: Object, olds: list[Object], new: Object, ends: datetime, compromised_since: datetime | None, now: datetime
) -> None:
    for old in olds:
        begun = times.parse(old["valid_from"])
        if ends <= begun:
            raise ChangeRefused(
                f"the old key of {service['service_id']} begins only at {old['valid_from']}",
                hint="Let the new one begin later, or name the key that is meant with --old.",
            )
        set_anew = {"compromised_since": compromised_since} if compromised_since is not None else {}
        if "valid_until" not in old or ends < times.parse(old["valid_until"]):
            set_anew["valid_until"] = ends
        timeline.set_ends(old, now, **set_anew)
    service["identifiers"].append(new)


def _identifier(asked: Rotation, admitted: Admitted, begins: datetime, now: datetime) -> Object:
    last = {"valid_until": times.show(admitted.not_after)} if admitted.not_after else {}
    possession = {"possession": asked.proof.decode("ascii").strip()} if asked.proof is not None else {}
    times_of = {"valid_from": times.show(begins), **last, "recorded": times.show(now)}
    return {**copy.deepcopy(admitted.identifier), **possession, **times_of}


def _allow(service: Object, admitted: Admitted, now: datetime) -> None:
    """Algorithms the new key signs with, where the service allows none that fits it."""
    if not any(admitted.public.fits(entry["alg"]) for entry in service["algorithms"]):
        service["algorithms"].extend(
            algorithms_of(admitted.public, times.show(now + changes.RSA_LIFE), admitted.identifier.get("use"))
        )


def _none(asked: Rotation) -> ChangeRefused:
    if asked.old is not None:
        return ChangeRefused(
            f"no service of {printable(asked.id)} has the key {printable(asked.old)}",
            hint=f"See them: defa-id registry show {asked.state}",
        )
    return ChangeRefused(
        f"no service of {printable(asked.id)} has a key that could make way",
        hint="A service that has ended gets no new key; list the issuer anew with add-issuer.",
    )
