"""An mdoc's status: a token list its security object names, signed by a certificate below the same authority."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from defa_id.sources import Document
from defa_id.verdict import Decision, Verdict
from tests.support import lists
from tests.support.certificates import Certificate, authority, p256, signer
from tests.support.mdocs import DS, GOLDEN, IACA, world
from tests.support.world import Signer

LISTED: list[dict[str, Any]] = [{"url": lists.URL}]
OWN_SIGNER = signer(p256(81), IACA, "Demo status signer")
STRANGER = signer(p256(82), authority(p256(83), "Stranger"))


def with_status(index: int = 7) -> bytes:
    def hook(mso: dict[str, Any]) -> dict[str, Any]:
        return {**mso, "status": {"status_list": {"idx": index, "uri": lists.URL}}}

    return GOLDEN.but(mso=hook).bare()


class Shelf:
    def __init__(self, data: bytes) -> None:
        self.data = data

    def get(self, url: str, limit: int) -> Document:  # noqa: ARG002  (the protocol's signature)
        return Document(self.data, "2026-11-24T08:00:00Z")


def judged(form: str, by: Certificate, entries: dict[int, int]) -> Verdict:
    key = Signer(by.key, "ES256")
    if form == "JWT":
        chain = [base64.b64encode(by.der).decode()]
        data = lists.token(key, entries, header={"x5c": chain, "kid": None})
    else:
        data = lists.token_cwt(key, entries, unprotected={33: by.der})
    return world(status_lists=LISTED).verify(with_status(), source=Shelf(data))


def lines(verdict: Verdict) -> list[tuple[str, str | None]]:
    return [(one.id, one.code) for one in verdict.problems if one.code != "CHECK_NEEDS"]


@pytest.mark.parametrize("form", ["JWT", "CWT"])
@pytest.mark.parametrize("by", [DS, OWN_SIGNER], ids=["the document signer", "a signer of its own"])
def test_the_list_is_the_issuers(form: str, by: Certificate) -> None:
    verdict = judged(form, by, {8: 1})
    assert (verdict.decision, lines(verdict)) == (Decision.ACCEPTED, [])
    assert lines(judged(form, by, {7: 1})) == [("status.current", "STATUS_REVOKED")]


@pytest.mark.parametrize("form", ["JWT", "CWT"])
def test_a_list_by_somebody_else(form: str) -> None:
    verdict = judged(form, STRANGER, {})
    assert verdict.decision is Decision.REJECTED
    assert [id for id, _ in lines(verdict)] == ["status.signer"]
