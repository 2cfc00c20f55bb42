"""The curve of Ed25519 in plain integers (RFC 8032 §5.1), to check the library's constants against.

Slow and not constant time: for tests only.
"""

from __future__ import annotations

import hashlib

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_MINUS_ONE = pow(2, (P - 1) // 4, P)

Point = tuple[int, int]
IDENTITY: Point = (0, 1)


def add(a: Point, b: Point) -> Point:
    """The sum of two points (RFC 8032 §5.1.4, affine)."""
    (x1, y1), (x2, y2) = a, b
    product = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P
    y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P
    return x, y


def times(scalar: int, point: Point) -> Point:
    """`scalar` times `point`."""
    total = IDENTITY
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point = add(point, point)
        scalar >>= 1
    return total


def x_of(y: int) -> int | None:
    """One of the x that go with `y` (RFC 8032 §5.1.3), or None where the curve has no such point."""
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    square = u * pow(v, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    for root in (x, x * SQRT_MINUS_ONE % P):
        if root * root % P == square:
            return root
    return None


def encode(point: Point) -> bytes:
    """The 32 bytes of a point (RFC 8032 §5.1.2)."""
    x, y = point
    return (y | (x & 1) << 255).to_bytes(32, "little")


def base() -> Point:
    """The base point: y = 4/5, x even."""
    y = 4 * pow(5, -1, P) % P
    x = x_of(y)
    assert x is not None
    return (x if x % 2 == 0 else P - x), y


def secret_scalar(seed: bytes) -> int:
    """The scalar a 32-byte seed stands for (RFC 8032 §5.1.5)."""
    digest = bytearray(hashlib.sha512(seed).digest()[:32])
    digest[0] &= 0xF8
    digest[31] = digest[31] & 0x7F | 0x40
    return int.from_bytes(digest, "little")


def challenge(r: bytes, public: bytes, message: bytes) -> int:
    """k of RFC 8032 §5.1.7, over the bytes as they are written."""
    return int.from_bytes(hashlib.sha512(r + public + message).digest(), "little") % ORDER


def torsion() -> frozenset[Point]:
    """The eight points of small order: ORDER times anything, from the first y that lies on the curve."""
    for y in range(2, 100):
        x = x_of(y)
        if x is None:
            continue
        generator = times(ORDER, (x, y))
        group = frozenset(times(n, generator) for n in range(8))
        if len(group) == 8:
            return group
    raise AssertionError("no point of order eight found")


def spellings(point: Point) -> frozenset[bytes]:
    """Every 32 bytes that a careless reader takes for `point`: y also unreduced, and where x is zero
    with either sign."""
    x, y = point
    signs = {x & 1} if x else {0, 1}
    return frozenset(
        (value | sign << 255).to_bytes(32, "little") for value in (y, y + P) if value < 2**255 for sign in signs
    )
