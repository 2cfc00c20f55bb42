"""One helper process: started when first asked, asked one thing at a time, ended when it takes too long.

Questions and answers are JSON in frames of their length, over pipes. The process bounds its own CPU
time and memory (`serving`); this side bounds the time on the wall and outlives whatever happens there.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Final

from defa_id.codec import limits
from defa_id.errors import Fault, Unknowable

HEADER_BYTES: Final = 4
_GOING_SECONDS: Final = 0.5
_ROOT: Final = Path(__file__).resolve().parent.parent.parent  # where `import defa_id` finds this package
_OUT_OF_TIME: Final = tuple(-getattr(signal, name) for name in ("SIGPROF", "SIGXCPU") if hasattr(signal, name))


class Worker:
    """A process that runs one module of this room, `python -m MODULE`."""

    def __init__(self, module: str, seconds: float) -> None:
        """`seconds`: the longest an answer may take on the wall, once the process is up."""
        self._module = module
        self._seconds = seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._asked = 0
        self._late = False
        atexit.register(self.close)

    def ask(self, question: Any) -> Any:
        """The answer to one question. Raises the `Fault` or `Unknowable` the worker found, and
        `Unknowable` WORKER_LIMIT or WORKER_ENDED when there is no answer."""
        data = json.dumps(question).encode()
        with self._lock:
            process = self._running()
            answer = self._within(self._seconds, process, data)
            self._asked += 1
            if answer is None:
                raise self._ended(process)
            if self._asked >= limits.WORKER_QUESTIONS:
                self._end()
        return _opened(answer)

    def close(self) -> None:
        """End the process, if there is one. It starts again when asked again."""
        with self._lock:
            self._end()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._owner != os.getpid():
            self._process = None  # a fork: the process answers its parent, not us
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603  (our own interpreter, our own module)
                [sys.executable, "-P", "-m", self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                close_fds=True,
            )
            self._owner, self._asked, self._late = os.getpid(), 0, False
            if self._within(limits.WORKER_START_SECONDS, self._process, b"") is None:
                raise self._ended(self._process)
        return self._process

    def _within(self, seconds: float, process: subprocess.Popen[bytes], data: bytes) -> bytes | None:
        """Write a frame, if there is one, and read one; None if the process ends before it has answered."""
        if process.stdin is None or process.stdout is None:
            return None
        timer = threading.Timer(seconds, self._stop, [process])
        timer.daemon = True
        timer.start()
        try:
            if data:
                process.stdin.write(len(data).to_bytes(HEADER_BYTES) + data)
                process.stdin.flush()
            size = int.from_bytes(process.stdout.read(HEADER_BYTES))
            answer = process.stdout.read(size) if 0 < size <= limits.WORKER_ANSWER_BYTES else b""
        except OSError:
            return None
        finally:
            timer.cancel()
        return answer if answer and len(answer) == size else None

    def _stop(self, process: subprocess.Popen[bytes]) -> None:
        self._late = True
        process.kill()

    def _ended(self, process: subprocess.Popen[bytes]) -> Unknowable:
        """Why there was no answer, once the process is gone; one that closed its pipe may still be going."""
        try:
            process.wait(_GOING_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
        self._end()
        if self._late or process.returncode in _OUT_OF_TIME:
            return Unknowable("WORKER_LIMIT")
        return Unknowable("WORKER_ENDED")

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        if process.poll() is None:
            process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close(pipe)
        process.wait()


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG", "TMPDIR", "TEMP") if name in os.environ}
    return {**kept, "PYTHONPATH": str(_ROOT), "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}


def _close(pipe: Any) -> None:
    try:
        pipe.close()
    except OSError:  # what was still to be written has nobody to read it
        return


def _opened(data: bytes) -> Any:
    answer = json.loads(data)
    if "fault" in answer:
        raise Fault(*answer["fault"])
    if "unknown" in answer:
        raise Unknowable(*answer["unknown"])
    return answer["answer"]
