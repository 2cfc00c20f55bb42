"""How often hosts may be asked: so many questions in five minutes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from time import monotonic

from defa_id.codec import limits
from defa_id.values import NamedTuple
from defa_id.wire import Unfit


class Bounds(NamedTuple):
    """What one source may cost. Seconds are those of the monotonic clock; `window` is the time over which
    `questions` and `questions_a_host` are counted."""

    seconds: float = limits.NET_TOTAL_SECONDS
    questions: int = limits.NET_QUESTIONS
    questions_a_host: int = limits.NET_QUESTIONS_A_HOST
    window: float = limits.NET_WINDOW_SECONDS


class Budget:
    """Questions spent within the window, together and by host. Not safe between threads by itself."""

    def __init__(self, bounds: Bounds, clock: Callable[[], float] = monotonic) -> None:
        self._bounds = bounds
        self._clock = clock
        self._spent: deque[tuple[float, str]] = deque()
        self._by_host: dict[str, int] = {}

    def spend(self, host: str) -> None:
        """One question to a host. Raises `Unfit` NET_BUDGET if there is none left."""
        now = self._clock()
        while self._spent and now - self._spent[0][0] >= self._bounds.window:
            _, past = self._spent.popleft()
            self._by_host[past] -= 1
            if not self._by_host[past]:
                del self._by_host[past]
        minutes = self._bounds.window / 60
        if len(self._spent) >= self._bounds.questions:
            raise Unfit("NET_BUDGET", f"{self._bounds.questions} questions were asked within {minutes:g} minutes")
        if self._by_host.get(host, 0) >= self._bounds.questions_a_host:
            most = self._bounds.questions_a_host
            raise Unfit("NET_BUDGET", f"this host was asked {most} questions within {minutes:g} minutes")
        self._spent.append((now, host))
        self._by_host[host] = self._by_host.get(host, 0) + 1
