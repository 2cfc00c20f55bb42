"""One call for the common case: judge this, now, offline. The clock is read here and nowhere below."""

from __future__ import annotations

from datetime import UTC, datetime

from defa_id.counting import OwnCounter
from defa_id.files import open_registry
from defa_id.policy import Expected, Policy
from defa_id.sources import Counter, NoSource, Source
from defa_id.trust.registry import Registry
from defa_id.verdict import Verdict
from defa_id.verifier import Verifier
from defa_id.workers import EQUIPPED


def verify(
    data: bytes | str,
    *,
    for_state: str,
    purpose: str | None = None,
    min_level: str | None = None,
    at: datetime | None = None,
    known_at: datetime | None = None,
    registry: Registry | None = None,
    policy: Policy | None = None,
    expected: Expected = Expected(),
    source: Source = NoSource(),
    counter: Counter | None = None,
) -> Verdict:
    """May `for_state` rely on this, for `purpose`? Without more: by the demonstration registry, the
    `baseline` policy, offline, now.

    Uses of an arrangement with a cap are counted in `counter`, or where this user's are (`counting`).
    Raises `WrongUse` for a question that does not stand, `RegistryRejected` for a registry that
    cannot be trusted. For many credentials open the registry once and keep a `Verifier`.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    rules = (policy or Policy.preset("baseline")).asking(for_state=for_state, purpose=purpose, min_level=min_level)
    verifier = Verifier(registry or open_registry(now=now), rules, EQUIPPED)
    return verifier.verify(
        data, at=at or now, known_at=known_at, expected=expected, source=source, counter=counter or OwnCounter()
    )
