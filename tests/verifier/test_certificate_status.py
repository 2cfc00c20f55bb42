"""status.certificate: the authority's own list, where the registry names it, and nobody is asked otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from defa_id.codec import limits
from defa_id.policy import Expected
from defa_id.sources import Document, Source, Unavailable
from defa_id.verdict import Decision, Verdict
from tests.support import certificates as made
from tests.support.certificates import NOW, p256, revocations
from tests.support.mdocs import DS, GOLDEN, IACA, world

URL = "https://issuer.example/iaca.crl"
NUMBER = 0x1234567890
SIGNED = GOLDEN.but(certificate=DS.also(made.crl_point(URL)))
NAMED: list[dict[str, Any]] = [{"url": URL}]


class Shelf:
    """A source that has one document, or none."""

    def __init__(self, data: bytes | None) -> None:
        self.data = data
        self.asked: list[tuple[str, int]] = []

    def get(self, url: str, limit: int) -> Document:
        self.asked.append((url, limit))
        if self.data is None:
            raise Unavailable(url)
        return Document(self.data, "2026-11-24T08:00:00Z")


def judged(source: Source, data: bytes | None = None, **listed: Any) -> Verdict:
    made_ = world(*listed.pop("anchors", ()), **{"status_lists": NAMED, **listed})
    return made_.verify(data or SIGNED.bare(), source=source)


def line(verdict: Verdict) -> tuple[str, str | None] | None:
    found = [(str(one.outcome), one.code) for one in verdict.checks if one.id == "status.certificate"]
    assert len(found) <= 1
    return found[0] if found else None


def test_not_revoked() -> None:
    shelf = Shelf(revocations(IACA, [5]))
    verdict = judged(shelf)
    assert (verdict.decision, line(verdict)) == (Decision.ACCEPTED, ("passed", None))
    assert "status.certificate" in verdict.required
    assert shelf.asked == [(URL, limits.CRL_BYTES)]
    (document,) = verdict.documents
    assert document["url"] == URL


def test_revoked() -> None:
    verdict = judged(Shelf(revocations(IACA, [NUMBER])))
    assert (verdict.decision, line(verdict)) == (Decision.REJECTED, ("failed", "X509_REVOKED"))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (None, "STATUS_UNAVAILABLE"),
        (b"no list", "X509_CRL"),
        (revocations(IACA, [NUMBER], key=p256(99)), "X509_CRL"),
        (revocations(IACA, following=NOW - timedelta(seconds=1)), "X509_CRL"),
    ],
)
def test_not_known(data: bytes | None, code: str) -> None:
    verdict = judged(Shelf(data))
    assert (verdict.decision, line(verdict)) == (Decision.INDETERMINATE, ("unknown", code))


def test_a_list_only_the_certificate_names_is_not_asked_for() -> None:
    shelf = Shelf(revocations(IACA, [NUMBER]))
    for listed in ([], [{"url": "https://issuer.example/other.crl"}]):
        verdict = judged(shelf, status_lists=listed)
        assert (verdict.decision, line(verdict), shelf.asked) == (Decision.ACCEPTED, None, [])


def test_nor_one_only_the_registry_names() -> None:
    shelf = Shelf(revocations(IACA, [NUMBER]))
    verdict = judged(shelf, GOLDEN.bare())
    assert (verdict.decision, line(verdict), shelf.asked) == (Decision.ACCEPTED, None, [])


def test_a_signer_that_is_listed_itself_is_the_registrys_to_strike() -> None:
    shelf = Shelf(revocations(IACA, [NUMBER]))
    behind = SIGNED.but(chain=(SIGNED.certificate.der, IACA.der), key=DS.key)
    for data in (SIGNED.bare(), behind.bare()):
        verdict = judged(shelf, data, anchors=(SIGNED.certificate,), use="leaf")
        assert (verdict.decision, line(verdict), shelf.asked) == (Decision.ACCEPTED, None, [])


def test_nobody_is_asked_once_something_has_failed() -> None:
    shelf = Shelf(revocations(IACA))
    late = SIGNED.but(ends=NOW - timedelta(days=1))
    verdict = judged(shelf, late.bare())
    assert (verdict.decision, line(verdict), shelf.asked) == (Decision.REJECTED, ("unknown", "STATUS_UNAVAILABLE"), [])


def test_an_authority_that_came_along() -> None:
    with_root = SIGNED.but(chain=(SIGNED.certificate.der, IACA.der), key=DS.key)
    assert line(judged(Shelf(revocations(IACA)), with_root.bare())) == ("passed", None)
    assert line(judged(Shelf(revocations(IACA, [NUMBER])), with_root.bare())) == ("failed", "X509_REVOKED")


def test_without_a_registry_there_is_no_list() -> None:
    made_ = world(status_lists=NAMED)
    shelf = Shelf(revocations(IACA, [NUMBER]))
    verdict = made_.verify(
        SIGNED.bare(), source=shelf, policy={"trust": "any-issuer"}, for_state=None, expected=Expected()
    )
    assert (line(verdict), shelf.asked) == (None, [])
