"""What every role change keeps to: four eyes, names that say whose a key is, one role to a key, and an author
who may speak for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from securesystemslib.signer import Key  # type: ignore[attr-defined]

from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused
from defa_id.operator import appointing, demands, roles
from defa_id.operator.appointing import REGION, Appointment
from defa_id.operator.published import Published

if TYPE_CHECKING:
    from defa_id.operator.rolechange import RoleChange

_ONLINE: Final = tuple(duty.role for duty in roles.ONLINE)
_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
_STATE_ROLE: Final = re.compile(r"[A-Z]{2}(-ops|-deny)?")
_LETTERS: Final = re.compile(r"-[a-z0-9]{1,16}")  # of a key's name, behind its role's
_FOUR_EYES: Final = 2
AGAIN: Final = "Bring your copy of the registry up to date, and propose the change again."


def whose(appointments: Iterable[Appointment], renewed: Iterable[str]) -> str:
    """The state a role change is about, or the region. Raises `ChangeRefused` for none, two, or unknown roles."""
    appointed, signed = [one.role for one in appointments], list(renewed)
    for roles_named, known, what in (
        (appointed, (REGION, *_ONLINE), f"{REGION} (which is root and targets), {' and '.join(_ONLINE)}"),
        (signed, ("root", "targets"), "root and targets; machines sign snapshot and timestamp by themselves"),
    ):
        for role in roles_named:
            if not _STATE_ROLE.fullmatch(role) and role not in known:
                raise ChangeRefused(
                    f"there is no role {printable(role)!r} here",
                    hint=f"Roles are XX, XX-ops and XX-deny of a state, {what}.",
                )
    found = {role[:2] if _STATE_ROLE.fullmatch(role) else REGION for role in (*appointed, *signed)}
    if len(found) != 1:
        raise ChangeRefused("a role change is about one state, or about the region", hint="Propose one for each.")
    return found.pop()


def require_rules(change: RoleChange, published: Published | None) -> None:
    """Four eyes, names that say whose a key is, and no key in two roles. Raises `ChangeRefused`."""
    of = whose(change.appointments, change.renewed)
    if of != change.of or set(change.base) != set(appointing.affected(change.appointments, change.renewed)):
        raise ChangeRefused(f"{change.id} is not called after what it changes", hint=AGAIN)
    if set(change.expires) != set(change.base):
        raise ChangeRefused(f"{change.id} leaves open how long its roles stay valid", hint=AGAIN)
    _require_beginning(change, published)
    held = _held_elsewhere(change, published)
    for one in change.appointments:
        least = 1 if one.role in _ONLINE or one.role.endswith("-deny") else _FOUR_EYES
        if not least <= one.threshold <= len(one.keys):
            raise ChangeRefused(
                f"{one.role} would need {one.threshold} of {len(one.keys)} keys",
                hint=f"At least {least} must sign, and there must be as many.",
            )
        _require_passage(one, published)
        for name, public in one.keys:
            fitting = one.role == REGION or (name.startswith(one.role) and _LETTERS.fullmatch(name[len(one.role) :]))
            if not _KEY.fullmatch(name) or not (fitting or name == one.role):
                raise ChangeRefused(f"{printable(name)} is no name for a key of {one.role}", hint=f"E.g. {one.role}-e.")
            keyid = appointing.key_of(public, name).keyid
            taken = held.setdefault(keyid, (one.role, name))
            if taken != (one.role, name):
                raise ChangeRefused(f"the key {name} is {taken[1]} of {taken[0]} already", hint="Make a new key.")
        if len({name for name, _ in one.keys}) != len(one.keys):
            raise ChangeRefused(f"two keys of {one.role} have one name", hint="Give each a name of its own.")


def _require_passage(one: Appointment, published: Published | None) -> None:
    """Root and timestamp are two files: what the online keys sign has to fit the old root and the new one."""
    known = {public for _, public in appointing.holders(one.role, published)} if one.role in _ONLINE else set()
    least = max(one.threshold, appointing.threshold(one.role, published))
    if known and len(known & {public for _, public in one.keys}) < least:
        raise ChangeRefused(
            f"while it is published readers would find no {one.role} that fits the old root and the new one",
            hint="Add the new key first and publish that; then remove the old one in a second change.",
        )


def _require_beginning(change: RoleChange, published: Published | None) -> None:
    begin = change.beginning
    new = {one.role for one in change.appointments if not appointing.holders(one.role, published)}
    founding = published is None
    if founding and (begin is None or begin.about is None or new != {REGION, *_ONLINE}):
        raise ChangeRefused("nothing is published yet", hint="Found the registry first: defa-id registry init")
    if not founding and begin is not None and begin.about is not None:
        raise ChangeRefused("this registry has begun already", hint="Its name and environment never change.")
    if founding and begin is not None and begin.about is not None:
        known = {"registry", "environment", "title"}
        if set(begin.about) != known or begin.about["registry"] != change.registry:
            raise ChangeRefused(f"{change.id} does not say which registry begins", hint=AGAIN)
        return
    three = {duty.role for duty in roles.of_state(change.of)} if change.of != REGION else set()
    if (begin is not None) != bool(new) or (new and new != three):
        raise ChangeRefused(
            f"{change.of} is not published yet" if new else f"{change.of} is published already",
            hint="A new state appoints all its three roles at once: defa-id registry init-state",
        )
    if begin is not None and (begin.list is None or begin.list.get("territory") != change.of):
        raise ChangeRefused(f"{change.id} speaks for another state", hint="Do not sign; ask its author.")


def _held_elsewhere(change: RoleChange, published: Published | None) -> dict[str, tuple[str, str]]:
    """The keys of every other role, by id: whose they are and what they are called."""
    if published is None:
        return {}
    appointed = {one.role for one in change.appointments}
    states = [role for role in published.roles if len(role) == 2]
    found: dict[str, tuple[str, str]] = {}
    for duty in roles.every({}, states):
        role = REGION if duty.role in ("root", "targets") else duty.role
        if role not in appointed:
            found.update((keyid, (role, name)) for keyid, name in published.names_of(duty).items())
    return found


def authors(of: str, published: Published | None, appointments: Iterable[Appointment]) -> dict[str, tuple[str, Key]]:
    """Whose word a role change may be, by key id: those who hold a role of the state or of the region; for the
    region any state's own; and for what is only to begin, those who are to hold it."""
    found: dict[str, tuple[str, Key]] = {}
    if published is not None:
        states = [role for role in published.roles if len(role) == 2]
        own = roles.of_state(of) if of != REGION else tuple(roles.authority(state) for state in states)
        for duty in (*roles.region({})[:1], *own):
            found.update(demands.of_keys(published.keys_of(duty.role), published.names_of(duty)))
    for one in appointments:
        if not appointing.holders(one.role, published):
            keys = {name: appointing.key_of(public, name) for name, public in one.keys}
            found.update((key.keyid, (name, key)) for name, key in keys.items())
    return found


def require_author(change: RoleChange, published: Published | None) -> None:
    """Return if its author may speak, and signed exactly this. Raises `ChangeRefused`."""
    author = change.author
    name, key = authors(change.of, published, change.appointments).get(author.keyid, ("", None))
    if key is None or name != author.key:
        raise ChangeRefused(f"{printable(author.key)} is none of {change.of}'s keys", hint="Ask who made this.")
    if not demands.signed_by(key, author.sig, change.payload()):
        raise ChangeRefused(
            f"{change.id} is not as its author {author.key} signed it", hint="Do not sign; get it from its author anew."
        )
