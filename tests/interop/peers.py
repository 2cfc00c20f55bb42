"""Independent software as functions: the npm peers through node, didkit in a process that may crash."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

NPM = Path(__file__).resolve().parent / "npm"

# didkit brings its own runtime down badly at interpreter exit, so this interpreter does not exit: it stops.
DIDKIT = """
import asyncio, inspect, json, os, sys
import didkit

async def answer(request):
    value = getattr(didkit, request["call"])(*request["arguments"])
    return await value if inspect.isawaitable(value) else value

try:
    told = {"value": asyncio.run(answer(json.load(sys.stdin)))}
except didkit.DIDKitException as refusal:
    told = {"refused": str(refusal)}
sys.stdout.write(json.dumps(told))
sys.stdout.flush()
os._exit(0)
"""


class Refused(AssertionError):
    """The peer did not do it; its own words."""


def node(action: str, **request: Any) -> dict[str, Any]:
    """What `npm/peer.mjs` answers. Raises `Refused` with the peer's own words."""
    return _asked("peer.mjs", action, request)


def linked_data(action: str, **request: Any) -> dict[str, Any]:
    """What `npm/linked_data.mjs` answers. Raises `Refused` with the peer's own words."""
    return _asked("linked_data.mjs", action, request)


def _asked(program: str, action: str, request: dict[str, Any]) -> dict[str, Any]:
    done = subprocess.run(
        ["node", str(NPM / program)],  # noqa: S607
        input=json.dumps({"action": action, **request}).encode("utf-8"),
        capture_output=True,
        check=True,
    )
    return _answer(done.stdout)


def didkit(call: str, *arguments: str) -> str:
    """What a function of didkit returns. Raises `Refused` with didkit's own words."""
    done = subprocess.run(
        [sys.executable, "-c", DIDKIT],
        input=json.dumps({"call": call, "arguments": arguments}).encode("utf-8"),
        capture_output=True,
        check=True,
    )
    value: str = _answer(done.stdout)["value"]
    return value


def _answer(text: bytes) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(text)
    if "refused" in answer:
        raise Refused(answer["refused"])
    return answer
