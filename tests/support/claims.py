"""Claims that fit a definition, made up by Hypothesis: all shapes, all bounds, any script."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from defa_id.types import images, shipped
from defa_id.types.definition import Field, Shape

# Letters of the region's scripts, Latin with what it carries, and what makes trouble beside them.
_LETTERS: Final = "AZaz 09-'.,@/ñÑéễộĐ陈示例สมชายທ້າວဒေါ်ស្រីعبدتமிழ்"
TEXT: Final = st.text(st.sampled_from(_LETTERS), min_size=1, max_size=12)
_DAYS: Final = st.dates(date(1800, 1, 1), date(2099, 12, 31)).map(date.isoformat)
_MAGIC: Final = {"jpeg": b"\xff\xd8\xff", "png": b"\x89PNG", "webp": b"RIFF", "jp2": b"\x00\x00\x00\x0cjP"}

_IMAGES: Final = st.builds(
    lambda kind, body: f"data:image/{kind};base64,{base64.b64encode(_MAGIC[kind] + body).decode()}",
    st.sampled_from(sorted(_MAGIC)),
    st.binary(max_size=20),
)
_KNOWN: Final[Mapping[str, SearchStrategy[Any]]] = {
    "date": _DAYS,
    "country": st.sampled_from(["BN", "ID", "KH", "MM", "QS", "SG", "TL", "VN"]),
    "language": st.sampled_from(["en", "id", "km", "my", "th-Latn", "und", "zh-Hans"]),
    "script": st.sampled_from(["Hans", "Khmr", "Latn", "Mymr", "Thai", "Zyyy"]),
    "partialDate": st.tuples(_DAYS, st.sampled_from([4, 7, 10])).map(lambda made: made[0][: made[1]]),
}


@cache
def claims(family: str) -> SearchStrategy[dict[str, Any]]:
    """What a credential of this family may say about its subject."""
    return values(shipped.family(family).shape)


@cache
def documents(standard: str) -> SearchStrategy[dict[str, Any]]:
    """Documents of another standard, as far as it is described here; a holder may withhold any member."""
    described = shipped.standard(standard)
    made = _with(described.shape._replace(fields=tuple(one._replace(required=False) for one in described.shape.fields)))
    if described.form != "mdoc":
        return made
    return made.map(lambda held: {"docType": described.doctype, "namespaces": {described.namespace: _shown(held)}})


def _shown(elements: dict[str, Any]) -> dict[str, Any]:
    """Elements as an mdoc's claims show them."""
    return {name: images.to_shown(one) if name == "portrait" else one for name, one in elements.items()}


def values(shape: Shape) -> SearchStrategy[Any]:
    """Values of this shape."""
    if shape.name in _KNOWN:
        return _KNOWN[str(shape.name)]
    if shape.kind == "object":
        return _objects(shape)
    if shape.kind == "boolean":
        return st.booleans()
    if shape.kind == "one_of":
        return st.sampled_from(shape.rule["enum"])
    if shape.kind == "integer":
        return st.integers(shape.rule["minimum"], shape.rule["maximum"])
    if shape.kind == "number":
        return st.integers(0, 10**6) | st.integers(0, 10**6).map(lambda whole: whole / 100)
    if shape.cbor == "bstr":
        jpeg = "image/jpeg;" in shape.rule["pattern"]
        return _IMAGES.filter(lambda image: image.startswith("data:image/jpeg;")) if jpeg else _IMAGES
    if shape.rule.get("format") == "date-time":
        return st.builds("{}T{:02}:00:00Z".format, _DAYS, st.sampled_from([0, 0, 12]))
    if shape.rule.get("format") == "uri":
        return st.sampled_from(["https://issuer.example/a", "urn:uuid:5b6d2c1e-0c1a-4a52-9a53-0c0f7a1c9e11"])
    if "pattern" in shape.rule:
        return st.from_regex(shape.rule["pattern"].replace("$", r"\Z"), alphabet=st.characters(codec="ascii"))
    return TEXT.map(lambda text: text[: shape.rule.get("maxLength", 1000)])


def _objects(shape: Shape) -> SearchStrategy[dict[str, Any]]:
    if shape.some:
        return st.one_of([_with(shape, one) for one in shape.some])
    return _with(shape)


def _with(shape: Shape, *wanted: str) -> SearchStrategy[dict[str, Any]]:
    """An object with what it requires, and the `wanted` members."""
    plain = [field for field in shape.fields if not field.numbered]
    required = [field for field in plain if field.required or field.name in wanted]
    made = st.fixed_dictionaries(
        {field.name: _member(field) for field in required},
        optional={field.name: _member(field) for field in plain if field not in required},
    )
    for field in shape.fields:
        if field.numbered:
            some = st.dictionaries(st.sampled_from(field.names), _member(field), min_size=field.required, max_size=4)
            made = st.builds(lambda one, other: {**one, **other}, made, some)
    return made


def _member(field: Field) -> SearchStrategy[Any]:
    if field.many is None:
        return values(field.shape)
    fewest, most = field.many
    return st.lists(values(field.shape), min_size=fewest, max_size=min(most, fewest + 2))
