"""linked: the fast path says what a full processor says, or says that it cannot; and neither drops anything.

Three ways: the fast path; PyLD's expansion made strict, as the worker runs it; and PyLD with pyoxigraph as they are.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from defa_id import contexts
from defa_id.errors import Fault
from defa_id.linked import rdfc, to_rdf
from defa_id.linked.active import Active, initial, named
from defa_id.linked.nquads import Quad
from defa_id.linked.terms import ABSENT, Unsupported
from defa_id.workers import linked_data
from tests.linked import processors
from tests.linked.documents import CREDENTIALS, documents
from tests.support.vectors import require_json


def strict(document: Any) -> list[Quad]:
    """What the worker would answer, in this process."""
    found: dict[str, str] = {}
    linked_data._look_up(list(linked_data._named(document)), contexts.load, found)
    return linked_data._work({"document": copy.deepcopy(document), "contexts": found})


def lines(quads: list[Quad]) -> tuple[str, ...] | None:
    """The canonical lines; None where the graph is beyond the limits."""
    try:
        return rdfc.canonicalize(quads).lines
    except Fault as fault:
        assert fault.code in ("LIMIT_RDF", "RDF_COMPLEXITY")
        return None


@pytest.mark.slow
@settings(max_examples=300)
@given(documents())
def test_the_fast_path_and_the_full_processor_agree(document: dict[str, Any]) -> None:
    try:
        full: list[Quad] | str = strict(document)
    except Fault as fault:
        full = fault.code
    before = json.dumps(document)
    try:
        fast = to_rdf.quads(document, contexts.load)
    except Unsupported:
        event("outside the subset")
        return
    except Fault as fault:
        event(f"refused: {fault.code}")
        assert isinstance(full, str), fault.why
        return
    event("read")
    assert json.dumps(document) == before
    assert not isinstance(full, str), full
    assert lines(fast) == lines(full)
    canonical = lines(fast)
    if canonical is not None:
        assert "".join(canonical) == processors.canonical(document)


@settings(max_examples=150)
@given(documents(), st.randoms(use_true_random=False))
def test_the_order_of_members_does_not_matter(document: dict[str, Any], random: Any) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            names = list(value)
            random.shuffle(names)
            return {name: value[name] if name == "@context" else shuffled(value[name]) for name in names}
        return [shuffled(element) for element in value] if isinstance(value, list) else value

    def found(document: Any) -> tuple[str, ...] | None:
        try:
            return lines(to_rdf.quads(document, contexts.load))
        except (Unsupported, Fault):  # which of several reasons comes first depends on the order
            return None

    assert found(document) == found(shuffled(document))


@pytest.mark.parametrize("number", range(len(CREDENTIALS)))
def test_the_plain_credentials_are_read_by_the_fast_path(number: int) -> None:
    document = CREDENTIALS[number]
    canonical = lines(to_rdf.quads(document, contexts.load))
    assert canonical is not None
    assert canonical == lines(strict(document))
    assert "".join(canonical) == processors.canonical(document)


@pytest.mark.parametrize("hash", ["sha256", "sha384"])
@pytest.mark.parametrize(
    "name",
    [
        *("vc-di-eddsa/unsigned.json", "vc-di-eddsa/employmentAuth.json", "vc-di-ecdsa/prCredUnsigned.json"),
        *(f"vc-di-eddsa/proof-set-chain/{name}.json" for name in ("signedProofSet2", "signedProofChain2")),
        *(f"vc-di-ecdsa/ecdsa-sd-2023/{case}/addSignedSDBase.json" for case in ("employ", "prc")),
    ],
)
def test_documents_of_w3c(name: str, hash: str) -> None:
    document = require_json(f"w3c/{name}")
    canonical = rdfc.canonicalize(to_rdf.quads(document, contexts.load), hash)
    assert canonical.lines == rdfc.canonicalize(strict(document), hash).lines
    assert "".join(canonical.lines) == processors.canonical(document, hash)


@pytest.mark.parametrize("url", sorted(contexts.PINNED))
def test_every_pinned_context_is_within_the_subset(url: str) -> None:
    """With every scoped context in it: no genuine document of a pinned context needs the full processor for it."""

    def walk(step: Callable[[], Active], depth: int) -> None:
        try:
            active = step()
        except Fault:  # types that contradict each other: no document has both
            return
        for term in active.terms.values():
            if term.scoped is not ABSENT and depth < 2:
                walk(partial(active.below, term), depth + 1)
                walk(lambda active=active, term=term: active.typed((term.name,))[0], depth + 1)  # type: ignore[misc]

    walk(lambda: initial().after(named(url, contexts.load)), 0)
