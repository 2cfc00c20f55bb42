"""Area B, keys: what is too weak or no key at all is refused wherever a key is read, before it verifies anything.

The catalogue's DID_WEAK_KEY and DID_KEY_INVALID are KEY_WEAK and KEY_INVALID here: the same for every place.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from math import prod
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from defa_id import keys
from defa_id.codec import multibase
from defa_id.errors import RegistryRejected
from defa_id.resolvers import did_jwk, did_key
from tests.adversarial.rows import PROJECT, Stage, accepted, refused
from tests.support import edwards25519 as curve
from tests.support import world as minting
from tests.support.world import PRESENTED, Json, Signer, World, b64, dumps


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage.of()


@pytest.fixture(scope="module")
def anyone() -> Stage:
    """Trust in the issuer is not asked for: its identifier alone names the key."""
    policy = json.loads((PROJECT / "defa_id" / "policies" / "unsafe-any-issuer.json").read_bytes())
    stage = Stage.of(policy=policy, golden=False)
    for alg in ("ES256", "ES384", "EdDSA"):
        signer = Signer.make(alg)
        for did in (did_key.encode(signer.public), did_jwk.encode(signer.public.jwk)):
            accepted(stage.judge(issued_by(did, signer, stage)))
    return stage


def issued_by(did: str, signer: Signer, stage: Stage) -> str:
    """A credential whose issuer is this identifier."""
    head = {"alg": signer.alg, "typ": "vc+jwt"}
    return signer.token(head, stage.document(issuer=did, iss=did))


def presented_by(did: str, stage: Stage) -> str:
    """A presentation whose holder is this identifier."""
    return stage.vp(stage.vc(), holder=did, iss=did, header={"kid": None})


def everywhere(jwk: Json, code: str, stage: Stage, anyone: Stage, signer: Signer | None = None) -> None:
    """The key as issuer's and holder's did:jwk, as confirmation key, and in the registry itself."""
    did = "did:jwk:" + b64(dumps(jwk))
    refused(anyone.judge(issued_by(did, signer or stage.signer, stage)), "key.resolved", code)
    refused(stage.judge(presented_by(did, stage), expected=PRESENTED), "holder.proof", code)
    shown = stage.sd(cnf={"jwk": jwk})
    bound = minting.key_binding(stage.holder, shown)
    refused(stage.judge(bound, expected=PRESENTED), "holder.proof", "KB_CNF")
    with pytest.raises(RegistryRejected) as rejected:
        Stage.of(edit=lambda world: listing(world, jwk))
    assert rejected.value.code == "REG_ENTRY"


def listing(world: World, jwk: Json) -> None:
    """The issuer's own entry holds this key instead of its own."""
    for identifier in world.sg["identifiers"]:
        if identifier["kind"] == "jwk":
            identifier.update(jwk={**jwk, "kid": "key-1"}, thumbprint=keys.thumbprint(jwk))


# -- B40: Ed25519 points of small order -----------------------------------------------------------------

SMALL = {
    f"order-{order}-{spelling.hex()[:4]}-{spelling.hex()[-2:]}": spelling
    for point in curve.torsion()
    for order in [next(n for n in (1, 2, 4, 8) if curve.times(n, point) == curve.IDENTITY)]
    for spelling in sorted(curve.spellings(point))
}
NAMES = sorted(SMALL)


def forged(raw: bytes, message: bytes) -> bytes:
    """R = S·B and any S: verifies under a point of small order whenever the challenge is a multiple of it."""
    scalar = 5
    return curve.encode(curve.times(scalar, curve.base())) + scalar.to_bytes(32, "little")


def messages(did: str, stage: Stage) -> Iterator[str]:
    head = b64(dumps({"alg": "EdDSA", "typ": "vc+jwt"}))
    for number in range(64):
        yield f"{head}.{b64(dumps(stage.document(issuer=did, iss=did, number=number)))}"


@pytest.mark.parametrize("name", NAMES)
def test_b40_no_signature_under_a_point_of_small_order(stage: Stage, anyone: Stage, name: str) -> None:
    raw = SMALL[name]
    did = "did:key:" + multibase.encode_base58btc(b"\xed\x01" + raw)
    for message in messages(did, stage):
        token = f"{message}.{b64(forged(raw, message.encode()))}"
        refused(anyone.judge(token), "key.resolved", "KEY_WEAK")
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": b64(raw)}
    everywhere(jwk, "KEY_WEAK", stage, anyone)


def test_b40_without_the_guard_such_signatures_do_verify(stage: Stage) -> None:
    """The attack is real: the library below takes the key of order one and every signature with it."""
    native = ed25519.Ed25519PublicKey.from_public_bytes(curve.encode(curve.IDENTITY))
    for message in messages("did:key:z", stage):
        native.verify(forged(b"", message.encode()), message.encode())
    generator = next(point for point in curve.torsion() if curve.times(4, point) != curve.IDENTITY)
    native = ed25519.Ed25519PublicKey.from_public_bytes(curve.encode(generator))
    verified = 0
    for message in messages("did:key:z", stage):
        try:
            native.verify(forged(b"", message.encode()), message.encode())
        except InvalidSignature:
            continue
        verified += 1
    assert verified > 0


# -- B49: RSA -----------------------------------------------------------------------------------------------


def rsa_jwk(n: int, e: int = 65537) -> Json:
    return {"kty": "RSA", "n": b64(number(n)), "e": b64(number(e))}


def number(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8)


def roca(bits: int) -> int:
    """A modulus of the affected generator's form (Nemec et al. 2017): each factor k·M + 65537^a mod M."""
    source = random.Random(bits)
    factors: list[int] = []
    m = prod(prime for prime in range(2, 354) if all(prime % d for d in range(2, prime)))  # 71 primes
    while len(factors) < 2:
        factor = source.getrandbits(bits // 2 - m.bit_length() + 1) * m + pow(65537, source.getrandbits(64), m)
        if factor.bit_length() == bits // 2 + 1:
            factors.append(factor)
    return factors[0] * factors[1]


def of_size(bits: int, e: int = 65537) -> tuple[Json, Signer]:
    private = rsa.generate_private_key(e, bits)
    numbers = private.public_key().public_numbers()
    return rsa_jwk(numbers.n, numbers.e), Signer(private, "RS256")


@pytest.mark.parametrize(("bits", "e"), [(1024, 65537), (1536, 65537), (2047, 65537), (2048, 3)])
def test_b49_rsa_that_is_short_or_has_a_small_exponent(stage: Stage, anyone: Stage, bits: int, e: int) -> None:
    jwk, signer = of_size(bits, e)
    everywhere(jwk, "KEY_WEAK", stage, anyone, signer)


@pytest.mark.parametrize("e", [1, 2, 17, 65535, 65536, 65538, 2**32])
def test_b49_rsa_with_an_exponent_that_is_small_or_even(stage: Stage, anyone: Stage, e: int) -> None:
    jwk, signer = of_size(2048)
    everywhere({**jwk, "e": b64(number(e))}, "KEY_WEAK", stage, anyone, signer)


def test_b49_rsa_of_the_roca_family(stage: Stage, anyone: Stage) -> None:
    everywhere(rsa_jwk(roca(2048)), "KEY_WEAK", stage, anyone)


def test_b49_a_genuine_rsa_key_is_not_among_them() -> None:
    signer = Signer.make("RS256", "rsa-1")
    Stage.of(signer)  # accepts its golden credentials


# -- B50: what is no point ------------------------------------------------------------------------------------

P256 = 2**256 - 2**224 + 2**192 + 2**96 - 1


def ec_jwk(x: bytes, y: bytes, crv: str = "P-256") -> Json:
    return {"kty": "EC", "crv": crv, "x": b64(x), "y": b64(y)}


def genuine(curve_of: Any = None) -> tuple[bytes, bytes]:
    numbers = ec.generate_private_key(curve_of or ec.SECP256R1()).public_key().public_numbers()
    size = 48 if curve_of else 32
    return numbers.x.to_bytes(size), numbers.y.to_bytes(size)


def no_points() -> dict[str, Json]:
    x, y = genuine()
    wide = genuine(ec.SECP384R1())
    far = (int.from_bytes(x) + 1).to_bytes(32)
    return {
        "off-curve": ec_jwk(x, (int.from_bytes(y) ^ 1).to_bytes(32)),
        "off-curve-x": ec_jwk(far, y),
        "swapped": ec_jwk(y, x),
        "infinity-as-zeros": ec_jwk(bytes(32), bytes(32)),
        "infinity-as-nothing": ec_jwk(b"", b""),
        "x-short": ec_jwk(x[1:], y),
        "x-long": ec_jwk(b"\0" + x, y),
        "y-short": ec_jwk(x, y[:-1]),
        "y-long": ec_jwk(x, y + b"\0"),
        "x-beyond-the-field": ec_jwk((P256 + 5).to_bytes(32), y),
        "x-all-ones": ec_jwk(b"\xff" * 32, b"\xff" * 32),
        "P-384-as-P-256": ec_jwk(*wide),
        "P-256-as-P-384": ec_jwk(x, y, "P-384"),
        "P-384-off-curve": ec_jwk(wide[0], wide[1][::-1], "P-384"),
        "Ed25519-short": {"kty": "OKP", "crv": "Ed25519", "x": b64(b"\5" * 31)},
        "Ed25519-long": {"kty": "OKP", "crv": "Ed25519", "x": b64(b"\5" * 33)},
        "Ed25519-y-unreduced": {"kty": "OKP", "crv": "Ed25519", "x": b64((curve.P + 3).to_bytes(32, "little"))},
    }


NO_POINTS = no_points()


@pytest.mark.parametrize("case", NO_POINTS)
def test_b50_no_point_is_no_key(stage: Stage, anyone: Stage, case: str) -> None:
    everywhere(NO_POINTS[case], "KEY_INVALID", stage, anyone)


@pytest.mark.parametrize("crv", ["P-256K", "secp256k1", "P-521", "brainpoolP256r1", "X25519", "Ed448", "p-256", ""])
def test_b50_curves_outside_the_table(stage: Stage, anyone: Stage, crv: str) -> None:
    jwk = {**ec_jwk(*genuine()), "crv": crv}
    everywhere(jwk, "KEY_INVALID", stage, anyone)


def without_a_root(prefix: bytes = b"\x02") -> bytes:
    """A compressed point of P-256 whose x belongs to no y."""
    for low in range(256):
        point = prefix + bytes(31) + bytes([low])
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        except ValueError:
            return point
    raise AssertionError("every x has a y")


def did_keys() -> dict[str, tuple[bytes, str]]:
    good = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    x = good.x.to_bytes(32)
    return {
        "P-256-off-curve": (b"\x80\x24" + without_a_root(), "KEY_INVALID"),
        "P-256-infinity": (b"\x80\x24" + bytes(33), "KEY_INVALID"),
        "P-256-one-zero": (b"\x80\x24\0", "KEY_INVALID"),
        "P-256-short": (b"\x80\x24\2" + x[1:], "KEY_INVALID"),
        "P-256-long": (b"\x80\x24\2" + x + b"\0", "KEY_INVALID"),
        "P-256-uncompressed": (b"\x80\x24\4" + x + good.y.to_bytes(32), "KEY_INVALID"),
        "P-256-prefix-5": (b"\x80\x24\5" + x, "KEY_INVALID"),
        "Ed25519-short": (b"\xed\x01" + b"\5" * 31, "KEY_INVALID"),
        "Ed25519-long": (b"\xed\x01" + b"\5" * 33, "KEY_INVALID"),
        "Ed25519-varint-spelled-longer": (b"\xed\x81\x00" + b"\5" * 32, "KEY_INVALID"),
        "X25519": (b"\xec\x01" + b"\5" * 32, "KEY_INVALID"),
        "secp256k1": (b"\xe7\x01\2" + x, "KEY_INVALID"),
        "nothing": (b"\xed\x01", "KEY_INVALID"),
    }


DID_KEYS = did_keys()


@pytest.mark.parametrize("case", DID_KEYS)
def test_b50_did_key_that_is_no_point(stage: Stage, anyone: Stage, case: str) -> None:
    data, code = DID_KEYS[case]
    did = "did:key:" + multibase.encode_base58btc(data)
    refused(anyone.judge(issued_by(did, stage.signer, stage)), "key.resolved", code)
    refused(stage.judge(presented_by(did, stage), expected=PRESENTED), "holder.proof", code)
