"""linked_data: all of JSON-LD, in a real process: what the fast path leaves to it, and what it refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from defa_id import contexts, linked
from defa_id.errors import Fault, Unknowable
from defa_id.linked import rdfc
from defa_id.workers import linked_data
from tests.linked.documents import CREDENTIALS, EXAMPLES, V2

EX = "https://www.w3.org/ns/credentials/examples#"


@pytest.fixture(scope="module", autouse=True)
def ended() -> Iterator[None]:
    yield
    linked_data._worker().close()


def with_subject(**members: Any) -> dict[str, Any]:
    return {"@context": [V2, EXAMPLES], "credentialSubject": {"id": "did:example:a", **members}}


def statements(document: Any, documents: Callable[[str], bytes | None] = contexts.load) -> list[str]:
    return list(linked.canonicalize(document, documents, full=linked_data.to_quads).lines)


@pytest.mark.parametrize("number", range(len(CREDENTIALS)))
def test_it_says_what_the_fast_path_says(number: int) -> None:
    quads = linked_data.to_quads(CREDENTIALS[number], contexts.load)
    assert rdfc.canonicalize(quads).lines == linked.canonicalize(CREDENTIALS[number], contexts.load).lines


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"p": {"@set": ["a", "b"]}}, ['"a"', '"b"']),
        ({"p": [["a"], "b"]}, ['"a"', '"b"']),
        ({"p": {"@list": [1, 2]}}, ["_:c14n1"]),
        ({"p": {"@list": []}}, ["<http://www.w3.org/1999/02/22-rdf-syntax-ns#nil>"]),
    ],
)
def test_what_lies_outside_the_subset_is_read(members: dict[str, Any], expected: list[str]) -> None:
    document = with_subject(**members)
    with pytest.raises(Unknowable) as unknown:
        linked.canonicalize(document, contexts.load)
    assert unknown.value.code == "RDF_UNSUPPORTED"
    own = [line for line in statements(document) if line.startswith(f"<did:example:a> <{EX}p>")]
    assert own == [f"<did:example:a> <{EX}p> {value} .\n" for value in expected]


OWN = "https://example.org/own"


def pinning(context: str) -> Callable[[str], bytes | None]:
    return lambda url: f'{{"@context": {context}}}'.encode() if url == OWN else contexts.load(url)


@pytest.mark.parametrize(
    ("context", "members", "expected"),
    [
        ('{"has": {"@reverse": "urn:of"}}', {"has": {"@id": "urn:b"}}, ["<urn:b> <urn:of> <urn:a> .\n"]),
        (
            '{"name": {"@id": "urn:name", "@container": "@language"}}',
            {"name": {"EN": "x", "ms": ["y", "z"]}},
            ['<urn:a> <urn:name> "x"@en .\n', '<urn:a> <urn:name> "y"@ms .\n', '<urn:a> <urn:name> "z"@ms .\n'],
        ),
        (
            '{"by": {"@id": "urn:by", "@container": "@id"}, "n": "urn:n"}',
            {"by": {"urn:b": {"n": 1}}},
            [
                "<urn:a> <urn:by> <urn:b> .\n",
                '<urn:b> <urn:n> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .\n',
            ],
        ),
        (
            '{"all": "@included", "n": "urn:n"}',
            {"all": [{"@id": "urn:b", "n": "x"}], "n": "y"},
            ['<urn:a> <urn:n> "y" .\n', '<urn:b> <urn:n> "x" .\n'],
        ),
        ('{"of": "@nest", "n": "urn:n"}', {"of": {"n": "x"}}, ['<urn:a> <urn:n> "x" .\n']),
        (f'{{"@import": "{OWN}/base", "m": "urn:m"}}', {"n": "x"}, ['<urn:a> <urn:imported> "x" .\n']),
    ],
)
def test_contexts_that_only_a_full_processor_reads(context: str, members: dict[str, Any], expected: list[str]) -> None:
    def documents(url: str) -> bytes | None:
        return b'{"@context": {"n": "urn:imported"}}' if url == f"{OWN}/base" else pinning(context)(url)

    assert statements({"@context": OWN, "@id": "urn:a", **members}, documents) == expected


@pytest.mark.parametrize(
    ("context", "members", "code"),
    [
        ('{"by": {"@id": "urn:by", "@container": "@index"}}', {"by": {"unsigned": "x"}}, "LD_UNSAFE"),
        ('{"p": "_:p", "has": {"@reverse": "urn:of"}}', {"p": "x"}, "LD_UNSAFE"),
        ('{"has": {"@reverse": "urn:of"}, "q": "urn:q"}', {"q": "x", "undefined": 1}, "LD_UNSAFE"),
        ('{"has": {"@reverse": "urn:of"}, "q": "urn:q"}', {"q": ["x", None]}, "LD_UNSAFE"),
        ('{"has": {"@reverse": "urn:of"}, "q": "urn:q"}', {"q": ["x", {"q": []}]}, "LD_UNSAFE"),
        ('{"has": {"@reverse": "urn:of"}, "q": {"@id": "urn:q", "@type": "@id"}}', {"q": "relative"}, "LD_UNSAFE"),
        ('{"has": {"@reverse": "urn:of"}, "q": "urn:q"}', {"q": {"@id": "urn:c", "@index": "x"}}, "LD_UNSAFE"),
        ('{"has": {"@reverse": "urn:of"}, "q": "urn:q"}', {"q": {"@id": "", "q": "x"}}, "LD_UNSAFE"),
        ('{"has": {"@reverse": "urn:of"}, "q": "urn:q"}', {"q": {"@value": "x", "@language": "a b"}}, "LD_UNSAFE"),
        ('{"has": {"@reverse": "urn:of"}, "q": "urn:q"}', {"q": {"@type": "Undefined"}}, "LD_UNSAFE"),
        ('{"has": {"@reverse": "urn:of"}, "q": {"@id": "urn:q", "@container": "@graph"}}', {"q": "x"}, "LD_UNSAFE"),
        ('{"has": {"@reverse": "not an iri"}}', {"has": {"@id": "urn:b"}}, "LD_CONTEXT"),
        ('{"has": {"@reverse": "urn:of"}, "q": {"@context": "https://example.org/unpinned"}}', {}, "LD_CONTEXT"),
        ('{"@import": "https://example.org/unpinned"}', {"q": "x"}, "LD_CONTEXT"),
        ('{"@import": "https://example.org/own"}', {"q": "x"}, "LD_CONTEXT"),
        ("[1]", {"q": "x"}, "LD_CONTEXT"),
    ],
)
def test_it_drops_nothing_and_fetches_nothing(context: str, members: dict[str, Any], code: str) -> None:
    with pytest.raises(Fault) as refused:
        statements({"@context": OWN, "@id": "urn:a", **members}, pinning(context))
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"@context": [V2, {"p": "urn:p"}], "p": {"@set": ["x"]}}, "LD_CONTEXT"),
        ({"@context": [V2, None], "name": {"@set": ["x"]}}, "LD_CONTEXT"),
        ({"@context": [V2, "https://www.w3.org/ns/credentials/v2#"], "name": {"@set": ["x"]}}, "LD_CONTEXT"),
        ({"@context": [V2] * 9, "name": {"@set": ["x"]}}, "LD_CONTEXT"),
        *(({"@context": V2, name: [{"name": {"@set": ["x"]}}]}, "LD_UNSAFE") for name in linked_data._SMUGGLING),
        ([{"@context": V2, "name": {"@set": ["x"]}, "holder": {"@graph": []}}], "LD_UNSAFE"),
    ],
)  # fmt: skip
def test_what_no_document_may_hold(document: Any, code: str) -> None:
    with pytest.raises(Fault) as refused:
        linked_data.to_quads(document, contexts.load)
    assert refused.value.code == code


def test_a_context_is_never_remembered_under_its_url() -> None:
    document = {"@context": OWN, "@id": "urn:a", "n": {"@set": ["x"]}}
    for iri in ("urn:first", "urn:second"):
        assert statements(document, pinning(f'{{"n": "{iri}"}}')) == [f'<urn:a> <{iri}> "x" .\n']


def test_a_document_that_takes_too_long_is_unknown_and_the_next_is_read() -> None:
    nested: Any = {"@set": ["x"]}
    wide = {"@context": [V2, EXAMPLES], "p": [{"q": {"type": "T", "r": nested}} for _ in range(6_000)]}
    with pytest.raises(Fault) as stopped:
        statements(wide)
    assert stopped.value.code in ("WORKER_LIMIT", "LIMIT_RDF")
    assert statements(with_subject(p=nested))


def test_without_pyld_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linked_data, "find_spec", lambda _: None)
    with pytest.raises(Unknowable) as unknown:
        linked_data.to_quads(with_subject(p=1), contexts.load)
    assert unknown.value.code == "RDF_UNSUPPORTED"
