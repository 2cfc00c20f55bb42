"""selection: the published intermediate results of ecdsa-sd-2023, and pointers to nothing."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from typing import Any

import pytest

from defa_id import contexts
from defa_id.errors import Fault
from defa_id.linked import selection
from tests.support.vectors import require_json

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
def test_what_is_revealed_is_what_was_published(case: str) -> None:
    pointers = [*require_json(f"{FOLDER}/{CASES[case]}Mandatory.json")]
    pointers += require_json(f"{FOLDER}/{CASES[case]}Selective.json")
    expected = require_json(f"{FOLDER}/ecdsa-sd-2023/{case}/derivedUnsignedReveal.json")
    assert selection.select(signed(case), pointers) == expected


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
