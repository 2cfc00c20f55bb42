"""Asking for a host's addresses, and not waiting longer than is useful."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue
from typing import Final

from defa_id.codec import limits
from defa_id.wire import Unfit

LookUp = Callable[[str], Iterable[str]]

_under_way: Final = threading.BoundedSemaphore(limits.NET_AT_ONCE * 4)  # abandoned ones included


def system(host: str) -> Iterable[str]:
    """What this machine's resolver says, however long that takes. Raises `OSError`, `UnicodeError`."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return dict.fromkeys(str(address[0]) for *_, address in found)


def addresses(host: str, seconds: float, look_up: LookUp = system) -> tuple[str, ...]:
    """All addresses of a host, in the resolver's order: at most 16, or none of them counts.

    A resolver cannot be interrupted, so it is left alone after `seconds`; it ends by itself, and only
    so many are left alone at once. Raises `Unfit` NET_DNS.
    """
    if not _under_way.acquire(blocking=False):
        raise Unfit("NET_DNS", "too many questions to the resolver are unanswered")
    answers: SimpleQueue[tuple[str, ...] | str] = SimpleQueue()
    try:
        threading.Thread(target=_ask, args=(host, look_up, answers), name="defa-id-dns", daemon=True).start()
    except RuntimeError:
        _under_way.release()
        raise Unfit("NET_DNS", "this machine can start no more threads") from None
    try:
        found = answers.get(timeout=seconds)
    except Empty:
        raise Unfit("NET_DNS", f"no answer within {seconds:.3g} s") from None
    if isinstance(found, str):
        raise Unfit("NET_DNS", found)
    if not 0 < len(found) <= limits.NET_ADDRESSES:
        most = limits.NET_ADDRESSES
        raise Unfit("NET_DNS", f"it has more than {most} addresses" if found else "it has no address")
    return found


def _ask(host: str, look_up: LookUp, answers: SimpleQueue[tuple[str, ...] | str]) -> None:
    try:
        answers.put(tuple(address for address, _ in zip(look_up(host), range(limits.NET_ADDRESSES + 1), strict=False)))
    except (OSError, UnicodeError) as error:
        answers.put(f"{error.strerror}" if isinstance(error, OSError) and error.strerror else "it cannot be asked for")
    finally:
        _under_way.release()
