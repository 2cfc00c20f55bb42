"""Interleaved measuring: every round times every case once, so that a machine's drift hits all alike."""

from __future__ import annotations

import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

BLOCK_SECONDS = 0.02


class Figures(NamedTuple):
    """One case over all rounds. Times in seconds; `ratio` is to the floor of the same round."""

    name: str
    median: float
    ratio: float
    low: float
    high: float


def interleaved(cases: Mapping[str, Callable[[], object]], floors: Mapping[str, str], rounds: int) -> list[Figures]:
    """CPU time of each case per call, and its ratio to the case that `floors` names for it.

    Each case is called in blocks long enough to be timed; the order turns from round to round.
    """
    names = list(cases)
    blocks = {name: _block_size(cases[name]) for name in names}
    taken: dict[str, list[float]] = {name: [] for name in names}
    gc.collect()
    gc.disable()
    try:
        for number in range(rounds):
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                taken[name].append(_timed(cases[name], blocks[name]) / blocks[name])
    finally:
        gc.enable()
    return [_figures(name, taken[name], taken[floors[name]]) for name in names]


class Process(NamedTuple):
    """A whole process over all rounds: wall and CPU seconds (medians), ratios to the first, peak bytes."""

    name: str
    wall: float
    cpu: float
    wall_ratio: float
    cpu_ratio: float
    low: float
    high: float
    peak: int


def processes(commands: Mapping[str, Sequence[str]], rounds: int) -> list[Process]:
    """The commands as processes of their own, round by round; ratios are to the first of them.

    A small process starts them, because a child's peak memory counts what its parent held. Raises
    `CalledProcessError` if one of them fails: a failing command is no measurement.
    """
    asked = json.dumps({"commands": commands, "rounds": rounds})
    done = subprocess.run([sys.executable, __file__], input=asked, capture_output=True, text=True, check=True)
    return [Process(*row) for row in json.loads(done.stdout)]


def _processes(commands: Mapping[str, Sequence[str]], rounds: int) -> list[Process]:
    names = list(commands)
    wall: dict[str, list[float]] = {name: [] for name in names}
    cpu: dict[str, list[float]] = {name: [] for name in names}
    peak = dict.fromkeys(names, 0)
    for number in range(-1, rounds):  # one round to warm the file cache
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            seconds, cpu_seconds, memory = _spawn(commands[name])
            if number >= 0:
                wall[name].append(seconds)
                cpu[name].append(cpu_seconds)
                peak[name] = max(peak[name], memory)
    first = names[0]
    told = []
    for name in names:
        by_wall, by_cpu = _figures(name, wall[name], wall[first]), _figures(name, cpu[name], cpu[first])
        told.append(
            Process(
                *(name, by_wall.median, by_cpu.median, by_wall.ratio, by_cpu.ratio),
                *(by_wall.low, by_wall.high, peak[name]),
            )
        )
    return told


def _spawn(command: Sequence[str]) -> tuple[float, float, int]:
    # An installed program has its bytecode beside it; so must the measured one.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    quiet = subprocess.DEVNULL
    begun = time.perf_counter()
    with subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, env=environment) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"exit {process.returncode}: {' '.join(command)}")
    return time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


def _block_size(case: Callable[[], object]) -> int:
    case()
    size = 1
    while (seconds := _timed(case, size)) < BLOCK_SECONDS / 4:
        size *= 4
    return max(1, round(size * BLOCK_SECONDS / seconds))


def _timed(case: Callable[[], object], size: int) -> float:
    calls = range(size)
    begun = time.process_time()
    for _ in calls:
        case()
    return time.process_time() - begun


def _figures(name: str, taken: Sequence[float], floor: Sequence[float]) -> Figures:
    ratios = sorted(own / base for own, base in zip(taken, floor, strict=True))
    last = len(ratios) - 1
    return Figures(
        name,
        statistics.median(taken),
        statistics.median(ratios),
        ratios[round(0.1 * last)],
        ratios[round(0.9 * last)],
    )


if __name__ == "__main__":
    json.dump(_processes(**json.load(sys.stdin)), sys.stdout)
