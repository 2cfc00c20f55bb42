"""Area D, what is disclosed: every disclosure belongs to one signed digest, once, and nothing comes in beside it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from defa_id.codec import limits
from defa_id.sources import Document, RecordedSource
from tests.adversarial.rows import SUBJECT, Row, Stage, accepted, refuse_each, refused, table
from tests.support.world import PERSON_VCT, Json, b64, claims, digest, disclosure, dumps, moment, sd_jwt

READ, PUT_BACK, TYPED = "format.wellformed", "format.disclosures", "issuer.scope"


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage.of()


def issued(stage: Stage, *sent: str, signed: tuple[str, ...] | None = None, **changes: Any) -> str:
    """An SD-JWT VC whose `_sd` holds the digests of `signed` (of all that is sent, if not told), genuinely signed."""
    digests = [digest(one) for one in (sent if signed is None else signed)]
    return sd_jwt(stage.signer, claims(**{"_sd": digests, "_sd_alg": "sha-256", **changes}), sent)


NAME, BIRTH = disclosure("given_name", "Contoh"), disclosure("birthdate", "1990-05")


def chain(stage: Stage, links: int) -> str:
    """One disclosure inside the other, as many as `links`."""
    made = [disclosure("level0", "end")]
    for number in range(1, links):
        made.append(disclosure(f"level{number}", {"_sd": [digest(made[-1])]}))
    return issued(stage, *made, signed=(made[-1],))


def flipped(text: str) -> str:
    """A disclosure with one bit of one byte turned, still well-formed."""
    raw = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    raw[-3] ^= 1
    return b64(bytes(raw))


def decoded_digest(text: str) -> str:
    return b64(hashlib.sha256(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))).digest())


def twice_by_recursion(stage: Stage) -> str:
    outer = disclosure("address", {"_sd": [digest(NAME)]})
    return issued(stage, NAME, outer, signed=(NAME, outer))


def twice_in_an_array(stage: Stage) -> str:
    """Two elements of one array share a digest."""
    shared = disclosure("SG")
    return issued(stage, shared, signed=(), nationality=[{"...": digest(shared)}, {"...": digest(shared)}])


def raw_disclosure(stage: Stage, text: bytes) -> str:
    return issued(stage, b64(text))


@table(
    Row("D01-over", lambda s: s.sd(exp=moment(-61)), "time.window", "TIME_EXPIRED"),
    Row("D01-not-yet", lambda s: s.sd(nbf=moment(61)), "time.window", "TIME_NOT_YET"),
    Row("D01-from-the-future", lambda s: s.sd(iat=moment(61)), "time.issued", "TIME_ISSUED_IN_FUTURE"),
    Row("D02-appended", lambda s: s.sd() + NAME + "~", PUT_BACK, "SDJWT_UNREFERENCED"),
    Row("D02-alone", lambda s: issued(s, NAME, signed=()), PUT_BACK, "SDJWT_UNREFERENCED"),
    Row(
        "D02-below-a-withheld-one",
        lambda s: issued(s, NAME, signed=(disclosure("address", {"_sd": [digest(NAME)]}),)),
        PUT_BACK,
        "SDJWT_UNREFERENCED",
    ),
    Row("D03-flipped", lambda s: issued(s, flipped(NAME), signed=(NAME,)), PUT_BACK, "SDJWT_UNREFERENCED"),
    Row("D05-_sd", lambda s: issued(s, disclosure("_sd", ["x"])), PUT_BACK, "SDJWT_RESERVED_NAME"),
    Row("D05-dots", lambda s: issued(s, disclosure("...", "x")), PUT_BACK, "SDJWT_RESERVED_NAME"),
    Row("D06-iss", lambda s: issued(s, disclosure("iss", "did:web:evil.example")), PUT_BACK, "SDJWT_CLAIM_COLLISION"),
    Row("D06-vct", lambda s: issued(s, disclosure("vct", "urn:x")), PUT_BACK, "SDJWT_CLAIM_COLLISION"),
    Row("D06-iat", lambda s: issued(s, disclosure("iat", 7)), PUT_BACK, "SDJWT_CLAIM_COLLISION"),
    Row("D06-cnf-hidden", lambda s: issued(s, disclosure("cnf", {})), PUT_BACK, "SDJWT_NOT_DISCLOSABLE"),
    Row("D06-status-hidden", lambda s: issued(s, disclosure("status", {})), PUT_BACK, "SDJWT_NOT_DISCLOSABLE"),
    Row("D06-nbf-hidden", lambda s: issued(s, disclosure("nbf", 7)), PUT_BACK, "SDJWT_NOT_DISCLOSABLE"),
    Row("D06-integrity", lambda s: issued(s, disclosure("vct#integrity", "x")), PUT_BACK, "SDJWT_NOT_DISCLOSABLE"),
    Row(
        "D07-one-name-twice",
        lambda s: issued(s, NAME, disclosure("given_name", "Another")),
        PUT_BACK,
        "SDJWT_CLAIM_COLLISION",
    ),
    Row("D08-same-list", lambda s: issued(s, NAME, signed=(NAME, NAME)), PUT_BACK, "SDJWT_DUPLICATE_DIGEST"),
    Row(
        "D08-other-object",
        lambda s: issued(s, NAME, address={"_sd": [digest(NAME)]}),
        PUT_BACK,
        "SDJWT_DUPLICATE_DIGEST",
    ),
    Row("D08-same-array", twice_in_an_array, PUT_BACK, "SDJWT_DUPLICATE_DIGEST"),
    Row("D08-by-recursion", twice_by_recursion, PUT_BACK, "SDJWT_DUPLICATE_DIGEST"),
    Row("D08-of-nothing", lambda s: issued(s, _sd=["decoy", "decoy"]), PUT_BACK, "SDJWT_DUPLICATE_DIGEST"),
    Row("D09-sent-twice", lambda s: issued(s, NAME, NAME, signed=(NAME,)), PUT_BACK, "SDJWT_DUPLICATE_DIGEST"),
    Row("D11-md5", lambda s: issued(s, NAME, _sd_alg="md5"), READ, "SDJWT_ALG"),
    Row("D11-sha-1", lambda s: issued(s, NAME, _sd_alg="sha-1"), READ, "SDJWT_ALG"),
    Row("D11-capitals", lambda s: issued(s, NAME, _sd_alg="SHA-256"), READ, "SDJWT_ALG"),
    Row("D11-number", lambda s: issued(s, NAME, _sd_alg=256), READ, "SDJWT_ALG"),
    Row("D11-list", lambda s: issued(s, NAME, _sd_alg=["sha-256"]), READ, "SDJWT_ALG"),
    Row("D11-nested", lambda s: issued(s, NAME, address={"_sd_alg": "sha-256"}), PUT_BACK, "SDJWT_ALG"),
    Row("D11-another", lambda s: issued(s, NAME, _sd_alg="sha-512"), PUT_BACK, "SDJWT_UNREFERENCED"),
    Row("D12-text", lambda s: issued(s, _sd="x"), PUT_BACK, "SDJWT_SHAPE"),
    Row("D12-object", lambda s: issued(s, _sd={"x": 1}), PUT_BACK, "SDJWT_SHAPE"),
    Row("D12-numbers", lambda s: issued(s, _sd=[1, 2]), PUT_BACK, "SDJWT_SHAPE"),
    Row("D12-null-in-it", lambda s: issued(s, _sd=[None]), PUT_BACK, "SDJWT_SHAPE"),
    Row("D12-1025", lambda s: issued(s, _sd=[f"d{n}" for n in range(1_025)]), PUT_BACK, "LIMIT_DISCLOSURES"),
    Row("D12-10^5", lambda s: issued(s, _sd=[f"{n:x}" for n in range(100_000)]), "limit.size", "LIMIT_INPUT_SIZE"),
    Row(
        "D13-company",
        lambda s: issued(s, disclosure("SG"), signed=(), nationality=[{"...": digest(disclosure("SG")), "x": 1}]),
        PUT_BACK,
        "SDJWT_SHAPE",
    ),
    Row("D13-in-an-object", lambda s: issued(s, address={"...": digest(NAME)}), PUT_BACK, "SDJWT_SHAPE"),
    Row("D13-number", lambda s: issued(s, nationality=[{"...": 7}]), PUT_BACK, "SDJWT_SHAPE"),
    Row("D14-one", lambda s: raw_disclosure(s, b'["salt"]'), PUT_BACK, "SDJWT_DISCLOSURE"),
    Row("D14-two-for-a-name", lambda s: issued(s, disclosure("SG")), PUT_BACK, "SDJWT_DISCLOSURE"),
    Row("D14-four", lambda s: issued(s, disclosure("a", "b", "c")), PUT_BACK, "SDJWT_DISCLOSURE"),
    Row(
        "D14-three-for-an-element",
        lambda s: issued(s, NAME, signed=(), nationality=[{"...": digest(NAME)}]),
        PUT_BACK,
        "SDJWT_DISCLOSURE",
    ),
    Row("D14-salt", lambda s: raw_disclosure(s, b'[7,"given_name","x"]'), PUT_BACK, "SDJWT_DISCLOSURE"),
    Row("D14-name", lambda s: raw_disclosure(s, b'["salt",7,"x"]'), PUT_BACK, "SDJWT_DISCLOSURE"),
    Row("D15-decoded", lambda s: issued(s, NAME, _sd=[decoded_digest(NAME)]), PUT_BACK, "SDJWT_UNREFERENCED"),
    Row(
        "D16-hexadecimal",
        lambda s: issued(s, NAME, _sd=[hashlib.sha256(NAME.encode()).hexdigest()]),
        PUT_BACK,
        "SDJWT_UNREFERENCED",
    ),
    Row("D17-17", lambda s: chain(s, 17), PUT_BACK, "LIMIT_DEPTH"),
    Row("D17-200", lambda s: chain(s, 200), PUT_BACK, "LIMIT_DEPTH"),
    Row("D17-3000", lambda s: chain(s, 3_000), "limit.size", "LIMIT_INPUT_SIZE"),
    Row(
        "D18-257",
        lambda s: issued(s, *(disclosure(f"n{n}", n) for n in range(257))),
        READ,
        "LIMIT_DISCLOSURES",
    ),
    Row("D18-32-KiB", lambda s: issued(s, disclosure("portrait", "x" * 32 * 1024)), READ, "LIMIT_DISCLOSURES"),
    Row("D19-no-tilde", lambda s: s.sd().removesuffix("~"), READ, "SDJWT_SYNTAX"),
    Row("D19-two-tildes", lambda s: s.sd() + "~", READ, "SDJWT_SYNTAX"),
    Row("D19-empty-first", lambda s: s.sd().replace("~", "~~", 1), READ, "SDJWT_SYNTAX"),
    Row(
        "D37-twice-in-a-disclosure",
        lambda s: raw_disclosure(s, b'["salt","address",{"country":"SG","country":"TH"}]'),
        PUT_BACK,
        "JSON_DUPLICATE_MEMBER",
    ),
    Row("D33-another-type", lambda s: s.sd(vct="urn:defa-id:driving-licence:1"), TYPED, "SCOPE_TYPE"),
    Row("D34-space-behind", lambda s: s.sd(vct=PERSON_VCT + " "), TYPED, "SCOPE_TYPE"),
    Row("D34-dot-behind", lambda s: s.sd(vct=PERSON_VCT + "."), TYPED, "SCOPE_TYPE"),
    Row("D34-capitals", lambda s: s.sd(vct=PERSON_VCT.upper()), TYPED, "SCOPE_TYPE"),
    Row("D34-shorter", lambda s: s.sd(vct=PERSON_VCT[:-2]), TYPED, "SCOPE_TYPE"),
    Row("D34-other-letter", lambda s: s.sd(vct=PERSON_VCT.replace("p", "\u0440", 1)), TYPED, "SCOPE_TYPE"),
    Row("D34-invisible", lambda s: s.sd(vct=PERSON_VCT + "\u200b"), "format.model", "SHAPE_CONTROL_CHAR"),
)
def test_row(stage: Stage, row: Row) -> None:
    refuse_each(stage, row)


def test_d17_as_deep_as_allowed(stage: Stage) -> None:
    person = accepted(stage.judge(chain(stage, limits.DISCLOSURE_DEPTH)))
    value: Any = person.claims
    for number in reversed(range(limits.DISCLOSURE_DEPTH)):
        value = value[f"level{number}"]
    assert value == "end"


def test_d18_as_many_and_as_long_as_allowed(stage: Stage) -> None:
    many = [disclosure(f"n{n}", n) for n in range(limits.DISCLOSURES)]
    assert len(accepted(stage.judge(issued(stage, *many))).claims) == limits.DISCLOSURES
    room = limits.DISCLOSURE_CHARS * 3 // 4 - len(dumps(["x" * 22, "portrait", ""]))
    long = disclosure("portrait", "x" * room)
    assert limits.DISCLOSURE_CHARS - 4 < len(long) <= limits.DISCLOSURE_CHARS
    accepted(stage.judge(issued(stage, long)))


DIFFERENT: dict[str, Callable[[Stage], Json]] = {
    "sha-384": lambda _: {"_sd_alg": "sha-384", "_sd": [digest(NAME, "sha384")]},
    "sha-512": lambda _: {"_sd_alg": "sha-512", "_sd": [digest(NAME, "sha512")]},
    "default": lambda _: {"_sd_alg": None},
}


@pytest.mark.parametrize("case", DIFFERENT)
def test_d11_digests_that_are_known(stage: Stage, case: str) -> None:
    assert accepted(stage.judge(issued(stage, NAME, **DIFFERENT[case](stage)))).claims == {"given_name": "Contoh"}


def test_d38_what_the_policy_asks_for_is_withheld() -> None:
    asking = Stage.of(policy={"required_claims": [["birthdate"]]}, golden=False)
    assert accepted(asking.judge(asking.sd())).claims["birthdate"] == SUBJECT["birthdate"]
    without = issued(asking, NAME, signed=(NAME, BIRTH))
    refused(asking.judge(without), "policy.claims", "SCOPE_REQUIRED_CLAIM")
    assert accepted(asking.judge(issued(asking, NAME, BIRTH))).claims["birthdate"] == "1990-05"


def test_d39_decoys(stage: Stage) -> None:
    decoys = [digest(f"decoy {number}") for number in range(60)]
    token = issued(stage, NAME, _sd=[*decoys[:30], digest(NAME), *decoys[30:]], nationality=[{"...": digest("d")}])
    assert accepted(stage.judge(token)).claims == {"given_name": "Contoh", "nationality": []}


def test_d39_a_withheld_claim_is_not_there_at_all(stage: Stage) -> None:
    assert accepted(stage.judge(issued(stage, NAME, signed=(NAME, BIRTH)))).claims == {"given_name": "Contoh"}


def test_d35_what_a_type_says_of_itself_is_not_fetched(stage: Stage) -> None:
    """The registry's schema counts; `judge` holds that nothing outside was asked for."""
    for said in ("sha256-AAAA", "nonsense"):
        named: Json = {"vct#integrity": said}
        accepted(stage.judge(stage.sd(**named)))


def test_d35_the_schema_is_the_one_the_registry_pins() -> None:
    schema = dumps({"type": "object", "required": ["never"]})
    pinned = {"uri": "https://types.sg.example/person.json", "sha256": hashlib.sha256(schema).hexdigest()}
    stage = Stage.of(golden=False, credentials=[{"type": PERSON_VCT, "schema": pinned}])
    for found, code in ((b'{"type":"object"}', "SCHEMA_DIGEST"), (schema, "SCHEMA_INVALID")):
        outside = RecordedSource({pinned["uri"]: Document(found)})
        refused(stage.judge(stage.sd(), source=outside), "schema.valid", code)


@pytest.mark.parametrize("said", ["https://types.example/1", "urn:x"])
def test_d36_what_a_type_extends_is_not_asked(stage: Stage, said: str) -> None:
    """Type metadata says how a card looks; nothing is decided by it, and none of it is read."""
    accepted(stage.judge(stage.sd(extends=said)))


def test_d40_in_json() -> None:
    """RFC 9901 §8 is read as its compact form (tests/formats/test_sd_jwt_json.py); any other JWS in JSON is not."""
    stage = Stage.of()
    token, *disclosures, _ = stage.sd().split("~")
    protected, payload, signature = token.split(".")
    whole: Json = {"payload": payload, "protected": protected, "signature": signature}
    accepted(stage.judge(dumps({**whole, "header": {"disclosures": disclosures}})))
    refused(stage.judge(dumps(whole)), "format.recognised", "JOSE_NOT_COMPACT")
    refused(stage.judge(dumps({**whole, "header": {}})), "format.recognised", "JOSE_NOT_COMPACT")


def test_d41_the_name_of_its_kind() -> None:
    stage, legacy = Stage.of(), Stage.of(policy={"legacy_sd_jwt_typ": True})
    for typ in ("JWT", "vc+sd-jwt", "vp+jwt", "kb+jwt", "DC+SD-JWT", None):
        refused(stage.judge(stage.sd(header={"typ": typ})), READ, "JOSE_TYP")
    accepted(legacy.judge(legacy.sd(header={"typ": "vc+sd-jwt"})))
    refused(legacy.judge(legacy.sd(header={"typ": "JWT"})), READ, "JOSE_TYP")
