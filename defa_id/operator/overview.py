"""How a registry stands: what is not published yet, what expires when, and whose keys are here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from defa_id.codec import times
from defa_id.operator import denials, lint, roles
from defa_id.operator.keyring import FileKeyring
from defa_id.operator.published import Published
from defa_id.operator.roles import Duty
from defa_id.operator.tree import State, Tree, content
from defa_id.report.layout import Layout, shown
from defa_id.report.style import PLAIN, Style
from defa_id.values import NamedTuple

Object = dict[str, Any]


class Overview(NamedTuple):
    """`unpublished` names what differs from the publication; `roles` when each expires and how many
    of its keys are here; `struck` what an emergency took away and no list has answered; `errors` and
    `warnings` count what lint says."""

    registry: str
    environment: str
    version: int | None
    issued: datetime | None
    unpublished: tuple[str, ...]
    roles: tuple[Object, ...]
    struck: tuple[Object, ...]
    errors: int
    warnings: int

    def to_dict(self) -> Object:
        """The JSON form."""
        return {**self._asdict(), "issued": times.show(self.issued) if self.issued else None}


def overview(tree: Tree, keyring: FileKeyring, published_path: Path, now: datetime) -> Overview:
    """How the registry stands at `now`. Raises `ChangeRefused` if the publication is damaged."""
    published = Published.read(published_path)
    findings = lint.lint(tree)
    errors = sum(finding.level == lint.ERROR for finding in findings)
    duties = roles.every(tree.registry, tree.states)
    return Overview(
        tree.name,
        tree.environment,
        published.version if published else None,
        published.issued if published else None,
        tuple(_unpublished(tree, published)),
        tuple(_role(published.duty(duty) if published else duty, published, keyring, now) for duty in duties),
        tuple(_struck(published)) if published else (),
        errors,
        len(findings) - errors,
    )


def overview_text(standing: Overview, style: Style = PLAIN) -> str:
    """The same for people; of the roles, the first to expire and those whose keys do not suffice."""
    page = Layout(style)
    issued = (
        f"version {standing.version}, published {times.show(standing.issued)}" if standing.issued else "not published"
    )
    page.banner(
        "Registry", "bold", beside=f"{shown(standing.registry, 64)}, {shown(standing.environment, 12)}: {issued}"
    )
    page.blank()
    page.pair("Unpublished", *(standing.unpublished or ("nothing",)), hue="yellow" if standing.unpublished else "green")
    hue = "red" if standing.errors else "green"
    page.pair("Lint", f"{_counted(standing.errors, 'error')}, {_counted(standing.warnings, 'warning')}", hue=hue)
    if standing.struck:
        waiting = [f"{one['state']} {shown(one['id'], 80)}, since {one['recorded']}" for one in standing.struck]
        page.pair("Struck", *waiting, hue="red")
    machines = {duty.role for duty in roles.ONLINE}  # they sign by their clock; the doctor tells when they do not
    dated = [role for role in standing.roles if role["expires"] and role["role"] not in machines]
    if dated:
        first = min(role["days_left"] for role in dated)
        names = [role["role"] for role in dated if role["days_left"] == first]
        said = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        hue = "red" if first < 0 else "yellow" if first < 30 else "green"
        page.pair("Expires first", f"in {first} days: {said}" if first >= 0 else f"expired: {said}", hue=hue)
    short = [role for role in standing.roles if role["keys_here"] < role["threshold"]]
    lines = [f"{role['role']}: {role['keys_here']} of {role['threshold']} needed" for role in short]
    page.pair("Keys", *(lines or ("enough for every role",)), hue="yellow" if short else "green")
    return page.text


def _unpublished(tree: Tree, published: Published | None) -> Iterator[str]:
    if published is None:
        yield "everything"
        return
    about = published.root.signed.unrecognized_fields["x-defa-id"]
    if about != {name: tree.registry[name] for name in ("registry", "environment", "title")}:
        yield "registry.json"
    if published.document("vocabulary.json") != tree.vocabulary:
        yield "vocabulary.json"
    for name, data in tree.schemas.items():
        if published.target(f"schemas/{name}") != data:
            yield f"schemas/{name}"
    for state, source in sorted(tree.states.items()):
        standing = published.document(f"{state}/list.json")
        if standing is None or content(standing) != content(source.listing):
            yield f"states/{state}/list.json"
        denied = published.document(f"{state}/deny.json")
        if denied is None or content(denied) != content(source.deny):
            yield f"states/{state}/deny.json"
        for name, data in source.schemas.items():
            if published.target(f"{state}/schemas/{name}") != data:
                yield f"states/{state}/schemas/{name}"


def _struck(published: Published) -> Iterator[Object]:
    """Deny entries as published that nothing later in the published lists is about."""
    for state in sorted(role for role in published.roles if len(role) == 2):
        listing, deny = published.document(f"{state}/list.json"), published.document(f"{state}/deny.json")
        if listing and deny:
            yield from ({"state": state, **one} for one in denials.unanswered(State(listing, deny, {})).values())


def _role(duty: Duty, published: Published | None, keyring: FileKeyring, now: datetime) -> Object:
    expires = published.expiry(duty.role) if published else None
    return {
        "role": duty.role,
        "version": published.version_of(duty.role) if published else None,
        "expires": times.show(expires) if expires else None,
        "days_left": (expires - now).days if expires else None,
        "threshold": duty.threshold,
        "keys": len(duty.keys),
        "keys_here": sum(keyring.path(name).is_file() for name in duty.keys),
    }


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
