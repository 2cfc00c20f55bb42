"""linked: rows of area E that concern canonicalization. What a signature would not cover is refused, by the
fast path and by the full processor alike, and no context is believed for resembling one."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from defa_id import contexts, linked
from defa_id.codec import limits
from defa_id.errors import Fault
from defa_id.linked import expanded, rdfc, selection
from tests.linked.documents import EXAMPLES, V1, V2
from tests.linked.test_two_processors import strict

Document = dict[str, Any]
EX = "https://www.w3.org/ns/credentials/examples#"
XSD = "http://www.w3.org/2001/XMLSchema#"


def credential(**subject: Any) -> Document:
    """A credential whose subject has these members; examples/v2 gives any plain word a meaning."""
    return {
        "@context": [V2, EXAMPLES],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential"],
        "issuer": "did:example:issuer",
        "credentialSubject": {"id": "did:example:subject", **subject},
    }


def plain(**members: Any) -> Document:
    """A credential in which only the terms of VCDM 2.0 have a meaning."""
    return {**credential(), "@context": [V2], **members}


def code_of(read: Callable[[], Any]) -> str:
    with pytest.raises(Fault) as refused:
        read()
    return refused.value.code


def refused(document: Any, code: str, *, full: bool = True) -> None:
    assert code_of(lambda: linked.canonicalize(document, contexts.load)) == code
    if full:
        assert code_of(lambda: strict(document)) == code


def value(written: Any) -> str:
    """What one value of the subject becomes in N-Quads."""
    [line] = [
        line
        for line in linked.canonicalize(credential(p=written), contexts.load).lines
        if line.startswith(f"<did:example:subject> <{EX}p> ")
    ]
    return line.removeprefix(f"<did:example:subject> <{EX}p> ").removesuffix(" .\n")


@pytest.mark.parametrize("place", [0, 2])
@pytest.mark.parametrize(
    "inline",
    [
        {"degree": "urn:evil"},
        {"@vocab": "https://evil.example/#"},
        {"id": "@type", "type": "@id"},
        {"@import": V1},
        {"@propagate": False, "name": "urn:evil"},
        {"@base": "https://evil.example/"},
        {"@language": "en"},
        {"issuer": {"@id": "urn:evil", "@context": {"name": "urn:other"}}},
        {},
        None,
        7,
        [[V2]],
    ],
    ids=json.dumps,
)
def test_e06_e08_e11_e15_a_context_written_into_the_document(inline: Any, place: int) -> None:
    document = credential(name="x")
    document["@context"].insert(place, inline)
    refused(document, "LD_CONTEXT")
    refused(credential(inner={"@context": inline, "name": "x"}), "LD_CONTEXT")


def test_e07_another_order_is_refused_or_means_the_same() -> None:
    document = json.loads(json.dumps(credential(name="x", degree={"type": "Bachelor"})))
    before = linked.canonicalize(document, contexts.load).lines
    document["@context"].reverse()
    assert linked.canonicalize(document, contexts.load).lines == before
    refused({**credential(), "@context": [V2, V1]}, "LD_CONTEXT")


def test_e08_two_values_exchanged_are_other_statements() -> None:
    lines = [
        linked.canonicalize(credential(**members), contexts.load).lines
        for members in ({"first": "a", "last": "b"}, {"first": "b", "last": "a"})
    ]
    assert lines[0] != lines[1]


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1/context", "https://example.org/context", "file:///etc/passwd", "", "v2"),
        *(f"{V2}#", f"{V2}#fragment", f"{V2}?v=1", f"{V2}/", f"{V2} ", "https://WWW.w3.org/ns/credentials/v2"),
        *("http://www.w3.org/ns/credentials/v2", "https://www.w3.org:443/ns/credentials/v2", f"{V2}/../v2"),
    ],
)
def test_e09_e10_only_the_exact_url_of_a_pinned_context_counts(url: str) -> None:
    refused({**credential(), "@context": [V2, url]}, "LD_CONTEXT")
    refused({**credential(), "@context": url}, "LD_CONTEXT")


@pytest.mark.parametrize(
    "document",
    [
        plain(x="unsigned"),
        plain(credentialSubject={"id": "did:example:a", "x": "unsigned"}),
        plain(credentialSubject=[{"id": "did:example:a", "name": "y"}, {"x": {"name": "z"}}]),
        credential(**{"@foo": "unsigned"}),
        plain(name=None),
        plain(name=[]),
        plain(name=["x", None]),
        credential(p={"q": [None]}),
        credential(p={"@value": None}),
        credential(p={"@value": "x", "q": "unsigned"}),
        credential(p={"@value": "x", "@index": "unsigned"}),
        credential(p={"@language": "en"}),
        credential(p={"@value": "x", "@language": "e n"}),
        credential(p={"@value": "x", "@language": 1}),
        credential(p={"@value": 1, "@language": "en"}),
        credential(p={"@value": "x", "@direction": "up"}),
        credential(p={"@value": "x", "@type": "relative type"}),
        credential(p={"@value": "x", "@type": f"{XSD}date", "@language": "en"}),
        credential(p={"@value": "x", "@id": "urn:a"}),
        credential(p={"@value": ["x"]}),
        plain(proof={"id": "urn:a"}),
        plain(proof="urn:a"),
        plain(proof={"@value": "x"}),
        plain(verifiableCredential={}),
    ],
)
def test_e12_what_nobody_signed_is_never_dropped(document: Document) -> None:
    found = code_of(lambda: strict(document))
    # The full processor tells some contradictions by the standard's own errors.
    assert found in ("LD_UNSAFE", "LD_CONTEXT")
    refused(document, "LD_UNSAFE", full=False)


@pytest.mark.parametrize(
    "document",
    [
        *(plain(id=text) for text in ("", "relative", "/path", "#fragment", "a b", "urn:<", "@type", "type")),
        *(plain(id=other) for other in (5, ["urn:a"], {"a": 1}, True)),
        *(plain(type=["VerifiableCredential", text]) for text in ("Undefined", "_:b", "", "@id", "https://a b")),
        *(plain(type=other) for other in ([], [5], [None], {"a": 1}, [["VerifiableCredential"]])),
        *(plain(issuer=issuer) for issuer in ("", "relative", "type")),
        {**plain(), "id": "urn:a", "@id": "urn:b"},
    ],
)  # fmt: skip
def test_e13_identifiers_and_types_are_absolute(document: Document) -> None:
    refused(document, "LD_UNSAFE", full=False)
    assert code_of(lambda: strict(document)) in ("LD_UNSAFE", "LD_CONTEXT")


@pytest.mark.parametrize("keyword", ["@graph", "@reverse", "@included", "@nest", "@index"])
def test_e14_no_second_subject_comes_in_by_a_keyword(keyword: str) -> None:
    smuggled: dict[str, Any] = {"id": "did:example:second", "name": "x"}
    for written in (smuggled, [smuggled], {"p": [smuggled]}):
        refused({**credential(), keyword: written}, "LD_UNSAFE")
        refused(credential(**{keyword: written}), "LD_UNSAFE")
        refused(credential(p={keyword: written}), "LD_UNSAFE")


@pytest.mark.parametrize("document", [[], [credential()], "x", None, 1, {}, {"@context": V2}, {"id": "urn:a"}])
def test_a_document_that_states_nothing(document: Any) -> None:
    refused(document, "LD_UNSAFE", full=False)


def test_e28_e29_poison_is_stopped_and_a_ring_is_not_poison() -> None:
    def clique(size: int) -> Document:
        nodes = [
            {"id": f"_:n{one}", "p": [{"id": f"_:n{two}"} for two in range(size) if two != one]} for one in range(size)
        ]
        return credential(q=nodes)

    for size in (7, 8, 9, 10):
        refused(clique(size), "RDF_COMPLEXITY", full=False)
        assert code_of(lambda size=size: rdfc.canonicalize(strict(clique(size)))) == "RDF_COMPLEXITY"  # type: ignore[misc]
    assert len(linked.canonicalize(clique(4), contexts.load).labels) == 4


def test_e30_the_bounds_at_cap_and_beyond() -> None:
    def nodes(count: int) -> Document:
        return credential(p=[{"q": number} for number in range(count)])

    def values(count: int) -> Document:
        return credential(p=list(range(count - 3)))

    assert len(linked.canonicalize(nodes(limits.RDF_BLANK_NODES), contexts.load).labels) == limits.RDF_BLANK_NODES
    refused(nodes(limits.RDF_BLANK_NODES + 1), "LIMIT_RDF")
    few = linked.canonicalize(values(1_000), contexts.load).lines
    assert len(few) == 1_000
    whole = linked.canonicalize(values(limits.RDF_QUADS), contexts.load).lines
    assert len(whole) == limits.RDF_QUADS
    refused(values(limits.RDF_QUADS + 1), "LIMIT_RDF", full=False)
    refused({**credential(), "@context": [V2] * (limits.LINKED_CONTEXTS + 1)}, "LD_CONTEXT")
    assert linked.canonicalize({**credential(), "@context": [V2] * limits.LINKED_CONTEXTS}, contexts.load)


def test_e30_a_long_subject_repeated_is_bounded_too() -> None:
    document = credential(p=list(range(200)))
    document["credentialSubject"]["id"] = "did:example:" + "x" * 100_000
    refused(document, "LIMIT_RDF", full=False)


def test_e31_labels_that_look_canonical_are_labels_like_others() -> None:
    def named(one: str, other: str) -> Document:
        return credential(p=[{"id": one, "q": {"id": other}}, {"id": other, "r": "x"}])

    expected = linked.canonicalize(named("_:a", "_:b"), contexts.load).lines
    for labels in (("_:c14n0", "_:c14n1"), ("_:c14n1", "_:c14n0"), ("_:b1", "_:b0"), ("_:b0", "_:b7")):
        assert linked.canonicalize(named(*labels), contexts.load).lines == expected


def test_e32_controls_in_a_literal() -> None:
    assert value('\x7f\b\f\x00"\\\n\r\t\x1f\u2028é') == '"\\u007F\\b\\f\\u0000\\"\\\\\\n\\r\\t\\u001F\u2028é"'


@pytest.mark.parametrize(
    ("written", "literal"),
    [
        (1, f'"1"^^<{XSD}integer>'),
        (1.0, f'"1"^^<{XSD}integer>'),
        (-0.0, f'"0"^^<{XSD}integer>'),
        (2**53 - 1, f'"9007199254740991"^^<{XSD}integer>'),
        (1e20, f'"100000000000000000000"^^<{XSD}integer>'),
        (1e21, f'"1.0E21"^^<{XSD}double>'),
        (1e2, f'"100"^^<{XSD}integer>'),
        (1e-7, f'"1.0E-7"^^<{XSD}double>'),
        (5.05, f'"5.05E0"^^<{XSD}double>'),
        (-123.456, f'"-1.23456E2"^^<{XSD}double>'),
        (5e-324, f'"4.940656458412465E-324"^^<{XSD}double>'),
        (True, f'"true"^^<{XSD}boolean>'),
        (False, f'"false"^^<{XSD}boolean>'),
        ({"@value": 5, "@type": f"{XSD}double"}, f'"5.0E0"^^<{XSD}double>'),
        ({"@value": 5, "@type": "urn:dt"}, '"5"^^<urn:dt>'),
        ({"@value": "5", "@type": f"{XSD}string"}, '"5"'),
        ({"@value": [1.0, {"b": 1e-7, "a": None}], "@type": "@json"}, None),
    ],
    ids=str,
)  # fmt: skip
def test_e33_numbers_and_literals(written: Any, literal: str | None) -> None:
    json_literal = '"[1,{\\"a\\":null,\\"b\\":1e-7}]"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON>'
    assert value(written) == (literal or json_literal)


def test_e37_no_leaf_can_change_unseen() -> None:
    document = credential(
        name="x", p=[1, True, {"id": "urn:b", "type": "T", "q": "y"}], r={"@value": "z", "@language": "en"}
    )
    before = linked.canonicalize(document, contexts.load).lines

    def leaves(at: Any, path: tuple[Any, ...]) -> Any:
        if isinstance(at, dict | list):
            for key in list(at) if isinstance(at, dict) else range(len(at)):
                if key != "@context":
                    yield from leaves(at[key], (*path, key))
        else:
            yield path

    paths = list(leaves(document, ()))
    assert len(paths) > 10
    for path in paths:
        changed = copy.deepcopy(document)
        *above, last = path
        place: Any = changed
        for key in above:
            place = place[key]
        old = place[last]
        place[last] = f"{old}x" if isinstance(old, str) else not old if isinstance(old, bool) else old + 1
        try:
            assert linked.canonicalize(changed, contexts.load).lines != before, path
        except Fault as fault:
            assert fault.code == "LD_UNSAFE"


@pytest.mark.parametrize(
    ("written", "literal"),
    [
        ({"@value": "<script>", "@type": "http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML"}, None),
        ({"@value": "x", "@language": "EN-Latn"}, '"x"@en-latn'),
        ({"@value": "x", "@language": "ar", "@direction": "rtl"}, '"x"^^<https://www.w3.org/ns/i18n#ar_rtl>'),
        ({"@value": "x", "@direction": "ltr"}, '"x"^^<https://www.w3.org/ns/i18n#_ltr>'),
    ],
)
def test_e41_languages_directions_and_html(written: Any, literal: str | None) -> None:
    html = '"<script>"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#HTML>'
    assert value(written) == (literal or html)


@pytest.mark.parametrize(
    "written",
    [
        [],
        [5],
        [{"@value": "x"}],
        [{"@list": ["x"]}],
        [{"urn:p": []}],
        [{"urn:p": [{"@list": [], "@index": "a"}]}],
        [{"relative": [{"@value": "x"}]}],
        [{"_:p": [{"@value": "x"}]}],
        [{"@id": "urn:a", "@index": "x", "urn:p": [{"@id": "urn:b"}]}],
        [{"urn:p": [{"@graph": []}]}],
        [{"urn:p": [{"@graph": [{"@id": "urn:b"}]}]}],
        [{"@id": 5, "urn:p": [{"@id": "urn:b"}]}],
    ],
)
def test_expanded_documents_are_read_as_strictly(written: list[Any]) -> None:
    assert code_of(lambda: expanded.quads(written)) == "LD_UNSAFE"


def test_an_object_that_stands_twice_in_memory_is_two_nodes() -> None:
    shared = {"q": "x", "r": [1, 2]}
    document = credential(p=shared, s=[shared, {"q": shared}])
    context = json.dumps(
        {"@context": {"l": {"@id": "urn:l", "@container": "@list"}, "g": {"@id": "urn:g", "@container": "@graph"}}}
    )
    nested = {"@context": "urn:own", "@id": "urn:a", "g": [{"l": shared["r"]}, {"l": shared["r"]}]}
    for whole, documents in ((document, contexts.load), (nested, lambda _: context.encode())):
        once = json.loads(json.dumps(whole))
        assert linked.canonicalize(whole, documents).lines == linked.canonicalize(once, documents).lines
    grouped = selection.group(document, contexts.load, {"it": ["/credentialSubject/s"]}, dict)
    assert grouped.lines == linked.canonicalize(document, contexts.load).lines
    assert 0 < len(grouped.groups["it"].matching) < len(grouped.lines)


def test_what_is_remembered_stays_bounded() -> None:
    from defa_id.linked import active

    root = active.initial()
    for number in range(3 * limits.LINKED_COMPILED):
        data = json.dumps({"@context": {"p": f"urn:{number}"}}).encode()
        document = {"@context": "urn:own", "@id": "urn:a", "p": number}
        linked.canonicalize(document, lambda _, data=data: data)  # type: ignore[misc]
        assert len(root._steps) <= limits.LINKED_COMPILED
    for number in range(300):
        linked.canonicalize(credential(**{f"p{number}": 1}), contexts.load)
    after = root.after(active.named([V2, EXAMPLES], contexts.load))
    assert 0 < len(after._shapes) <= 64
