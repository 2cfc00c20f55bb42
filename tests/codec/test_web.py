"""Host names and URLs: one spelling each, and never an address."""

from __future__ import annotations

import pytest

from defa_id.codec import web
from defa_id.codec.web import Url
from defa_id.errors import Fault

NUMERIC = ["127.0.0.1", "[::1]", "0", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "1.1", "a.0x7f", "a.1"]
NOT_NAMES = [
    *("", ".", "a", "localhost", "a..example", ".example", "example.", "a_b.example", "-a.example", "a-.example"),
    *("exämple.com", "issuer。example", "issuer.example。", "a b.example", "a%2eexample", "аррle.com"),
    *("x" * 64 + ".example", ".".join(["a" * 49] * 5) + ".example.com"),
    *("a.localhost", "printer.local", "metadata.internal", "router.lan", "x.home.arpa", "wiki.corp", "a.localdomain"),
]


@pytest.mark.parametrize("text", [*NUMERIC, *NOT_NAMES])
def test_what_is_no_public_name(text: str) -> None:
    with pytest.raises(Fault) as fault:
        web.host(text)
    assert fault.value.code == "DID_HOST"


@pytest.mark.parametrize(
    "text", ["issuer.example", "Issuer.EXAMPLE", "a.b.c.go.id", "xn--12c1fe0br.xn--o3cw4h", "1a.sg"]
)
def test_names(text: str) -> None:
    assert web.host(text) == text.lower()


def test_the_longest_name() -> None:
    """RFC 1035 §2.3.4 leaves 253 characters."""
    longest = ".".join(["a" * 63] * 3 + ["a" * 58, "sg"])
    assert (len(longest), web.host(longest)) == (253, longest)
    with pytest.raises(Fault):
        web.host("a" + longest[1:].replace("sg", "sgp"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://issuer.example", Url("issuer.example", 443, "/")),
        ("https://ISSUER.example/a/b.json", Url("issuer.example", 443, "/a/b.json")),
        ("https://issuer.example:8443/a", Url("issuer.example", 8443, "/a")),
        ("https://issuer.example/a?b=c&d", Url("issuer.example", 443, "/a", "b=c&d")),
        ("https://issuer.example?b", Url("issuer.example", 443, "/", "b")),
        ("https://issuer.example/%C3%A9/~x", Url("issuer.example", 443, "/%C3%A9/~x")),
    ],
)
def test_addresses(text: str, expected: Url) -> None:
    assert web.parse(text) == expected


def test_the_target_is_path_and_query() -> None:
    assert web.parse("https://issuer.example/a?b=c").target == "/a?b=c"
    assert web.parse("https://issuer.example").target == "/"


@pytest.mark.parametrize(
    "text",
    [
        *("", "issuer.example", "http://issuer.example/", "HTTPS://issuer.example/", "ftp://issuer.example/"),
        *("https://user@issuer.example/", "https://user:pw@issuer.example/", "https://issuer.example/#f"),
        *("https://issuer.example:0/", "https://issuer.example:22/", "https://issuer.example:65536/"),
        *("https://issuer.example:/", "https://issuer.example:0443/", "https://issuer.example:443x/"),
        *("https://127.0.0.1/", "https://[::1]/", "https://localhost/", "https://issuer.example\\@evil.example/"),
        *("https://issuer.example/a/../b", "https://issuer.example/./a", "https://issuer.example/%2e%2e/a"),
        *("https://issuer.example/a%2Fb", "https://issuer.example/a%5Cb", "https://issuer.example/a%00"),
        *("https://issuer.example/a b", "https://issuer.example/a\r\nHost: evil.example", "https://issuer.example/é"),
        *("https://issuer.example/%zz", "https://issuer.example/a?b c", "https://issuer.example/a?é"),
        *("https://issuer.example /", " https://issuer.example/", "https://issuer.example/\n"),
    ],
)
def test_what_is_not_fetched(text: str) -> None:
    with pytest.raises(Fault) as fault:
        web.parse(text)
    assert fault.value.code == "NET_URL"
