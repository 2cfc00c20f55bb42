"""The registry as the corridor asks it: one look-up for (key, issuer, type, moment), and how fresh it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

from defa_id import keys
from defa_id.codec import limits, strict_json
from defa_id.errors import Fault, RegistryRejected
from defa_id.keys import PublicKey
from defa_id.policy import ENVIRONMENTS
from defa_id.trust import signed
from defa_id.trust.records import DENY, Denial, ListedKey, Service, StateList, covers, known, read_denials, read_list
from defa_id.trust.seen import Seen
from defa_id.trust.signatures import Entitled
from defa_id.trust.signed import Opened
from defa_id.values import NamedTuple

BESIDE: Final = "beside the registry"
_STALE_DAYS: Final = 30  # registry design, freshness: beyond it no level may rest on it
_VALUES: Final = re.compile(rb'"value"[ \t\n\r]*:[ \t\n\r]*("[^"\\]*(?:\\.[^"\\]*)*")', re.DOTALL)
_LEEWAY: Final = timedelta(seconds=limits.LEEWAY_SECONDS)


class Freshness(NamedTuple):
    """How far a registry is past its time. `grade`: fresh, stale (at most 30 days past) or expired."""

    grade: str
    lag: timedelta
    clock_trusted: bool


class Registry:
    """A verified snapshot of the trust registry: a value; nothing in it changes.

    `anchor` says where the trust anchor came from: `pinned` by the user, `packaged` with this
    library, or `beside the registry`, which proves consistency and not origin.
    """

    def __init__(self, opened: Opened, *, now: datetime, anchor: str = "pinned", seen: Seen = Seen()) -> None:
        self._opened = opened
        self._now = max(now, seen.latest) if seen.latest else now
        self._wall = now
        self._remembered = seen.denied
        self._lists: dict[str, StateList] = {}
        self._denials: dict[str, tuple[Denial, ...]] = {}
        self._keys: dict[str, PublicKey] = {}
        self._targets: dict[str, bytes | None] = {}
        self._issuers: dict[str, tuple[Service, ...]] = {}
        self._named: dict[str, Mapping[str, list[Service]]] = {}
        self._certified: dict[Hashable, tuple[Service, ...]] = {}
        self._raw = {
            path[:2]: data
            for (role, path), data in opened.targets.items()
            if role == f"{path[:2]}-ops" and path == f"{path[:2]}/list.json"
        }
        self.anchor = anchor
        self.name = opened.registry
        self.environment = opened.environment
        self.version = opened.version
        self.sha256 = opened.sha256
        if self.environment not in ENVIRONMENTS:
            raise RegistryRejected("the root names no known environment", code="REG_ROOT")

    @classmethod
    def open(
        cls,
        files: signed.Files,
        anchor: bytes,
        *,
        now: datetime,
        origin: str = "pinned",
        seen: Callable[[str], Seen] = lambda _: Seen(),
    ) -> Registry:
        """The registry in `files`, as of the wall clock `now`. Raises `RegistryRejected`."""
        try:
            opened = signed.open_signed(files, anchor, seen, pinned=origin != BESIDE)
        except (KeyError, TypeError, AttributeError) as error:
            raise RegistryRejected(f"registry metadata cannot be read: {error!r}", code="REG_FORMAT") from None
        return cls(opened, now=now, anchor=origin, seen=seen(opened.registry))

    @property
    def freshness(self) -> str:
        """`fresh`, `stale` or `expired`: the registry as a whole."""
        return self.freshness_for().grade

    def freshness_for(self, *territories: str) -> Freshness:
        """How fresh what these states say is, by the wall clock and the latest time ever seen."""
        own = [signed.expiry_of(self._opened, territory) for territory in territories]
        lag = max(self._now - min([self._opened.expires, *own]), timedelta())
        grade = "fresh" if not lag else "stale" if lag <= timedelta(days=_STALE_DAYS) else "expired"
        issued = self._opened.issued
        return Freshness(grade, lag, issued is None or self._wall + _LEEWAY >= issued)

    @property
    def expiries(self) -> Mapping[str, datetime]:
        """When each role expires, by its name."""
        return {**self._opened.ends, **{name: role.expires for name, role in self._opened.roles.items()}}

    @property
    def issued(self) -> datetime | None:
        """When this version was published, as its publisher says."""
        return self._opened.issued

    def states(self) -> tuple[str, ...]:
        """The member states that have a list, sorted."""
        return tuple(sorted(self._raw))

    def state_list(self, territory: str) -> StateList:
        """What a state says about itself, its signatures verified. Raises `RegistryRejected`, `KeyError`."""
        if territory not in self._lists:
            path = f"{territory}/list.json"
            if territory not in self._raw:
                raise KeyError(territory)
            data = signed.entitled_target(self._opened, path)
            if data is None:
                raise RegistryRejected(f"nobody entitled signed {path}", code="REG_SIGNATURE")
            self._lists[territory] = read_list(_object(data, path), territory)
        return self._lists[territory]

    def denials(self, territory: str) -> tuple[Denial, ...]:
        """The emergency entries of a state, those remembered from earlier included, and which of them
        its list has answered with a later event."""
        if territory not in self._denials:
            path = f"{territory}/deny.json"
            data = signed.entitled_target(self._opened, path)
            if data is None and (f"{territory}-deny", path) in self._opened.targets:
                raise RegistryRejected(f"nobody entitled signed {path}", code="REG_SIGNATURE")
            current = read_denials(_object(data, path), territory) if data else ()
            held = {(denial.id, denial.effective) for denial in current}
            kept = tuple(
                denial
                for state, document in self._remembered
                if state == territory
                for denial in read_denials({"defa_id": DENY, "territory": territory, "denied": [document]}, territory)
                if (denial.id, denial.effective) not in held
            )
            self._denials[territory] = self.answered(territory, current + kept)
        return self._denials[territory]

    def answered(self, territory: str, denials: Sequence[Denial]) -> tuple[Denial, ...]:
        """The same entries, each with when the state's list answered it. A deny list only grows; an entry
        in it counts until the list mentions its id with an event that was recorded later."""
        services = self.state_list(territory).services if denials else ()
        return tuple(denial._replace(answered=_answer(denial, services)) for denial in denials)

    def services(self, issuer: str, known_at: datetime | None = None) -> tuple[Service, ...]:
        """Every authorisation of the issuer with this identifier, compared byte for byte.

        Raises `RegistryRejected` REG_ID_CONFLICT if two states list it.
        """
        found = self._issuers.get(issuer)
        if found is None:
            found = tuple(
                service
                for territory in self._naming.get(strict_json_text(issuer), ())
                for service in self._services_of(territory).get(issuer, ())
            )
            if len({service.state for service in found}) > 1:
                raise RegistryRejected("two states list one issuer identifier", code="REG_ID_CONFLICT")
            if found:  # strangers are not remembered: there is no end of them
                self._issuers[issuer] = found
        return tuple(
            service
            for service in known(found, known_at)
            if any(name.value == issuer for name in known(service.names, known_at))
        )

    def certified(self, known_at: datetime | None = None) -> Iterator[Service]:
        """Every authorisation that lists X.509 certificates. Raises `RegistryRejected` for a state whose
        list cannot be believed, after what all others list."""
        trouble: RegistryRejected | None = None
        for territory in self._mentioning("x509"):
            try:
                services = known(self.state_list(territory).services, known_at)
            except RegistryRejected as rejected:
                trouble = rejected
                continue
            yield from (service for service in services if service.certificates)
        if trouble is not None:
            raise trouble

    def of_certificate(self, asked: Hashable, find: Callable[[], tuple[Service, ...]]) -> tuple[Service, ...]:
        """What `find` finds for a chain of certificates, found once for this snapshot. Strangers are not
        remembered: there is no end of them."""
        found = self._certified.get(asked)
        if found is None:
            found = find()
            if found:
                if len(self._certified) >= limits.REMEMBERED_CHAINS:
                    self._certified.clear()
                self._certified[asked] = found
        return found

    def mentions(self, key_hint: str) -> bool:
        """Whether any state lists a key or identifier under this exact text."""
        return any(True for _ in self._mentioning(key_hint))

    def key(self, listed: ListedKey) -> PublicKey:
        """The key object of a listed key, made once for this snapshot. Raises `RegistryRejected` REG_ENTRY."""
        if listed.thumbprint not in self._keys:
            try:
                key = keys.from_jwk(listed.jwk)
            except Fault as fault:
                raise RegistryRejected(
                    f"a listed key cannot be used: {fault.code} {fault.why}", code="REG_ENTRY"
                ) from None
            if key.thumbprint != listed.thumbprint:
                raise RegistryRejected("a listed key is not the one its thumbprint names", code="REG_ENTRY")
            self._keys[listed.thumbprint] = key
        return self._keys[listed.thumbprint]

    def target(self, path: str) -> bytes | None:
        """A schema or vocabulary the registry carries, its signatures verified. Raises `RegistryRejected`."""
        if path not in self._targets:
            self._targets[path] = signed.entitled_target(self._opened, path)
        return self._targets[path]

    @cached_property
    def vocabulary(self) -> Mapping[str, Any]:
        """The shared vocabulary: types, purposes, reasons, levels, instruments."""
        data = self.target("vocabulary.json")
        return _object(data, "vocabulary.json") if data else {}

    def seen(self, before: Seen = Seen()) -> Seen:
        """What a client should remember of this registry from now on, having remembered `before`."""
        denied = {
            (territory, entry["id"], entry["effective"]): (territory, entry)
            for territory in self.states()
            for entry in self._struck(territory)
        }
        kept = tuple(item for item in self._remembered if (item[0], item[1]["id"], item[1]["effective"]) not in denied)
        latest = max(self._wall, self._now) if self.freshness_for().clock_trusted else self._opened.issued
        now = Seen(
            dict(self._opened.versions),
            self.sha256,
            latest,
            (*denied.values(), *kept),
            self._opened.signers,
            self._holders(),
            root_sha256=self._opened.root_sha256,
        )
        return now.merge(before.under(self._opened.online))

    def _holders(self) -> Mapping[str, str]:
        """By state, whose list it is. A state whose keys cannot be read is told when it is asked for."""
        held = dict(self._opened.holders)
        for territory in self.states():
            try:
                found = signed.holders_of(self._opened, territory)
            except RegistryRejected:
                continue
            if found is not None:
                held[territory] = found
        return held

    def delegations(self) -> Mapping[str, Entitled]:
        """Whose keys each state's roles are, and how many must sign. Raises `RegistryRejected`."""
        return signed.delegated(self._opened)

    def broken_handovers(self, territory: str) -> int:
        """How often, by what is on record, a state's own keys were replaced without the word of those before.
        Raises `RegistryRejected`."""
        return signed.broken_handovers(self._opened, territory)

    def _struck(self, territory: str) -> Sequence[Mapping[str, Any]]:
        """The entries of a state's deny list as signed; none, of a list that cannot be believed: that is
        told when the state is asked for, and must not keep the others from being remembered."""
        path = f"{territory}/deny.json"
        try:
            document = _object(self._opened.targets.get((f"{territory}-deny", path), b"{}"), path)
            entries: Sequence[Mapping[str, Any]] = document.get("denied", ())
            if entries and read_denials(document, territory) and signed.entitled_target(self._opened, path):
                return entries
        except RegistryRejected:
            pass
        return ()

    @cached_property
    def _naming(self) -> Mapping[bytes, tuple[str, ...]]:
        """By everything that stands as a value in a list, as JSON spells it, the states it stands in: what
        tells a stranger at once, and opens and verifies only the lists that a look-up needs."""
        found: dict[bytes, tuple[str, ...]] = {}
        for territory in self.states():
            for text in set(_VALUES.findall(self._raw[territory])):
                found[text] = (*found.get(text, ()), territory)
        return found

    def _services_of(self, territory: str) -> Mapping[str, list[Service]]:
        """A state's authorisations by the names of their issuers."""
        if territory not in self._named:
            named: dict[str, list[Service]] = {}
            for service in self.state_list(territory).services:
                for name in dict.fromkeys(name.value for name in service.names):
                    named.setdefault(name, []).append(service)
            self._named[territory] = named
        return self._named[territory]

    def _mentioning(self, text: str) -> Iterator[str]:
        """The states whose list holds this text."""
        needle = strict_json_text(text)
        return (territory for territory in sorted(self._raw) if needle in self._raw[territory])


def _answer(denial: Denial, services: Sequence[Service]) -> datetime | None:
    """When the first event after a denial was recorded for whom or what it strikes."""
    later = (
        event.recorded
        for service in services
        if any(name.value == denial.id for name in service.names)
        or any(key.thumbprint == denial.id for key in service.keys)
        for event in service.events
        if event.recorded > denial.recorded
    )
    return min(later, default=None)


def valid_key(listed: ListedKey, moment: datetime) -> bool:
    """Whether a listed key was valid at `moment`."""
    return covers(listed.valid_from, listed.valid_until, moment)


def strict_json_text(text: str) -> bytes:
    """A text as canonical JSON spells it."""
    import json

    return json.dumps(text, ensure_ascii=False).encode("utf-8", "surrogatepass")


def _object(data: bytes, what: str) -> Mapping[str, Any]:
    try:
        return strict_json.load_object(data, nodes=limits.REGISTRY_NODES)
    except Fault as fault:
        raise RegistryRejected(f"{what} cannot be read: {fault.code} {fault.why}", code="REG_FORMAT") from None
