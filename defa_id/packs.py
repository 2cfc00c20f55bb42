"""What is known about a member state, as a value: facts with source, date and confidence, stated by nobody but us."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Self

from defa_id.errors import PackInvalid
from defa_id.values import NamedTuple

CONFIDENCES: Final[Mapping[str, str]] = {
    "V": "read in the source named",
    "V2": "secondary, from a vendor, or a single source",
    "G": "general knowledge, unchecked",
    "U": "unknown, or sources disagree",
}
# From no way in to one that needs nobody: what a verifier abroad can do with a scheme.
INTERFACES: Final[Mapping[str, str]] = {
    "none": "no way in for a verifier abroad was found",
    "issuer-app-only": "only the issuer's own app or portal checks it",
    "online-issuer": "online, where the issuer admits the verifier",
    "offline": "offline, by its signature",
}
_SOURCED: Final = ("source", "confidence", "as_of")


class Sourced(NamedTuple):
    """Any object of a pack that is a fact, at its place (`numbers/formats/0`), with where it comes from.

    `confidence` is one of `CONFIDENCES`; `as_of` the year and month in which it was looked up.
    """

    place: str
    content: Mapping[str, Any]
    source: str
    confidence: str
    as_of: str


class CountryPack(NamedTuple):
    """One state's pack (`schemas/country-pack.schema.json`) and the schemes of its list.

    Made by `from_documents`; read from the package by `defa_id.files.country_pack`.
    """

    territory: str
    name: str
    document: Mapping[str, Any]
    schemes: tuple[Mapping[str, Any], ...]

    @classmethod
    def from_documents(cls, document: Mapping[str, Any], listing: Mapping[str, Any]) -> Self:
        """The pack of a document and of the state's own list, from which its schemes come.

        Raises `PackInvalid` if a member is missing or a fact lacks source, date or confidence.
        """
        try:
            territory = document["territory"]
            name = next(label["value"] for label in document["names"] if label["lang"] == "en")
            schemes = tuple(listing["state"]["schemes"])
            same = listing["territory"] == territory
        except (KeyError, TypeError, StopIteration):
            raise PackInvalid("a country pack lacks a member", hint="See schemas/country-pack.schema.json.") from None
        if not same:
            raise PackInvalid("a country pack and a list speak of two states", hint="Give those of one state.")
        pack = cls(territory, name, document, schemes)
        list(pack.facts())  # each is held to its source as it is met
        return pack

    @property
    def interface(self) -> str:
        """The best way in for a verifier abroad that any scheme of the state has; one of `INTERFACES`."""
        offered = {scheme.get("interface") for scheme in self.schemes}
        return next((name for name in reversed(list(INTERFACES)) if name in offered), "none")

    def facts(self) -> Iterator[Sourced]:
        """Every fact of the pack and of its schemes. Raises `PackInvalid` at one without its source."""
        for member, value in self.document.items():
            yield from _facts(value, member)
        yield from _facts(list(self.schemes), "schemes")

    def to_dict(self) -> dict[str, Any]:
        """The JSON form: the document and, under `schemes`, what the state's list says of them."""
        return {**self.document, "schemes": list(self.schemes)}


def _facts(value: Any, place: str) -> Iterator[Sourced]:
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _facts(item, f"{place}/{number}")
    elif isinstance(value, Mapping):
        groups = {name: item for name, item in value.items() if isinstance(item, list | Mapping)}
        content = {name: item for name, item in value.items() if name not in _SOURCED}
        if set(content) - {"facts", "formats", "frameworks", "laws"}:
            yield _sourced(value, place, content)
        for name, item in groups.items():
            yield from _facts(item, f"{place}/{name}")


def _sourced(value: Mapping[str, Any], place: str, content: Mapping[str, Any]) -> Sourced:
    source, confidence, as_of = (value.get(name) for name in _SOURCED)
    if not isinstance(source, str) or not source or confidence not in CONFIDENCES or not isinstance(as_of, str):
        raise PackInvalid(f"the fact at {place} lacks its source", hint="Give source, confidence and as_of.")
    return Sourced(place, content, source, str(confidence), as_of)
