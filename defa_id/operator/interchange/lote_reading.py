"""ETSI TS 119 602 JSON read into drafts of this registry's entities: nothing in them is more than was said.

A list that carries this project's extension comes back as it was written, as far as `losses.TABLE` says;
both forms have to say the same. Of any other list the names, certificates, keys and standing come, and
with them no format, type or level, which the standard does not tell: such a service has no interface until
an operator has found out and written down what it issues.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from defa_id.codec import times
from defa_id.codec.text import printable
from defa_id.errors import ChangeRefused, Fault, RegistryRejected
from defa_id.operator import admission, timeline
from defa_id.operator.interchange import lote
from defa_id.operator.interchange.lote import EXTENSION, SERVICE, STATUS, Object
from defa_id.operator.tree import algorithms_of
from defa_id.values import NamedTuple

_STATUSES: Final = frozenset({"proposed", "granted", "suspended", "withdrawn", "ceased", "superseded"})
# Ends of the status URIs of ETSI TS 119 612 §5.5.4 and of this project; whatever else is said authorises nobody.
_ENDED_REASON: Final = "administrative"
_KINDS: Final = {"issuance": "issuance", "status": "status", "revocation": "status"}


class Read(NamedTuple):
    """What a list says; `operators` are the names of its operator, `about` what the extension says of it as a
    whole. `entities` are drafts in the form of schemas/state-list.schema.json; `notes` say what was left out
    or could not be told, `unreadable` counts the certificates and keys among it."""

    territory: str
    kind: str
    operators: list[str]
    sequence: int
    issued: datetime
    next_update: datetime
    about: Object
    entities: list[Object]
    notes: list[str]
    unreadable: int


def read(document: Mapping[str, Any], recorded: str) -> Read:
    """A LoTE document (the content of its signature), recorded as of the moment `recorded` (RFC 3339).

    Raises `RegistryRejected` REG_FORMAT for one that is not of the standard, or contradicts itself.
    """
    try:
        return _Reading(recorded).read(document)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError) as error:
        raise RegistryRejected(
            f"this is not a list of ETSI TS 119 602: {type(error).__name__} {printable(str(error))}", code="REG_FORMAT"
        ) from None
    except Fault as fault:
        raise RegistryRejected(f"this list cannot be read: {fault.code} {fault.why}", code="REG_FORMAT") from None


class _Reading:
    """One list being read; notes and counts as it goes."""

    def __init__(self, recorded: str) -> None:
        self.recorded = recorded
        self.notes: list[str] = []
        self.unreadable = 0
        self.services = 0

    def read(self, document: Mapping[str, Any]) -> Read:
        body = document.get("LoTE", document)  # the schema's wrapper; lists are published with and without it
        scheme = body["ListAndSchemeInformation"]
        if scheme["LoTEVersionIdentifier"] != lote.VERSION:
            raise RegistryRejected("the list is of another version of the standard", code="REG_FORMAT")
        territory, sequence = scheme.get("SchemeTerritory", ""), scheme["LoTESequenceNumber"]
        if type(sequence) is not int or sequence < 1:
            raise RegistryRejected("the list has no sequence number", code="REG_FORMAT")
        if not (isinstance(territory, str) and len(territory) == 2 and territory.isalpha() and territory.isupper()):
            raise RegistryRejected("the list names no territory of two letters", code="REG_FORMAT")
        self.territory = territory
        self.issued = times.parse(scheme["ListIssueDateTime"], "ListIssueDateTime")
        if scheme["NextUpdate"] is None:  # TS 119 602 §6.3.15
            raise RegistryRejected("the list is closed: nobody keeps it any more", code="REG_EXPIRED")
        next_update = times.parse(scheme["NextUpdate"], "NextUpdate")
        if scheme.get("PointersToOtherLoTE"):
            self.notes.append("pointers to other lists are not followed: import each by itself, with its own signer")
        entities = [self._entity(entity) for entity in body.get("TrustedEntitiesList", ())]
        operators = [name["value"] for name in _names(scheme["SchemeOperatorName"])]
        return Read(
            territory,
            str(scheme.get("LoTEType", "")),
            operators,
            sequence,
            self.issued,
            next_update,
            self._extension(scheme.get("SchemeExtensions", ()), "the list"),
            [entity for entity in entities if entity["services"]],
            self.notes,
            self.unreadable,
        )

    def _entity(self, entity: Object) -> Object:
        information = entity["TrustedEntityInformation"]
        where = printable(_names(information["TEName"])[0]["value"])
        ours = self._extension(information.get("TEInformationExtensions", ()), where)
        names = _same_names(_names(information["TEName"]), ours)
        uris = [one["uriValue"] for one in information["TEInformationURI"]]
        numbers = [{"scheme": "TETradeName", "value": one["value"]} for one in information.get("TETradeName", ())]
        about = (
            {name: value for name, value in ours.items() if name != "names"}
            if ours
            else {"entity_id": _entity_id(uris), "kind": "other", **({"legal_ids": numbers} if numbers else {})}
        )
        if ours and about["entity_id"] not in uris:
            raise _contradiction(printable(str(about["entity_id"])), "it is called otherwise in its extension")
        draft = {**about, "names": names, "recorded": self.recorded, "services": []}
        for service in entity["TrustedEntityServices"]:
            made = self._service(draft, service)
            if made is not None:
                draft["services"].append(made)
        return draft

    def _service(self, entity: Object, service: Object) -> Object | None:
        information = service["ServiceInformation"]
        identity = information["ServiceDigitalIdentity"]
        where = f"{printable(entity['entity_id'])}, {printable(str(information.get('ServiceTypeIdentifier')))}"
        ours = self._extension(information.get("ServiceInformationExtensions", ()), where)
        for past in service.get("ServiceHistory", ()):
            self._extension(past.get("ServiceInformationExtensions", ()), where)
        held = {lote.identity(one): one for one in self._identifiers(identity, where)}
        return self._ours(ours, information, held, where) if ours else self._theirs(information, service, held, where)

    def _ours(self, ours: Object, information: Object, held: dict[str, Object], where: str) -> Object:
        """A service this project wrote: its extension made whole by the standard's members. They may not differ."""
        identifiers = [self._whole(one, held) for one in ours["identifiers"]]
        if unnamed := held.keys() - {lote.identity(one) for one in identifiers}:
            raise _contradiction(where, f"{printable(min(unnamed))} is in one form and not the other")
        said = str(information.get("ServiceStatus", "")).removeprefix(STATUS)
        since = times.parse(information["StatusStartingTime"])
        events = [(event["status"], times.parse(event["effective"])) for event in ours["status_events"]]
        if (said, since) not in events and said != "proposed" and not ours.get("denied"):
            raise _contradiction(where, "its status is another in its extension")
        for entry in ours.get("denied", ()):
            self.notes.append(f"{where}: {printable(str(entry.get('id')))} was struck by break-glass at its source")
        about = {name: value for name, value in ours.items() if name not in ("identifiers", "status_events", "denied")}
        return {
            **about,
            "assurance": self._recorded(ours["assurance"]),
            "identifiers": self._recorded(identifiers),
            "status_events": self._recorded(ours["status_events"]),
            "recorded": self.recorded,
        }

    def _theirs(self, information: Object, service: Object, held: dict[str, Object], where: str) -> Object | None:
        """A service of any other list: who and since when, and nothing about what."""
        kind = _KINDS.get(str(information.get("ServiceTypeIdentifier", "")).rpartition("/")[2].lower())
        if kind is None:
            self.notes.append(f"{where}: left out, because it neither issues nor answers for a status")
            return None
        if not held:
            self.notes.append(f"{where}: left out, because nothing that identifies it could be read")
            return None
        self.services += 1
        since = times.show(_since(information, self.issued))
        public = [admitted.public for one in held.values() if (admitted := admission.listed_key(one)) is not None]
        return {
            "service_id": f"{self.territory}-{self.services:04}",
            "type": kind,
            "interface": "none",
            "identifiers": [{**one, "valid_from": since, "recorded": self.recorded} for one in held.values()],
            "formats": [],
            "credentials": [],
            "algorithms": _distinct(algorithms_of(key, times.show(self.issued)) for key in public),
            "status_lists": [],
            "status_required": False,
            "assurance": [],
            "scope": {"subjects": ["natural", "legal"], "purposes": [], "sectors": []},
            "status_events": self._events(information, service, where),
            "recorded": self.recorded,
        }

    def _events(self, information: Object, service: Object, where: str) -> list[Object]:
        said = [*reversed(service.get("ServiceHistory", ())), information]
        events = []
        for one in said:
            status = _status(one.get("ServiceStatus"))
            if status is None:
                self.notes.append(f"{where}: status {printable(str(one['ServiceStatus']))} authorises nobody here")
                status = "proposed"
            ended = {} if status in ("granted", "proposed") else {"reason": _ENDED_REASON}
            effective = times.show(_since(one, self.issued))
            events.append({"status": status, "effective": effective, "recorded": self.recorded, **ended})
        return timeline.in_order(events)

    def _identifiers(self, identity: Object, where: str) -> Iterable[Object]:
        """What ServiceDigitalIdentity holds, each held to the rules of admission; the rest is noted and left out."""
        for one in identity.get("X509Certificates", ()):
            yield from self._admitted(lambda one=one: admission.from_certificate(_pem(one)), where)  # type: ignore[misc]
        for jwk in identity.get("PublicKeyValues", ()):
            yield from self._admitted(lambda jwk=jwk: admission.from_jwk(jwk), where)  # type: ignore[misc]
        for value in identity.get("OtherIds", ()):
            if not str(value).startswith(SERVICE):
                yield from self._named(value, where)
        for member in ("X509SubjectNames", "X509SKIs"):
            if identity.get(member):
                self.notes.append(f"{where}: {member} left out; a name or a shortened key identifies nobody")

    def _named(self, value: object, where: str) -> Iterable[Object]:
        try:
            yield {"kind": admission.identifier_kind(_required_text(value)), "value": value}
        except (ChangeRefused, TypeError):
            self.notes.append(f"{where}: {printable(str(value))} is no issuer's identifier here")

    def _admitted(self, read: Callable[[], admission.Admitted], where: str) -> Iterable[Object]:
        try:
            yield read().identifier
        except Fault as fault:
            self._cannot(f"{where}: a certificate or key is left out, {fault.code} {fault.why}".rstrip())
        except (ChangeRefused, binascii.Error, KeyError, TypeError, AttributeError, ValueError):
            self._cannot(f"{where}: a certificate or key is left out, it cannot be read")

    def _extension(self, extensions: Iterable[Any], where: str) -> Object:
        """This project's part among extensions, {} if there is none. Raises `RegistryRejected` for a critical
        one that nobody knows here (TS 119 602 §6.3.17, §6.6.9)."""
        found: list[Object] = []
        for one in extensions:
            others = {name: value for name, value in one.items() if name != EXTENSION} if isinstance(one, dict) else one
            if _critical(others):
                raise RegistryRejected(
                    f"the list holds an extension that must be understood, and is not: in {where}", code="REG_FORMAT"
                )
            found += [one[EXTENSION]] if isinstance(one, dict) and EXTENSION in one else []
        return dict(found[0]) if found else {}

    def _cannot(self, why: str) -> None:
        self.unreadable += 1
        self.notes.append(why)

    def _whole(self, identifier: Object, held: Mapping[str, Object]) -> Object:
        """An identifier of the extension with its key: its own, or that of the standard's members."""
        standard = held.get(lote.identity(identifier), {})
        whole = {**standard, **identifier}
        if whole["kind"] in ("jwk", "x509") and (fault := _mismatch(whole)):
            raise _contradiction(printable(lote.identity(identifier)), fault)
        return whole

    def _recorded(self, records: Iterable[Object]) -> list[Object]:
        return [{**record, "recorded": self.recorded} for record in records]


def _required_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _contradiction(where: str, why: str) -> RegistryRejected:
    return RegistryRejected(f"the list contradicts itself: {where}: {why}", code="REG_FORMAT")


def _mismatch(identifier: Object) -> str:
    """Why a key is not the one its own name says; empty if it is."""
    try:
        admission.listed_key(identifier)
    except Fault as fault:
        return f"{fault.code} {fault.why}".rstrip()
    except KeyError as missing:
        return f"{missing} is nowhere"
    return ""


def _critical(extension: Any) -> bool:
    """Whether an extension says, at any depth, that whoever does not know it must not go on."""
    if isinstance(extension, list):
        return any(_critical(one) for one in extension)
    if not isinstance(extension, dict):
        return False
    return any((name.lower() == "critical" and value is True) or _critical(value) for name, value in extension.items())


def _names(labels: Iterable[Object]) -> list[Object]:
    names = [{"lang": str(label["lang"]), "value": str(label["value"])} for label in labels]
    if not names:
        raise KeyError("a name")
    return names


def _same_names(names: list[Object], ours: Object) -> list[Object]:
    if "names" not in ours:
        return names
    if [{"lang": label["lang"], "value": label["value"]} for label in ours["names"]] != names:
        raise _contradiction(printable(names[0]["value"]), "it is named otherwise in its extension")
    return list(ours["names"])


def _entity_id(uris: list[str]) -> str:
    """The first address that can name an entity here."""
    for uri in uris:
        try:
            admission.identifier_kind(uri)
        except ChangeRefused:
            continue
        return uri
    return f"urn:defa-id:imported:{uris[0]}"


def _status(uri: object) -> str | None:
    """A status by the end of its URI; a list without statuses lists what is granted."""
    if uri is None:
        return "granted"
    end = str(uri).rpartition("/")[2].rpartition(":")[2].lower()
    return end if end in _STATUSES else None


def _since(information: Object, issued: datetime) -> datetime:
    return times.parse(information["StatusStartingTime"]) if "StatusStartingTime" in information else issued


def _pem(certificate: Object) -> bytes:
    return admission.pem(base64.b64decode(certificate["val"], validate=True)).encode()


def _distinct(found: Iterable[list[Object]]) -> list[Object]:
    return list({one["alg"]: one for algorithms in found for one in algorithms}.values())
