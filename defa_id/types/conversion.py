"""From a family of ours to another standard and back, with everything that does not come along named.

What is not named as lost comes back as it went. Members that belong to the envelope of a credential
(issuer, dates of the credential, status, holder key) are no claims and are left to who issues it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from defa_id.codec.text import printable
from defa_id.errors import WrongUse
from defa_id.types import paths, rules, shipped
from defa_id.types.definition import Definition, Row, Standard
from defa_id.types.fitting import misfit, missing
from defa_id.values import NamedTuple

Object = dict[str, Any]

# Members of an envelope, by the form of the standard.
_ENVELOPES: Final[Mapping[str, frozenset[str]]] = {
    "sd-jwt-vc": frozenset({"vct", "iss", "sub", "iat", "nbf", "exp", "cnf", "status", "vct#integrity", "jti"}),
    "vc": frozenset(
        {"@context", "id", "type", "name", "issuer", "issuanceDate", "expirationDate", "validFrom", "validUntil"}
        | {"credentialSchema", "credentialStatus", "evidence", "image", "proof", "refreshService", "termsOfUse"}
    ),
    "acdc": frozenset({"v", "d", "u", "i", "ri", "s", "dt", "e", "r"}),
    "mdoc": frozenset(),
    "cwt": frozenset(),
    "philsys": frozenset({"alg", "signature"}),
}


class Lost(NamedTuple):
    """A part of the source that the target does not hold, by its path, and why. Never its value."""

    path: str
    why: str


class Conversion(NamedTuple):
    """What became of it: the claims there, what was lost, what is required there and missing, and notes."""

    claims: Object
    lost: tuple[Lost, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]


def convert(claims: Mapping[str, Any], *, source: str, target: str) -> Conversion:
    """Claims of `source` as claims of `target`: one is a family of ours, the other a standard.

    `claims` of a family are what is said about the subject; of a standard the document as it stands there,
    an mdoc as its claims. Raises `WrongUse` for names that are not known, for two of a kind, for a pair
    without a crosswalk, and for a document of another type.
    """
    standards = shipped.standards()
    if source in standards and target not in standards:
        return to_family(claims, shipped.standard(source), shipped.family(target))
    if target in standards:
        return to_standard(claims, shipped.family(source), shipped.standard(target))
    shipped.family(source)
    raise WrongUse(
        f"neither {printable(source)} nor {printable(target)} is a standard",
        hint=f"Convert between a credential type of ours and one of {', '.join(convertible())}.",
    )


def convertible() -> list[str]:
    """The standards whose documents can be read and written."""
    return [one.name for one in shipped.standards().values() if one.shape.fields]


def to_standard(claims: Mapping[str, Any], family: Definition, standard: Standard) -> Conversion:
    """A family's claims in another standard's words. Raises as `convert`."""
    rows = crosswalk(family, standard)
    made: Object = {}
    lost: list[Lost] = []
    notes: list[str] = []
    for row in rows:
        value = paths.find(claims, row.ours)
        if value is paths.ABSENT:
            continue
        out = rules.rule(row.rule).out(value, row.given)
        lost += [Lost(row.ours + part, why) for part, why in out.lost]
        notes += out.notes
        for place, one, parts in zip(row.theirs, out.values, _padded(out.of, len(out.values)), strict=True):
            why = "" if one is None else misfit(standard.shape, place, one)
            if why:
                lost += [Lost(row.ours + part, why) for part in parts]
            elif one is not None:
                paths.put(made, place, one)
                lost += [Lost(row.ours + part, _ambiguous(standard)) for part in parts if _is_ambiguous(one, standard)]
    lost += _uncovered(claims, [row.ours for row in rows], f"{standard.title} has no place for it")
    for place, constant in standard.constant.items():
        if "." not in place or paths.find(made, place.rpartition(".")[0]) is not paths.ABSENT:
            paths.put(made, place, constant)
    return Conversion(_enveloped(made, standard), tuple(lost), tuple(missing(standard.shape, made)), tuple(notes))


def to_family(document: Mapping[str, Any], standard: Standard, family: Definition) -> Conversion:
    """Another standard's document as a family's claims. Raises as `convert`."""
    rows = crosswalk(family, standard)
    theirs, lost = _opened(document, standard)
    made: Object = {}
    notes: list[str] = []
    for row in rows:
        found = [paths.find(theirs, place) for place in row.theirs]
        lost += [Lost(place, "it is empty") for place, one in zip(row.theirs, found, strict=True) if one == ""]
        open_ = [_is_ambiguous(one, standard) for one in found]
        lost += [Lost(place, _ambiguous(standard)) for place, one in zip(row.theirs, open_, strict=True) if one]
        values = tuple(None if at or one in (paths.ABSENT, "") else one for at, one in zip(open_, found, strict=True))
        if not any(value is not None for value in values):
            continue
        back = rules.rule(row.rule).back(values, row.given)
        lost += [Lost(row.theirs[at], why) for at, why in back.lost]
        notes += back.notes
        why = "" if back.value is None else misfit(family.shape, row.ours, back.value)
        if why:
            lost += [Lost(place, why) for place, one in zip(row.theirs, values, strict=True) if one is not None]
        elif back.value is not None:
            paths.put(made, row.ours, back.value)
    covered = [place for row in rows for place in row.theirs]
    lost += _uncovered(theirs, [*covered, *standard.constant], f"{family.title} has no place for it")
    return Conversion(made, tuple(lost), tuple(missing(family.shape, made)), tuple(notes))


def crosswalk(family: Definition, standard: Standard) -> list[Row]:
    """The rows between a family and a standard, numbered fields one by one.

    Raises `WrongUse` if there are none, or only names.
    """
    rows = family.crosswalks.get(standard.name)
    if not rows or not standard.shape.fields:
        known = [name for name in family.crosswalks if name in convertible()]
        raise WrongUse(
            f"there is no way between {family.name} and {standard.name}",
            hint=f"{family.title} goes to and from {', '.join(known) or 'no standard yet'}.",
        )
    return [one for row in rows for one in _numbered(row)]


def _numbered(row: Row) -> Iterator[Row]:
    if not row.ours.endswith("_NN"):
        yield row
        return
    for number in range(100):
        yield row._replace(
            ours=f"{row.ours[:-2]}{number:02}", theirs=tuple(f"{one[:-2]}{number:02}" for one in row.theirs)
        )


def _is_ambiguous(value: Any, standard: Standard) -> bool:
    return isinstance(value, str) and not set(standard.ambiguous).isdisjoint(value)


def _ambiguous(standard: Standard) -> str:
    return f"a letter in it may be any of {' '.join(standard.ambiguous)}"


def _padded(of: tuple[tuple[str, ...], ...], length: int) -> tuple[tuple[str, ...], ...]:
    return of if len(of) == length else ((),) * length


def _uncovered(document: Mapping[str, Any], covered: Iterable[str], why: str) -> list[Lost]:
    known = list(covered)
    return [Lost(place, why) for place in paths.leaves(document) if not any(paths.within(place, one) for one in known)]


def _enveloped(made: Object, standard: Standard) -> Object:
    if standard.form != "mdoc":
        return made
    return {"docType": standard.doctype, "namespaces": {standard.namespace: made}}


def _opened(document: Mapping[str, Any], standard: Standard) -> tuple[Mapping[str, Any], list[Lost]]:
    """The claims in a standard's document, and what lies beside them."""
    if standard.form == "mdoc":
        spaces = document.get("namespaces")
        if document.get("docType") != standard.doctype or not isinstance(spaces, dict):
            raise WrongUse(
                f"this is not the claims of an mdoc of type {standard.doctype}",
                hint='They are {"docType": …, "namespaces": {NAMESPACE: {ELEMENT: VALUE}}}.',
            )
        others = {name: elements for name, elements in spaces.items() if name != standard.namespace}
        beside = [Lost(place, "another namespace") for place in paths.leaves(others)] if others else []
        return spaces.get(standard.namespace, {}), beside
    envelope = _ENVELOPES[standard.form]
    return {name: value for name, value in document.items() if name not in envelope}, []
