"""rdfc: all of W3C rdf-canon, and the graphs that are built to exhaust."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.codec import limits
from defa_id.errors import Fault
from defa_id.linked import rdfc
from defa_id.linked.nquads import Quad
from tests.linked import reading
from tests.support.vectors import require, require_json

FOLDER = "w3c/rdf-canon"
HASHES = {None: "sha256", "SHA256": "sha256", "SHA384": "sha384"}


def entries() -> list[dict[str, Any]]:
    return require_json(f"{FOLDER}/manifest.jsonld")["entries"]


def text(name: str) -> str:
    return require(f"{FOLDER}/{name}").read_bytes().decode("utf-8")


def test_the_corpus_is_whole() -> None:
    kinds = [entry["type"] for entry in entries()]
    counted = {kind: kinds.count(kind) for kind in set(kinds)}
    assert counted == {"rdfc:RDFC10EvalTest": 64, "rdfc:RDFC10MapTest": 21, "rdfc:RDFC10NegativeEvalTest": 1}


def test_every_vector() -> None:
    wrong = []
    for entry in entries():
        quads = reading.parse(text(entry["action"]))
        if entry["type"] == "rdfc:RDFC10NegativeEvalTest":
            with pytest.raises(Fault) as refused:
                rdfc.canonicalize(quads)
            assert refused.value.code == "RDF_COMPLEXITY"
            continue
        canonical = rdfc.canonicalize(quads, HASHES[entry.get("hashAlgorithm")])
        expected = text(entry["result"])
        if entry["type"] == "rdfc:RDFC10MapTest":
            right = {old[2:]: new[2:] for old, new in canonical.labels.items()} == json.loads(expected)
        else:
            right = canonical.data.decode("utf-8") == expected
        wrong += [] if right else [entry["id"]]
    assert wrong == []


def clique(size: int) -> list[Quad]:
    """Every node linked to every other: no node differs from another."""
    nodes = [f"_:n{number}" for number in range(size)]
    return [(one, "<http://example.com/p>", other, "") for one in nodes for other in nodes if one != other]


@pytest.mark.parametrize("size", range(2, 64, 3))
def test_a_clique_is_labelled_or_refused_within_bounded_work(size: int) -> None:
    quads = clique(size)
    code = "LIMIT_RDF" if len(quads) > limits.RDF_QUADS else "RDF_COMPLEXITY"
    begun = time.process_time()
    try:
        canonical = rdfc.canonicalize(quads)
    except Fault as refused:
        assert refused.code == code
        assert size > 5
    else:
        assert sorted(canonical.labels.values()) == sorted(f"_:c14n{number}" for number in range(size))
    assert time.process_time() - begun < 20  # not a measurement: an unbounded run takes hours


def test_the_bounds_at_cap_and_beyond() -> None:
    def star(nodes: int, quads: int) -> list[Quad]:
        named = [(f"_:n{number}", "<urn:p>", f'"{number}"', "") for number in range(nodes)]
        return named + [("<urn:s>", "<urn:p>", f'"{number}"', "") for number in range(quads - nodes)]

    assert len(rdfc.canonicalize(star(limits.RDF_BLANK_NODES, limits.RDF_QUADS)).lines) == limits.RDF_QUADS
    for quads in (star(limits.RDF_BLANK_NODES + 1, 100), star(0, limits.RDF_QUADS + 1)):
        with pytest.raises(Fault) as refused:
            rdfc.canonicalize(quads)
        assert refused.value.code == "LIMIT_RDF"


NODES = st.sampled_from(["_:x", "_:y", "_:z", "_:c14n0", "_:b0", "<urn:a>", "<urn:b>"])
QUADS = st.tuples(
    NODES,
    st.sampled_from(["<urn:p>", "<urn:q>"]),
    NODES | st.sampled_from(['"1"', '"_:x"', '"a"@en']),
    st.sampled_from(["", "_:g", "_:x", "<urn:g>"]),
)


@given(st.lists(QUADS, max_size=14), st.integers(0, 2**32))
def test_labels_and_order_of_the_input_do_not_matter(quads: list[Quad], seed: int) -> None:
    chance = random.Random(seed)
    labels = {f"_:{name}": f"_:r{number}" for number, name in enumerate(("x", "y", "z", "c14n0", "b0", "g"))}
    renamed = [tuple(labels.get(term, term) for term in quad) for quad in quads]
    chance.shuffle(renamed)
    assert rdfc.canonicalize(renamed + renamed).lines == rdfc.canonicalize(quads).lines  # type: ignore[arg-type]


@given(st.lists(QUADS, max_size=14))
def test_the_canonical_form_is_a_fixed_point(quads: list[Quad]) -> None:
    canonical = rdfc.canonicalize(quads)
    assert rdfc.canonicalize(reading.parse(canonical.data.decode())).lines == canonical.lines
