"""A worker that does as it is told, however bad: what a helper process may do to whoever asked it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from typing import Any

from defa_id.errors import Fault, Unknowable
from defa_id.workers.serving import serve


def work(told: Any) -> Any:
    match told["do"]:
        case "echo":
            return told["value"]
        case "count":
            return os.getpid()
        case "print":
            sys.stdout.write("not an answer")
            sys.stdout.flush()
            return "an answer"
        case "fault":
            raise Fault("LD_UNSAFE", "as told")
        case "unknown":
            raise Unknowable("RDF_UNSUPPORTED", "as told")
        case "raise":
            raise RuntimeError(told)
        case "spin":
            while True:
                pass
        case "sleep":
            time.sleep(60)
        case "allocate":
            return len(bytearray(1 << 32))
        case "abort":
            os.abort()
        case "exit":
            os._exit(0)
        case "connect":
            with socket.socket() as connection:
                connection.connect(("127.0.0.1", told["port"]))
        case "spawn":
            subprocess.run([sys.executable, "-c", "pass"], check=True)
        case "flood":
            return "x" * told["size"]
    return None


if __name__ == "__main__":
    serve(work, cpu_seconds=0.5)
