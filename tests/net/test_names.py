"""A host's addresses: soon, few, or not at all."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from defa_id.codec import limits
from defa_id.net import names
from defa_id.wire import Unfit


def code(host: str, look_up: names.LookUp, seconds: float = 1.0) -> tuple[str, str]:
    with pytest.raises(Unfit) as unfit:
        names.addresses(host, seconds, look_up)
    return unfit.value.code, unfit.value.why


def test_the_resolvers_order_is_kept() -> None:
    assert names.addresses("h.example", 1, lambda _: ["2.2.2.2", "1.1.1.1"]) == ("2.2.2.2", "1.1.1.1")


def test_this_machines_own_resolver() -> None:
    assert "127.0.0.1" in names.addresses("localhost", 5)


@pytest.mark.parametrize("number", [socket.EAI_NONAME, socket.EAI_AGAIN, socket.EAI_FAIL])
def test_no_such_host_or_no_answer(number: int) -> None:
    def look_up(_: str) -> list[str]:
        raise socket.gaierror(number, "as the resolver says")

    assert code("h.example", look_up) == ("NET_DNS", "as the resolver says")


def test_a_name_that_cannot_be_asked_for() -> None:
    def look_up(host: str) -> list[str]:
        raise UnicodeError("label too long")

    assert code("h.example", look_up) == ("NET_DNS", "it cannot be asked for")


def test_sixteen_addresses_are_enough() -> None:
    many = [f"1.1.1.{number}" for number in range(17)]
    assert len(names.addresses("h.example", 1, lambda _: many[:16])) == 16
    assert code("h.example", lambda _: many) == ("NET_DNS", "it has more than 16 addresses")
    assert code("h.example", lambda _: []) == ("NET_DNS", "it has no address")


def test_an_endless_answer_is_not_read_to_its_end() -> None:
    def endless(_: str) -> Iterator[str]:
        while True:
            yield "1.1.1.1"

    assert code("h.example", endless) == ("NET_DNS", "it has more than 16 addresses")


def test_a_silent_resolver_is_left_alone_and_not_without_end() -> None:
    answer = threading.Event()

    def silent(_: str) -> list[str]:
        answer.wait(10)
        return ["1.1.1.1"]

    most = limits.NET_AT_ONCE * 4
    for _ in range(most):
        assert code("h.example", silent, 0.01) == ("NET_DNS", "no answer within 0.01 s")
    assert code("h.example", silent, 5) == ("NET_DNS", "too many questions to the resolver are unanswered")
    answer.set()
    assert any(_found() for _ in range(200)), "the places of those that ended are not given back"


def _found() -> bool:
    try:
        return names.addresses("h.example", 1, lambda _: ["1.1.1.1"]) == ("1.1.1.1",)
    except Unfit:
        time.sleep(0.01)
        return False
