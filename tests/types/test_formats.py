"""One set of claims in every format: each generated schema takes it, and it comes out as it went in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from defa_id import contexts
from defa_id.codec import cbor
from defa_id.credential import Reading
from defa_id.errors import WrongUse
from defa_id.formats import cwt as tokens
from defa_id.issue import cwt as minting
from defa_id.issue import signing
from defa_id.types import cwt, images, json_ld, json_schema, mdoc, shipped
from defa_id.types.definition import Definition, Field, Shape
from tests.support.claims import claims

PROJECT: Final = Path(__file__).resolve().parents[2]
FAMILIES: Final = tuple(shipped.load(PROJECT).families.values())
EACH_FAMILY = pytest.mark.parametrize("name", [one.name for one in FAMILIES])
BOOLEAN: Final = Shape("boolean")
FEWER = settings(max_examples=25)
KEY: Final = signing.generate()
NOW: Final = datetime(2026, 11, 24, tzinfo=UTC)

Object = dict[str, Any]


def validator(family: Definition, format: str) -> Draft202012Validator:
    return Draft202012Validator(json_schema.SCHEMAS[format](family), validate_formats=True)


def documents(family: Definition, said: Object) -> dict[str, Object]:
    """The same claims as each schema sees them."""
    return {
        "vc": {"type": ["VerifiableCredential", family.vc], "credentialSubject": said},
        "sd-jwt-vc": {"vct": family.vct, "iat": 1, **said},
        "mdoc": mdoc.to_namespaces(family, said),
        "cwt": cwt.to_shown(family.shape, said),
    }


@EACH_FAMILY
@FEWER
@given(st.data())
def test_claims_that_fit_the_definition_fit_every_schema(name: str, data: st.DataObject) -> None:
    family = shipped.family(name)
    said = data.draw(claims(name))
    for format, document in documents(family, said).items():
        validator(family, format).validate(document)


@EACH_FAMILY
@FEWER
@given(st.data())
def test_what_a_holder_withholds_is_missed_by_the_document_alone(name: str, data: st.DataObject) -> None:
    family = shipped.family(name)
    said = data.draw(claims(name))
    withheld = data.draw(st.sampled_from([field for field in family.fields if field.required]))
    shown = {name: value for name, value in said.items() if not withheld.takes(name)}
    accepted = {
        format for format, document in documents(family, shown).items() if validator(family, format).is_valid(document)
    }
    assert accepted == {"sd-jwt-vc", "mdoc"}


@EACH_FAMILY
@FEWER
@given(st.data())
def test_claims_come_out_of_an_mdoc_and_a_cwt_as_they_went_in(name: str, data: st.DataObject) -> None:
    family = shipped.family(name)
    said = data.draw(claims(name))
    assert mdoc.from_namespaces(family, mdoc.to_namespaces(family, said)) == said
    packed = cwt.to_map(family.shape, said)
    assert cwt.from_map(family.shape, cbor2.loads(cbor2.dumps(packed))) == said


@EACH_FAMILY
@FEWER
@given(st.data())
def test_a_verifier_reads_a_token_as_its_schema_has_it(name: str, data: st.DataObject) -> None:
    family = shipped.family(name)
    said = data.draw(claims(name))
    shown = cwt.to_shown(family.shape, said)
    token = minting.mint(
        KEY,
        issuer="https://issuer.example",
        type=family.cwt.kind,
        claims=dict[Any, Any](cwt.to_map(family.shape, said)),
        issued=NOW,
        expires=NOW + timedelta(days=1),
    )
    credential = tokens.model(tokens.read(token.encode(), Reading()))
    assert (credential.types, credential.subject) == ((family.cwt.kind,), shown)
    validator(family, "cwt").validate(credential.claims)


@pytest.mark.parametrize("wrong", [5, "text", [], [5], {"parts": 5}, None])
def test_claims_of_no_form_are_left_to_the_schema(wrong: Any) -> None:
    family = shipped.family("person-identity")
    fields = ("name", "nationality", "birth_place", "portrait", "sex")
    shown = cwt.to_shown(family.shape, dict.fromkeys(fields, wrong))
    assert list(shown) == list(fields)
    assert not validator(family, "cwt").is_valid(shown)


def test_what_a_family_does_not_know_stays_out() -> None:
    family = shipped.family("person-identity")
    said = {"document_number": "D1", "shoe_size": 42}
    assert mdoc.to_namespaces(family, said)["namespaces"] == {family.doctype: {"document_number": "D1"}}
    document = {"docType": family.doctype, "namespaces": {family.doctype: said, "other": {"document_number": "D2"}}}
    assert mdoc.from_namespaces(family, document) == {"document_number": "D1"}
    assert cwt.to_map(family.shape, said) == {8: "D1"}
    assert cwt.to_shown(family.shape, said) == {"document_number": "D1"}
    assert cwt.from_map(family.shape, {8: "D1", 4711: 42}) == {"document_number": "D1"}


def in_cbor(shape: Shape, value: Any) -> Any:
    """A value as an mdoc holds it in CBOR."""
    if shape.kind == "object":
        fields = {name: shape.field(name) for name in value}
        return {name: in_cbor_list(field, value[name]) for name, field in fields.items() if field}
    if shape.cbor in ("full-date", "tdate"):
        return cbor2.CBORTag(1004 if shape.cbor == "full-date" else 0, value)
    return images.to_bytes(images.from_shown(value)) if shape.cbor == "bstr" else value


def in_cbor_list(field: Field, value: Any) -> Any:
    return [in_cbor(field.shape, one) for one in value] if field.many else in_cbor(field.shape, value)


@cache
def cddl(name: str, namespace: str) -> Any:
    """The elements of a namespace as the table describes them, for a reader that is not ours."""
    import pycddl

    table = mdoc.table(shipped.family(name))
    described = next(space["elements"] for space in table["namespaces"] if space["namespace"] == namespace)
    named = [(name, one["cbor"]) for one in described for name in Field(one["element"], BOOLEAN, "", 0).names]
    members = ", ".join(f'? "{name}": {cbor}' for name, cbor in named)
    return pycddl.Schema(
        "\n".join([f"document = {{ {members} }}", *(" = ".join(rule) for rule in table["cddl"].items())])
    )


@pytest.mark.peers
@EACH_FAMILY
@FEWER
@given(st.data())
def test_elements_have_the_cbor_types_the_table_names(name: str, data: st.DataObject) -> None:
    import pycddl

    family = shipped.family(name)
    document = mdoc.to_namespaces(family, data.draw(claims(name)))
    spaces, elements = document["namespaces"], mdoc.to_cbor(family, document)
    for space in family.spaces:
        described = cddl(name, space.namespace)
        held = in_cbor(space.shape, spaces.get(space.namespace, {}))
        described.validate_cbor(cbor2.dumps(held))
        assert cbor2.loads(cbor.encode(elements.get(space.namespace, {}))) == cbor2.loads(cbor2.dumps(held))
        with pytest.raises(pycddl.ValidationError):
            described.validate_cbor(cbor2.dumps({space.shape.fields[0].names[0]: 3.5}))


def test_a_date_is_a_full_date_and_a_partial_one_a_text() -> None:
    (space,) = mdoc.table(shipped.family("person-identity"))["namespaces"]
    kinds = {one["element"]: one["cbor"] for one in space["elements"]}
    assert (kinds["issue_date"], kinds["birth_date"], kinds["portrait"]) == ("full-date", "tstr", "bstr")


@pytest.mark.parametrize("text", ["data:text/plain;base64,AA==", "data:image/png;base64,?", "AA=="])
def test_an_image_is_a_data_url(text: str) -> None:
    with pytest.raises(WrongUse, match="an image is not a data: URL"):
        images.to_bytes(text)


def test_bytes_are_shown_in_base64url() -> None:
    with pytest.raises(WrongUse, match="a byte string is not base64url"):
        images.from_shown("AA==")
    assert images.to_url(b"anything") == "data:image/jpeg;base64,YW55dGhpbmc="


def words(value: Any) -> set[str]:
    """Every member name in a value."""
    if isinstance(value, dict):
        return set(value) | {word for one in value.values() for word in words(one)}
    return {word for one in value for word in words(one)} if isinstance(value, list) else set()


@EACH_FAMILY
@FEWER
@given(st.data())
def test_every_word_has_a_meaning_in_json_ld(name: str, data: st.DataObject) -> None:
    family = shipped.family(name)
    context = json_ld.context(family)["@context"]
    assert words(data.draw(claims(name))) <= context.keys()
    assert context[family.vc] == family.uri


def test_a_word_means_the_same_in_every_family() -> None:
    meanings: dict[str, str] = {}
    for family in FAMILIES:
        for word, iri in json_ld.context(family)["@context"].items():
            assert meanings.setdefault(word, iri) == iri
    for word, iri in (("name", "https://schema.org/name"), ("id", "@id"), ("type", "@type")):
        assert meanings[word] == iri  # as VCDM 2.0 has them, protected
    protected = json.loads(contexts.load("https://www.w3.org/ns/credentials/v2") or b"")["@context"]
    scoped = {word for term in protected.values() if isinstance(term, dict) for word in term.get("@context") or ()}
    assert {"issuer", "holder", "proof", "mediaType"} <= protected.keys() | scoped
    assert not (protected.keys() | scoped) - {"@protected", "@version", "id", "type", "name", "description"} & set(
        meanings
    )
