"""selection: the published intermediate results of ecdsa-sd-2023, and pointers to nothing."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from defa_id import contexts, linked
from defa_id.errors import Fault, Unknowable
from defa_id.linked import nquads, selection
from defa_id.linked.nquads import Quad
from tests.linked.documents import sound_documents
from tests.support.vectors import require, require_json

FOLDER = "w3c/vc-di-ecdsa"
CASES = {"employ": "employ", "prc": "prCred"}


def by_hmac(labels: Mapping[str, str]) -> dict[str, str]:
    key = bytes.fromhex(require_json(f"{FOLDER}/ecdsa-sd-2023/SDKeyMaterial.json")["hmacKeyString"])
    return {
        old: "_:u" + base64.urlsafe_b64encode(hmac.digest(key, new[2:].encode(), "sha256")).rstrip(b"=").decode()
        for old, new in labels.items()
    }


def signed(case: str) -> dict[str, Any]:
    document = require_json(f"{FOLDER}/ecdsa-sd-2023/{case}/addSignedSDBase.json")
    return {name: value for name, value in document.items() if name != "proof"}


@pytest.mark.parametrize("case", CASES)
def test_the_statements_are_grouped_as_published(case: str) -> None:
    mandatory = require_json(f"{FOLDER}/{CASES[case]}Mandatory.json")
    grouped = selection.group(signed(case), contexts.load, {"mandatory": mandatory}, by_hmac)
    assert list(grouped.lines) == require_json(f"{FOLDER}/ecdsa-sd-2023/{case}/addBaseDocHMACCanon.json")
    expected = require_json(f"{FOLDER}/ecdsa-sd-2023/{case}/addBaseTransform.json")
    group = grouped.groups["mandatory"]
    assert group.matching == dict(expected["mandatory"]["value"])
    assert group.others == dict(expected["nonMandatory"]["value"])


@pytest.mark.parametrize("case", CASES)
def test_the_options_are_written_down_as_published(case: str) -> None:
    options = require_json(f"{FOLDER}/ecdsa-sd-2023/{case}/addProofConfig.json")
    expected = require(f"{FOLDER}/ecdsa-sd-2023/{case}/addProofConfigCanon.txt").read_bytes()
    assert linked.canonicalize(options, contexts.load).data == expected


@pytest.mark.parametrize("case", CASES)
def test_what_is_revealed_is_what_was_published(case: str) -> None:
    pointers = [*require_json(f"{FOLDER}/{CASES[case]}Mandatory.json")]
    pointers += require_json(f"{FOLDER}/{CASES[case]}Selective.json")
    expected = require_json(f"{FOLDER}/ecdsa-sd-2023/{case}/derivedUnsignedReveal.json")
    assert selection.select(signed(case), pointers) == expected


def pointers_into(document: Any, path: str = "") -> Iterator[str]:
    """A pointer to every value of a document below its contexts."""
    named = document.items() if isinstance(document, dict) else enumerate(document)
    for name, value in named:
        if name != "@context":
            step = f"{path}/{str(name).replace('~', '~0').replace('/', '~1')}"
            yield step
            if isinstance(value, dict | list) and "@value" not in value:
                yield from pointers_into(value, step)


@settings(max_examples=150)
@given(sound_documents(), st.data())
def test_a_part_states_nothing_that_the_whole_does_not(document: dict[str, Any], data: st.DataObject) -> None:
    every = selection.group(document, contexts.load, {}, dict)
    wanted = data.draw(st.lists(st.sampled_from(sorted(pointers_into(document))), max_size=4, unique=True))
    tops = [pointer for pointer in pointers_into(document) if pointer.count("/") == 1]
    grouped = selection.group(document, contexts.load, {"part": wanted, "all": tops, "none": []}, dict)
    assert grouped.lines == every.lines == linked.canonicalize(document, contexts.load).lines
    assert list(grouped.groups["all"].matching.values()) == list(every.lines)
    assert not grouped.groups["none"].matching
    assert len(grouped.groups["none"].others) == len(every.lines)
    part = grouped.groups["part"]
    assert sorted([*part.matching, *part.others]) == list(range(len(every.lines)))
    assert {nquads.line(_relabelled(quad, grouped.labels)) for quad in part.quads} == set(part.matching.values())


def _relabelled(quad: Quad, labels: Mapping[str, str]) -> Quad:
    subject, predicate, object, graph = (labels.get(term, term) for term in quad)
    return subject, predicate, object, graph


def test_lists_and_graphs_are_found_again_in_a_part() -> None:
    context = {"id": "@id", "list": {"@id": "urn:list", "@container": "@list"}, "p": "urn:p", "q": "urn:q"}
    context["graph"] = {"@id": "urn:graph", "@container": "@graph"}
    document = {
        "@context": "urn:own",
        "id": "urn:a",
        "p": {"list": ["x", {"p": "y"}], "q": "z"},
        "q": [{"graph": {"p": "w"}}, "v"],
    }

    def own(_: str) -> bytes:
        return json.dumps({"@context": context}).encode()

    for pointers, count in ((["/p/list"], 7), (["/p/q"], 2), (["/q/0/graph"], 3), (["/q/1"], 1), (["/p", "/q"], 12)):
        group = selection.group(document, own, {"it": pointers}, dict).groups["it"]
        assert len(group.matching) == count == len(group.quads), pointers


def test_a_pointer_into_a_value_is_refused() -> None:
    document = {**signed("employ"), "name": {"@value": "x", "@language": "en"}}
    for pointer, code in (("/name/@value", "SD_POINTER"), ("/name/@language", "LD_UNSAFE")):
        with pytest.raises(Fault) as refused:
            selection.group(document, contexts.load, {"it": [pointer]}, dict)
        assert refused.value.code == code


def test_labels_that_leave_a_node_out_are_refused() -> None:
    with pytest.raises(Fault) as refused:
        selection.group(signed("employ"), contexts.load, {}, lambda _: {})
    assert refused.value.code == "LD_UNSAFE"


def test_documents_outside_the_subset_cannot_be_selected_from() -> None:
    document = {**signed("employ"), "name": {"@set": ["x"]}}
    with pytest.raises(Unknowable) as unknown:
        selection.group(document, contexts.load, {}, dict)
    assert unknown.value.code == "RDF_UNSUPPORTED"


DOCUMENT = {"id": "urn:a", "type": "T", "x": {"id": "_:b", "type": ["U"], "list": ["a", {"y": 1}, "c"], "a/b~c": 2}}


@pytest.mark.parametrize(
    ("pointers", "expected"),
    [
        ([], None),
        (["/x/list/2", "/x/list/0"], {"x": {"type": ["U"], "list": ["a", "c"]}}),
        (["/x/list/1/y"], {"x": {"type": ["U"], "list": [{"y": 1}]}}),
        (["/x/a~1b~0c"], {"x": {"type": ["U"], "a/b~c": 2}}),
        (["/x/list/1/y", "/x"], {"x": DOCUMENT["x"]}),
        (["/x", "/x/list/1/y"], {"x": DOCUMENT["x"]}),
        (["/id"], {}),
    ],
)
def test_a_part_carries_identifiers_and_types_on_its_way(pointers: list[str], expected: dict[str, Any] | None) -> None:
    whole = None if expected is None else {"id": "urn:a", "type": "T", **expected}
    assert selection.select(DOCUMENT, pointers) == whole


@pytest.mark.parametrize(
    "pointer",
    ["", "x", "/z", "/x/list/3", "/x/list/-", "/x/list/01", "/x/list/-1", "/x/list/1/z", "/id/a", "/x/~2", "/" * 2_000],
)
def test_a_pointer_to_nothing_is_refused(pointer: str) -> None:
    with pytest.raises(Fault) as refused:
        selection.select(DOCUMENT, [pointer])
    assert refused.value.code == "SD_POINTER"
