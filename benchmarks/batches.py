"""Many credentials: a file with a token on each line, judged by one process or by two over ranges of its bytes.

`python -m benchmarks.batches REGISTRY STATE FILE raw|one|two` is one such process, `… FILE BEGIN END` a part of one.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

import defa_id

if TYPE_CHECKING:
    from benchmarks.material import Material

NAME: Final = "vc-jwt-ES256"
NUMBER: Final = 5_000


def commands(material: Material, folder: Path) -> dict[str, list[str]]:
    """The processes to be measured, the floor first. Writes the file of tokens, no two alike."""
    from benchmarks.material import NOW, PERSON, RELYING, TYPES  # not for the processes measured
    from defa_id import issue

    key, path = material.keys[NAME], folder / "tokens"
    with path.open("w", encoding="ascii") as lines:
        for number in range(NUMBER):
            token = issue.issue(
                "vc-jwt",
                key,
                issuer=f"https://{NAME.lower()}.example",
                type=TYPES["vc-jwt"],
                claims={**PERSON, "document_number": f"DEMO-{number:06}"},
                issued=NOW - timedelta(hours=1, seconds=number),
                expires=NOW + timedelta(days=365),
            )
            lines.write(token + "\n")
    run = [sys.executable, "-m", "benchmarks.batches", str(material.sandbox.published), RELYING, str(path)]
    return {
        f"raw ES256 verification, {NUMBER:,} times": [*run, "raw"],
        f"{NUMBER:,} VC-JWT, one process": [*run, "one"],
        f"{NUMBER:,} VC-JWT, two processes": [*run, "two"],
    }


def main(registry: str, state: str, file: str, *how: str) -> None:
    """Judge the lines. Raises `RuntimeError` unless all are accepted."""
    path = Path(file)
    size = path.stat().st_size
    if how == ("raw",):
        _raw(next(_lines(path, 0, 1)))
    elif how == ("two",):
        halves = ((0, size // 2), (size // 2, size))
        run = [sys.executable, "-m", "benchmarks.batches", registry, state, file]
        parts = [subprocess.Popen([*run, str(begin), str(end)]) for begin, end in halves]
        if [part for part in parts if part.wait()]:
            raise RuntimeError("a part has failed")
    else:
        begin, end = (0, size) if how == ("one",) else map(int, how)
        verifier = defa_id.Verifier(
            defa_id.open_registry(Path(registry)), defa_id.Policy.preset("baseline", for_state=state)
        )
        at = datetime.now(UTC)
        for token in _lines(path, begin, end):
            verdict = verifier.verify(token, at=at)
            if not verdict:
                raise RuntimeError(verdict.summary)


def _raw(token: bytes) -> None:
    """The signature alone, of a text as long as the tokens' own."""
    private, algorithm = ec.generate_private_key(ec.SECP256R1()), ec.ECDSA(hashes.SHA256())
    message, public = token.rpartition(b".")[0], private.public_key()
    signature = private.sign(message, algorithm)
    for _ in range(NUMBER):
        public.verify(signature, message, algorithm)


def _lines(path: Path, begin: int, end: int) -> Iterator[bytes]:
    """The lines that begin in these bytes."""
    with path.open("rb") as data:
        if begin:
            data.seek(begin - 1)
            data.readline()
        while data.tell() < end and (line := data.readline()):
            yield line


if __name__ == "__main__":
    main(*sys.argv[1:])
