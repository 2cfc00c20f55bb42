"""What became of an authorisation: a pure evaluator over two axes of time.

Every question has an event time (when was it issued, when is it judged) and a knowledge time (what
was on record then). Nothing is ever deleted, so any past answer can be given again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from defa_id.codec.text import printable
from defa_id.errors import Fault, Unknowable
from defa_id.trust.records import Event, known
from defa_id.values import NamedTuple

GRANTED: Final = "granted"
SUSPENDED: Final = "suspended"
ENDED: Final = frozenset({"withdrawn", "ceased", "superseded"})

# What an event's reason means for credentials issued before it (registry design, Data). A reason or
# status that is not known here leaves them open.
LEAVES_GOOD: Final = frozenset({"administrative", "ceased", "superseded"})
LEAVES_OPEN: Final = frozenset({"investigation", "supervision"})
DESTROYS: Final = "fraud"
COMPROMISE: Final = "compromise"
REASONS: Final = LEAVES_GOOD | LEAVES_OPEN | {DESTROYS, COMPROMISE}


class Standing(NamedTuple):
    """Why a credential still stands: a clause for people, and a code where something is noted."""

    why: str
    code: str | None = None


def at(events: Iterable[Event], moment: datetime) -> Event | None:
    """The event in force at `moment`: the last to take effect, and of several the last on record."""
    past = [event for event in events if event.effective <= moment]
    return max(reversed(past), key=lambda event: (event.effective, event.recorded)) if past else None


def judge(
    events: Sequence[Event],
    *,
    issued: datetime | None,
    moment: datetime,
    known_at: datetime | None = None,
    high: bool = False,
) -> Standing:
    """Whether an authorisation stands behind a credential issued at `issued` and judged at `moment`.

    `high`: the level asked for is high. Raises `Fault` SCOPE_TIME (issued before the grant),
    SCOPE_ISSUER_SUSPENDED or SCOPE_ISSUER_ENDED (issued during or after), KEY_COMPROMISED,
    SCOPE_ISSUER_ENDED (fraud); `Unknowable` SCOPE_ISSUER_SUSPENDED, SCOPE_ISSUER_ENDED,
    KEY_COMPROMISED_LATER, TIME_ISSUED_UNKNOWN.
    """
    on_record = known(events, known_at)
    if issued is None:
        return _judge_undated(on_record, moment)
    then = at(on_record, issued)
    if then is None:
        raise Fault("SCOPE_TIME")
    _issued_under(then)
    past = [event for event in on_record if event.effective <= moment]
    if any(event.reason == DESTROYS for event in past):
        raise Fault("SCOPE_ISSUER_ENDED", "ended for fraud, which leaves none of its credentials good")
    compromised = [event.compromised_since or event.effective for event in past if event.reason == COMPROMISE]
    if compromised:
        _compromised(min(compromised), issued, high)
    standing = _standing(at(past, moment) or then)
    if compromised and standing.code is None:
        return Standing("authorised when it issued this; reported compromised later", "KEY_COMPROMISED_LATER")
    return standing


def _issued_under(then: Event) -> None:
    if then.status == SUSPENDED:
        raise Fault("SCOPE_ISSUER_SUSPENDED", "it was issued during a suspension")
    if then.status in ENDED:
        raise Fault("SCOPE_ISSUER_ENDED", "it was issued after the authorisation had ended")
    if then.status != GRANTED:
        raise Fault("SCOPE_TIME", f"it was issued while the authorisation was {then.status}")


def _standing(now: Event) -> Standing:
    if now.status == GRANTED:
        return Standing("authorised when it issued this, and now")
    if now.status == SUSPENDED:
        raise Unknowable("SCOPE_ISSUER_SUSPENDED", "it was issued before a suspension that is in force now")
    if now.status in ENDED and now.reason in LEAVES_GOOD | {COMPROMISE}:
        return Standing("authorised when it issued this; the authorisation has ended since", "SCOPE_ISSUER_ENDED_NOTED")
    why = f"it is {printable(now.status)} for {printable(now.reason)}, which leaves earlier credentials open"
    raise Unknowable("SCOPE_ISSUER_ENDED", why)


def _compromised(since: datetime, issued: datetime, high: bool) -> None:
    if issued >= since:
        raise Fault("KEY_COMPROMISED")
    if high:
        raise Unknowable("KEY_COMPROMISED_LATER")


def _judge_undated(events: Sequence[Event], moment: datetime) -> Standing:
    """A credential that does not say when it was issued stands only on an unbroken authorisation."""
    past = sorted((event for event in events if event.effective <= moment), key=lambda e: (e.effective, e.recorded))
    if not past:
        raise Fault("SCOPE_TIME", "the issuer is not authorised yet")
    if any(event.status != GRANTED for event in past):
        raise Unknowable("TIME_ISSUED_UNKNOWN")
    return Standing("it states no date of issuance, and the issuer's authorisation is unbroken")
