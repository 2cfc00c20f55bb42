"""Area C, time: when a credential was issued, from when until when it is valid, and what a time is at all.

Who issued it stands in `test_c_issuer.py`, the two models in `test_c_model.py`, presentations in
`test_c_presentation.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from defa_id.codec import limits, times
from tests.adversarial.rows import Row, Stage, accepted, refuse_each, refused, short, spliced, table, undecided
from tests.support import world as minting
from tests.support.world import NOW, PRESENTED, Json, World, moment

# Rows of area C, or parts of rows, that have nothing here to be tried on yet.
NOT_BUILT = {
    "C23, the same nonce twice": "remembering nonces belongs to the service, which is not built: a verdict is a "
    "function of its arguments (I-15); another request's nonce is refused in test_c_presentation.py",
    "C26, one verdict an item": "nobody can ask for it yet: a presentation is judged as a whole",
}
LEEWAY = limits.LEEWAY_SECONDS
WINDOW, MODEL = "time.window", "format.model"


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage.of()


def shown(offset: int) -> str:
    return times.show(NOW + timedelta(seconds=offset))


# -- at the edge and one second beyond it -------------------------------------------------------------------

Build = Callable[[Stage, int], str]
ENDING: dict[str, Build] = {
    "vc": lambda s, offset: s.vc(exp=moment(offset)),
    "vc-validUntil": lambda s, offset: s.vc(exp=None, validUntil=shown(offset)),
    "vc-1.1": lambda s, offset: s.old_vc(exp=moment(offset)),
    "vc-1.1-expirationDate": lambda s, offset: s.old_vc(exp=None, document={"expirationDate": shown(offset)}),
    "sd-jwt": lambda s, offset: s.sd(exp=moment(offset)),
    "vc-sd-jwt": lambda s, offset: s.vc_sd(exp=moment(offset)),
}
BEGINNING: dict[str, Build] = {
    "vc": lambda s, offset: s.vc(nbf=moment(offset), validFrom=shown(offset)),
    "vc-validFrom": lambda s, offset: s.vc(validFrom=shown(offset)),
    "vc-1.1": lambda s, offset: s.old_vc(
        iat=moment(-600), nbf=moment(offset), document={"issuanceDate": shown(offset)}
    ),
    "sd-jwt": lambda s, offset: s.sd(nbf=moment(offset)),
    "vc-sd-jwt": lambda s, offset: s.vc_sd(nbf=moment(offset), validFrom=shown(offset)),
}
ISSUED: dict[str, Build] = {
    "vc": lambda s, offset: s.vc(iat=moment(offset)),
    "vc-1.1": lambda s, offset: s.old_vc(iat=moment(offset)),
    "sd-jwt": lambda s, offset: s.sd(iat=moment(offset)),
    "vc-sd-jwt": lambda s, offset: s.vc_sd(iat=moment(offset)),
}


@pytest.mark.parametrize("lane", ENDING)
def test_c01_c02_the_end_and_its_leeway(stage: Stage, lane: str) -> None:
    accepted(stage.judge(ENDING[lane](stage, -LEEWAY)))
    refused(stage.judge(ENDING[lane](stage, -LEEWAY - 1)), WINDOW, "TIME_EXPIRED")
    refused(stage.judge(ENDING[lane](stage, -10_000_000)), WINDOW, "TIME_EXPIRED")


@pytest.mark.parametrize("lane", BEGINNING)
def test_c03_the_beginning_and_its_leeway(stage: Stage, lane: str) -> None:
    accepted(stage.judge(BEGINNING[lane](stage, LEEWAY)))
    refused(stage.judge(BEGINNING[lane](stage, LEEWAY + 1)), WINDOW, "TIME_NOT_YET")


@pytest.mark.parametrize("lane", ISSUED)
def test_c04_issued_in_the_future(stage: Stage, lane: str) -> None:
    accepted(stage.judge(ISSUED[lane](stage, LEEWAY)))
    refused(stage.judge(ISSUED[lane](stage, LEEWAY + 1)), "time.issued", "TIME_ISSUED_IN_FUTURE")


@pytest.mark.parametrize("lane", ENDING)
def test_c01_the_moment_asked_about_counts_and_not_the_clock(stage: Stage, lane: str) -> None:
    token = ENDING[lane](stage, -86_400)
    refused(stage.judge(token), WINDOW, "TIME_EXPIRED")
    accepted(stage.judge(token, at=NOW - timedelta(days=2)))


# -- what a NumericDate is ------------------------------------------------------------------------------------

NO_DATES: dict[str, bytes] = {
    "text": b'"1939334400"',
    "date-text": b'"2031-06-01T00:00:00Z"',
    "true": b"true",
    "false": b"false",
    "null": b"null",
    "list": b"[1939334400]",
    "object": b'{"value":1939334400}',
    "half": b"1939334400.5",
    "half-by-exponent": b"19393344005e-1",
    "negative": b"-1",
    "milliseconds": b"1939334400000",
    "year-10000": b"253402300800",
    "largest-integer": b"9007199254740991",
    "empty": b'""',
}


@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("case", NO_DATES)
def test_c05_a_date_of_another_type(stage: Stage, case: str, claim: str) -> None:
    raw = NO_DATES[case]
    refused(stage.judge(stage.vc_of(spliced(stage.document(), claim, raw))), MODEL, "JWT_CLAIM_TYPE")
    token = minting.sd_jwt(stage.signer, spliced(minting.claims(), claim, raw))
    refused(stage.judge(token), MODEL, "JWT_CLAIM_TYPE")


@pytest.mark.parametrize("raw", [b"1939334400.0", b"19393344e2"])
def test_c05_a_whole_number_may_be_spelled_with_a_point(stage: Stage, raw: bytes) -> None:
    accepted(stage.judge(stage.vc_of(spliced(stage.document(), "exp", raw))))


@pytest.mark.parametrize("value", ["1939334400", True, [moment()], 0.5, {"value": moment()}, -1])
def test_c05_a_date_of_another_type_in_a_presentation(stage: Stage, value: Any) -> None:
    for claim in ("exp", "nbf"):
        refused(stage.judge(stage.vp(**{claim: value}), expected=PRESENTED), MODEL, "JWT_CLAIM_TYPE")
    refused(stage.judge(stage.kb(iat=value), expected=PRESENTED), "holder.time", "KB_TIME")


EDGES = ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.001Z")


@pytest.mark.parametrize("edge", EDGES)
def test_c05_the_edges_of_the_calendar_are_dates_like_others(stage: Stage, edge: str) -> None:
    """Adding a leeway to them leaves the calendar; that must never surface."""
    if edge > "5":
        accepted(stage.judge(stage.vc(exp=None, validUntil=edge)))
        refused(stage.judge(stage.vc(validFrom=edge)), WINDOW, "TIME_WINDOW_INVERTED")
        refused(stage.judge(stage.vc(validFrom=edge, exp=None)), WINDOW, "TIME_NOT_YET")
    else:
        accepted(stage.judge(stage.vc(validFrom=edge)))
        refused(stage.judge(stage.vc(exp=None, validUntil=edge)), MODEL, "TIME_WINDOW_INVERTED")
        refused(stage.judge(stage.vc(exp=None, validFrom=edge, validUntil=edge)), WINDOW, "TIME_EXPIRED")


def test_c05_the_last_and_the_first_second_as_numbers(stage: Stage) -> None:
    last = 253_402_300_799
    accepted(stage.judge(stage.vc(exp=last)))
    accepted(stage.judge(stage.sd(exp=last, nbf=0)))
    accepted(stage.judge(stage.vp(exp=last, nbf=0), expected=PRESENTED))
    refused(stage.judge(stage.sd(exp=0)), WINDOW, "TIME_EXPIRED")
    refused(stage.judge(stage.sd(nbf=last)), WINDOW, "TIME_WINDOW_INVERTED")
    refused(stage.judge(stage.sd(iat=last)), "time.issued", "TIME_ISSUED_IN_FUTURE")
    refused(stage.judge(stage.vp(nbf=last), expected=PRESENTED), "holder.time", "KB_TIME")
    refused(stage.judge(stage.vp(iat=last), expected=PRESENTED), "holder.time", "KB_TIME")


# -- windows --------------------------------------------------------------------------------------------------


def inverted(claims: Json) -> Json:
    """Both ends within the leeway of NOW, so that only their order is wrong."""
    return {**claims, "nbf": moment(20), "exp": moment(10)}


@table(
    Row("C06-vc", lambda s: s.vc(**inverted({"validFrom": None})), WINDOW, "TIME_WINDOW_INVERTED"),
    Row(
        "C06-vc-1.1",
        lambda s: s.old_vc(**late_issue(20), exp=moment(10)),
        WINDOW,
        "TIME_WINDOW_INVERTED",
    ),
    Row("C06-sd-jwt", lambda s: s.sd(**inverted({})), WINDOW, "TIME_WINDOW_INVERTED"),
    Row("C06-vc-sd-jwt", lambda s: s.vc_sd(**inverted({"validFrom": None})), WINDOW, "TIME_WINDOW_INVERTED"),
    Row(
        "C06-validUntil-before-validFrom",
        lambda s: s.vc(exp=None, validFrom=shown(20), validUntil=shown(10)),
        MODEL,
        "TIME_WINDOW_INVERTED",
    ),
    Row(
        "C06-validUntil-before-nbf",
        lambda s: s.vc(exp=None, validFrom=None, nbf=moment(20), validUntil=shown(10)),
        WINDOW,
        "TIME_WINDOW_INVERTED",
    ),
)
def test_window(stage: Stage, row: Row) -> None:
    refuse_each(stage, row)


def late_issue(offset: int) -> Json:
    return {"iat": moment(-9), "nbf": moment(offset), "document": {"issuanceDate": shown(offset)}}


def test_c06_an_empty_window_is_a_window(stage: Stage) -> None:
    accepted(stage.judge(stage.sd(nbf=moment(), exp=moment())))


def test_c06_a_presentation_that_ends_before_it_begins(stage: Stage) -> None:
    token = stage.vp(nbf=moment(20), exp=moment(10))
    refused(stage.judge(token, expected=PRESENTED), MODEL, "TIME_WINDOW_INVERTED")


def test_c07_without_an_end_where_the_policy_asks_for_one() -> None:
    stage = Stage.of(policy={"require_expiry": True})
    for token in (stage.vc(exp=None), stage.old_vc(exp=None), stage.sd(exp=None), stage.vc_sd(exp=None)):
        refused(stage.judge(token), WINDOW, "TIME_NO_EXPIRY")
    accepted(stage.judge(stage.vc(exp=None, validUntil="2031-06-01T00:00:00Z")))
    refused(stage.judge(stage.vp(stage.bound_vc(exp=None)), expected=PRESENTED), WINDOW, "TIME_NO_EXPIRY")


def test_c07_without_an_end_where_nobody_asks_for_one(stage: Stage) -> None:
    accepted(stage.judge(stage.vc(exp=None)))


# -- C08: the clock of the machine ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "code"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), "TIME_CLOCK_UNTRUSTED"),
        (datetime(2026, 10, 31, 23, 58, 59, tzinfo=UTC), "TIME_CLOCK_UNTRUSTED"),
        (datetime(2100, 1, 1, tzinfo=UTC), "REG_EXPIRED"),
    ],
)
def test_c08_a_clock_that_cannot_be_right_decides_nothing(clock: datetime, code: str) -> None:
    stage = Stage.of(now=clock, golden=False)
    for token, expected in stage.golden():
        verdict = stage.judge(token, expected=expected)
        undecided(verdict, "registry.current", code)


def test_c08_a_clock_within_the_leeway_of_the_registrys_signing_is_trusted() -> None:
    Stage.of(now=datetime(2026, 10, 31, 23, 59, tzinfo=UTC))  # accepts its golden credentials


def test_c08_the_moment_asked_about_is_not_the_clock(stage: Stage) -> None:
    accepted(stage.judge(stage.vc(exp=None), at=datetime(2100, 1, 1, tzinfo=UTC)))
    verdict = stage.judge(stage.vc(), at=datetime(1970, 1, 1, tzinfo=UTC))
    assert not verdict
    assert "TIME_CLOCK_UNTRUSTED" not in [code for _, code in short(verdict)]


# -- C20: what an RFC 3339 time is ------------------------------------------------------------------------------

NO_TIMES = {
    "naive": "2026-06-01T00:00:00",
    "leap-second": "2016-12-31T23:59:60Z",
    "24-00": "2026-06-01T24:00:00Z",
    "offset-14-01": "2026-06-01T00:00:00+14:01",
    "offset-minus-14-01": "2026-06-01T00:00:00-14:01",
    "year-10000": "10000-01-01T00:00:00Z",
    "year-0000": "0000-01-01T00:00:00Z",
    "small-t": "2026-06-01t00:00:00Z",
    "small-z": "2026-06-01T00:00:00z",
    "30-February": "2026-02-30T00:00:00Z",
    "29-February-2026": "2026-02-29T00:00:00Z",
    "date": "2026-06-01",
    "space": "2026-06-01 00:00:00Z",
    "space-before": " 2026-06-01T00:00:00Z",
    "line-break-behind": "2026-06-01T00:00:00Z\n",
    "no-seconds": "2026-06-01T00:00Z",
    "basic": "20260601T000000Z",
    "week": "2026-W23-1T00:00:00Z",
    "comma": "2026-06-01T00:00:00,5Z",
    "fraction-of-nothing": "2026-06-01T00:00:00.Z",
    "zone-name": "2026-06-01T00:00:00 UTC",
    "short-offset": "2026-06-01T00:00:00+07",
    "offset-without-colon": "2026-06-01T00:00:00+0700",
    "thai-digits": "๒๐๒๖-06-01T00:00:00Z",
    "full-width": "２026-06-01T00:00:00Z",
    "buddhist-offset-out-of-calendar": "0001-01-01T00:00:00+14:00",
    "empty": "",
}
NOT_TEXTS: tuple[Any, ...] = (1780272000, True, ["2026-06-01T00:00:00Z"], {"@value": "2026-06-01T00:00:00Z"})


@pytest.mark.parametrize("value", [*NO_TIMES.values(), *NOT_TEXTS], ids=[*NO_TIMES, "number", "true", "list", "object"])
def test_c20_what_is_no_time(stage: Stage, value: Any) -> None:
    for member in ("validFrom", "validUntil"):
        refused(stage.judge(stage.vc(**{member: value})), MODEL, "TIME_FORMAT")
        refused(stage.judge(stage.vc_sd(**{member: value})), MODEL, "TIME_FORMAT")
    for member in ("issuanceDate", "expirationDate"):
        refused(stage.judge(stage.old_vc(document={member: value})), MODEL, "TIME_FORMAT")


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-01T00:00:00Z",
        "2026-06-01T07:00:00+07:00",
        "2026-06-01T14:00:00+14:00",
        "2026-05-31T12:00:00-12:00",
        "2026-06-01T00:00:00.000000001Z",
        "2024-02-29T00:00:00Z",
        "2026-06-01T00:00:00-00:00",
    ],
)
def test_c20_what_is_a_time(stage: Stage, text: str) -> None:
    accepted(stage.judge(stage.vc(validFrom=text)))


def test_c20_the_zone_counts(stage: Stage) -> None:
    """The same digits, another moment: 12:00 in Bangkok is five hours before 12:00 UTC."""
    refused(stage.judge(stage.vc(exp=None, validUntil="2026-11-24T12:00:00+07:00")), WINDOW, "TIME_EXPIRED")
    accepted(stage.judge(stage.vc(exp=None, validUntil="2026-11-24T12:00:00Z")))
    refused(stage.judge(stage.vc(validFrom="2026-11-24T12:00:00-07:00")), WINDOW, "TIME_NOT_YET")


# -- C28: the issuer's own time ---------------------------------------------------------------------------------


def granted_from(effective: str) -> Callable[[World], None]:
    def edit(world: World) -> None:
        world.sg["status_events"][0]["effective"] = effective

    return edit


def ended_at(effective: str, reason: str = "administrative") -> Callable[[World], None]:
    def edit(world: World) -> None:
        world.sg["status_events"].append(
            {"status": "withdrawn", "effective": effective, "recorded": effective, "reason": reason}
        )

    return edit


def identifiers_with(kind: str, **changes: str) -> Callable[[World], None]:
    def edit(world: World) -> None:
        for identifier in world.sg["identifiers"]:
            if identifier["kind"] == kind:
                identifier.update(changes)

    return edit


def at_issue(stage: Stage, day: datetime) -> tuple[str, str, str]:
    """A credential of each lane that was issued then."""
    iat = int(day.timestamp())
    return stage.vc(iat=iat), stage.sd(iat=iat), stage.vc_sd(iat=iat)


JULY = datetime(2026, 7, 1, tzinfo=UTC)
BEFORE_JULY = JULY - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("edit", "check", "code"),
    [
        (granted_from("2026-07-01T00:00:00Z"), "issuer.granted", "SCOPE_TIME"),
        (identifiers_with("jwk", valid_from="2026-07-01T00:00:00Z"), "key.current", "KEY_TIME"),
        (identifiers_with("did", valid_from="2026-07-01T00:00:00Z"), "key.current", "KEY_TIME"),
    ],
    ids=["C28-service", "C28-key", "C28-identifier"],
)
def test_before_its_time(edit: Callable[[World], None], check: str, code: str) -> None:
    stage = Stage.of(edit=edit, golden=False)
    for token in at_issue(stage, JULY):
        accepted(stage.judge(token))
    for token in at_issue(stage, BEFORE_JULY):
        refused(stage.judge(token), check, code)


@pytest.mark.parametrize(
    ("edit", "check", "code"),
    [
        (ended_at("2026-07-01T00:00:00Z"), "issuer.granted", "SCOPE_ISSUER_ENDED"),
        (identifiers_with("jwk", valid_until="2026-07-01T00:00:00Z"), "key.current", "KEY_TIME"),
        (identifiers_with("did", valid_until="2026-07-01T00:00:00Z"), "key.current", "KEY_TIME"),
    ],
    ids=["C28-service", "C28-key", "C28-identifier"],
)
def test_after_its_time(edit: Callable[[World], None], check: str, code: str) -> None:
    stage = Stage.of(edit=edit)
    for token in at_issue(stage, BEFORE_JULY):
        accepted(stage.judge(token))
    for token in at_issue(stage, JULY):
        refused(stage.judge(token), check, code)


def test_c28_no_date_of_issuance_is_held_to_now() -> None:
    stage = Stage.of(edit=identifiers_with("jwk", valid_until="2026-07-01T00:00:00Z"))
    refused(stage.judge(stage.sd(iat=None)), "key.current", "KEY_TIME")
    stage = Stage.of(edit=ended_at("2026-07-01T00:00:00Z"))
    undecided(stage.judge(stage.sd(iat=None)), "issuer.granted", "TIME_ISSUED_UNKNOWN")
