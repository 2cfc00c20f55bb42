"""process and serving: whatever a helper process does, the one who asked gets a line, and the next answer."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator

import pytest

from defa_id.codec import limits
from defa_id.errors import Fault, Unknowable
from defa_id.workers.process import Worker

POSIX = os.name == "posix"


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker("tests.workers.misbehaving", 5)
    yield worker
    worker.close()


def test_one_process_answers_many_questions(worker: Worker) -> None:
    values = [None, 1, "é\u0000", {"a": [1.5, True]}, "x" * 1_000_000]
    assert [worker.ask({"do": "echo", "value": value}) for value in values] == values
    assert worker.ask({"do": "count"}) == worker.ask({"do": "count"})


def test_what_it_prints_is_no_answer(worker: Worker) -> None:
    assert worker.ask({"do": "print"}) == "an answer"


def test_its_faults_are_ours(worker: Worker) -> None:
    with pytest.raises(Fault) as failed:
        worker.ask({"do": "fault"})
    assert (failed.value.code, failed.value.why, failed.value.unknown) == ("LD_UNSAFE", "as told", False)
    with pytest.raises(Unknowable) as unknown:
        worker.ask({"do": "unknown"})
    assert unknown.value.code == "RDF_UNSUPPORTED"


@pytest.mark.parametrize("do", ["raise", "abort", "exit", "spawn", "connect", "flood"])
def test_a_process_that_ends_leaves_the_question_unknown_and_the_next_is_answered(worker: Worker, do: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        told = {"do": do, "port": server.getsockname()[1], "size": limits.WORKER_ANSWER_BYTES + 1}
        before = worker.ask({"do": "count"})
        with pytest.raises(Unknowable) as unknown:
            worker.ask(told)
        assert unknown.value.code == "WORKER_ENDED"
        assert worker.ask({"do": "count"}) != before
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.skipif(not POSIX, reason="limits of a process are set the POSIX way")
@pytest.mark.parametrize(("do", "code"), [("spin", "WORKER_LIMIT"), ("allocate", "WORKER_ENDED")])
def test_time_and_memory_end(worker: Worker, do: str, code: str) -> None:
    with pytest.raises(Unknowable) as unknown:
        worker.ask({"do": do})
    assert unknown.value.code == code
    assert worker.ask({"do": "echo", "value": 1}) == 1


def test_a_process_that_sleeps_is_ended_on_the_wall() -> None:
    worker = Worker("tests.workers.misbehaving", 0.5)
    try:
        with pytest.raises(Unknowable) as unknown:
            worker.ask({"do": "sleep"})
        assert unknown.value.code == "WORKER_LIMIT"
    finally:
        worker.close()


def test_a_module_that_does_not_start_leaves_the_question_unknown() -> None:
    worker = Worker("tests.workers.no_such_module", 5)
    for _ in range(2):
        with pytest.raises(Unknowable) as unknown:
            worker.ask({"do": "echo", "value": 1})
        assert unknown.value.code == "WORKER_ENDED"
    worker.close()


def test_closed_it_starts_again(worker: Worker) -> None:
    first = worker.ask({"do": "count"})
    worker.close()
    worker.close()
    assert worker.ask({"do": "count"}) != first


def test_after_enough_answers_another_takes_over(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "WORKER_QUESTIONS", 2)
    pids = [worker.ask({"do": "count"}) for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]


def test_threads_get_their_own_answers(worker: Worker) -> None:
    found: dict[int, object] = {}

    def ask(number: int) -> None:
        for _ in range(20):
            found[number] = worker.ask({"do": "echo", "value": number})
            assert found[number] == number

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: number for number in range(6)}


@pytest.mark.skipif(not POSIX, reason="nothing else forks")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")  # xdist's threads
def test_a_fork_asks_a_process_of_its_own(worker: Worker) -> None:
    ours = worker.ask({"do": "count"})
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, str(worker.ask({"do": "count"})).encode())
        worker.close()
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        theirs = int(pipe.read())
    os.waitpid(child, 0)
    assert theirs != ours
    assert worker.ask({"do": "count"}) == ours
