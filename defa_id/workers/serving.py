"""The other side of the pipe: a loop that answers questions within its limits, and ends without a word.

Ends with `os._exit`: libraries that crash while the interpreter shuts down never get to. A question that
raises what nobody foresaw ends the process, and the asking side says so.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, Final, NoReturn

from defa_id.codec import limits
from defa_id.errors import Fault
from defa_id.workers.process import HEADER_BYTES

_REFUSED: Final = ("socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec")


def serve(work: Callable[[Any], Any], *, cpu_seconds: float) -> NoReturn:
    """Answer questions until there are no more. `cpu_seconds` are for one answer (POSIX systems)."""
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nothing, descriptor)
    _bound_memory()
    sys.addaudithook(_refuse)
    _send(answers, {"answer": "ready"})
    while header := questions.read(HEADER_BYTES):
        question = json.loads(questions.read(int.from_bytes(header)))
        _bound_time(cpu_seconds)
        try:
            answer = {"answer": work(question)}
        except Fault as fault:
            answer = {"unknown" if fault.unknown else "fault": [fault.code, fault.why]}
        _bound_time(0)
        _send(answers, answer)
    os._exit(0)


def _send(answers: BinaryIO, answer: Any) -> None:
    data = json.dumps(answer).encode()
    answers.write(len(data).to_bytes(HEADER_BYTES) + data)
    answers.flush()


def _bound_time(seconds: float) -> None:
    """The kernel ends the process when the time is used up, whatever code is running."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _bound_memory() -> None:
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = limits.WORKER_MEMORY_BYTES
    if hard == resource.RLIM_INFINITY or hard > most:
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _refuse(event: str, _: tuple[Any, ...]) -> None:
    """Nothing here has any business outside its pipe."""
    if event in _REFUSED:
        os._exit(1)
