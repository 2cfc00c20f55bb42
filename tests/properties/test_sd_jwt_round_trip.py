"""What an issuer makes disclosable and a holder shows is what the verifier sees: no more and no less.

The generator below is written from RFC 9901 §4 alone. The PyPI package `sd-jwt` is the oracle for happy
paths: it reads the same tokens alike, and we read those it makes.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from defa_id.formats.sd_jwt import HASHES
from tests.properties.material import material
from tests.support.world import Json, b64, claims, digest, dumps, sd_jwt

TAKEN = {
    "iss",
    "nbf",
    "exp",
    "cnf",
    "vct",
    "vct#integrity",
    "status",
    "iat",
    "sub",
    "aud",
    "jti",
    "_sd",
    "_sd_alg",
    "...",
}
PLAIN, SHOWN, WITHHELD = "plain", "shown", "withheld"


class Part(NamedTuple):
    """A member or element: how it travels, and what it holds (a leaf, or parts)."""

    mode: str
    value: Any


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NAME = TEXT.filter(lambda name: name not in TAKEN)
LEAF = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | TEXT
)
MODE = st.sampled_from([PLAIN, SHOWN, SHOWN, WITHHELD])
TREE = st.dictionaries(
    NAME,
    st.builds(
        Part,
        MODE,
        st.recursive(
            LEAF,
            lambda inner: (
                st.lists(st.builds(Part, MODE, inner), max_size=4)
                | st.dictionaries(NAME, st.builds(Part, MODE, inner), max_size=4)
            ),
            max_leaves=12,
        ),
    ),
    max_size=6,
)


class Minted:
    """The claims with digests in place of what is disclosable, and the disclosures that are shown."""

    def __init__(self, draw: st.DrawFn, tree: dict[str, Part], algorithm: str) -> None:
        self._draw = draw
        self._algorithm = algorithm
        self._salts = 0
        self.shown: list[str] = []
        self.claims: Json
        self.seen: Json
        self.claims, self.seen = self._object(tree, shown=True)

    def _value(self, value: Any, *, shown: bool) -> tuple[Any, Any]:
        if isinstance(value, dict):
            return self._object(value, shown=shown)
        if isinstance(value, list):
            return self._array(value, shown=shown)
        return value, value

    def _object(self, parts: dict[str, Part], *, shown: bool) -> tuple[Json, Json]:
        made: Json = {}
        seen: Json = {}
        digests = self._decoys()
        for name, part in parts.items():
            inner, visible = self._value(part.value, shown=shown and part.mode != WITHHELD)
            if part.mode == PLAIN:
                made[name] = inner
            else:
                digests.append(self._disclosure(part, shown, name, inner))
            if part.mode != WITHHELD:
                seen[name] = visible
        if digests:
            made["_sd"] = self._draw(st.permutations(digests))
        return made, seen

    def _array(self, parts: list[Part], *, shown: bool) -> tuple[list[Any], list[Any]]:
        made: list[Any] = [{"...": decoy} for decoy in self._decoys()]
        seen = []
        for part in parts:
            inner, visible = self._value(part.value, shown=shown and part.mode != WITHHELD)
            made.append(inner if part.mode == PLAIN else {"...": self._disclosure(part, shown, inner)})
            if part.mode != WITHHELD:
                seen.append(visible)
        return made, seen

    def _disclosure(self, part: Part, shown: bool, *content: Any) -> str:
        self._salts += 1
        text = b64(dumps([f"salt {self._salts}", *content]))
        if shown and part.mode == SHOWN:
            self.shown.append(text)
        return digest(text, self._algorithm)

    def _decoys(self) -> list[str]:
        count = self._draw(st.integers(0, 2))
        self._salts += count
        return [digest(f"decoy {self._salts - number}", self._algorithm) for number in range(count)]


@st.composite
def minted(draw: st.DrawFn, algorithms: tuple[str, ...] = tuple(HASHES)) -> tuple[str, Json]:
    """An SD-JWT VC under the listed key, and the claims a verifier is to see besides the fixed ones."""
    name = draw(st.sampled_from(algorithms))
    made = Minted(draw, draw(TREE), HASHES[name])
    payload = {**claims(), **made.claims, "_sd_alg": name}
    if name == "sha-256" and draw(st.booleans()):
        del payload["_sd_alg"]
    return sd_jwt(material().signers["ES256"], payload, tuple(draw(st.permutations(made.shown)))), made.seen


@given(minted())
def test_the_verifier_sees_what_the_holder_shows(case: tuple[str, Json]) -> None:
    token, seen = case
    verdict = material().judge(token)
    assert verdict, verdict.to_json(1)
    assert verdict.unwrap().document == {**claims(), **seen}
    assert verdict.unwrap().claims == seen


@given(minted(("sha-256",)))
def test_the_oracle_sees_the_same(case: tuple[str, Json]) -> None:
    token, _ = case
    assert oracle(token) == material().judge(token).unwrap().document


@given(minted(), st.data())
def test_one_disclosure_less_shows_less_or_nothing(case: tuple[str, Json], data: st.DataObject) -> None:
    """Withholding what others hang on leaves those without a place: refused, never misplaced."""
    token, seen = case
    issuer_token, *shown, last = token.split("~")
    if shown:
        del shown[data.draw(st.integers(0, len(shown) - 1))]
        verdict = material().judge("~".join([issuer_token, *shown, last]))
        if verdict:
            assert verdict.unwrap().claims != seen
        else:
            assert [line.code for line in verdict.problems if line.outcome == "failed"] == ["SDJWT_UNREFERENCED"]


@given(minted(), minted())
def test_a_disclosure_of_another_credential_is_refused(one: tuple[str, Json], other: tuple[str, Json]) -> None:
    token, *shown, last = one[0].split("~")
    others = [text for text in other[0].split("~")[1:-1] if text not in shown]
    for stranger in others:
        verdict = material().judge("~".join([token, *shown, stranger, last]))
        # A generator that counts its salts may make the same disclosure twice, withheld in the one.
        assert not verdict or digest(stranger) in token_text(token) or verdict.unwrap().claims != one[1]


@given(TREE, st.booleans())
def test_we_see_what_the_oracle_mints(tree: dict[str, Part], decoys: bool) -> None:
    signer = material().signers["ES256"]
    numbers = signer.private.private_numbers()
    secret = {**signer.public.jwk, "d": b64(numbers.private_value.to_bytes(32))}
    issued = SDJWTIssuer(
        {**claims(), **sd_objects(tree)},
        JWK(**secret),
        sign_alg="ES256",
        add_decoy_claims=decoys,
        extra_header_parameters={"typ": "dc+sd-jwt", "kid": signer.kid},
    )
    verdict = material().judge(issued.sd_jwt_issuance)
    assert verdict, verdict.to_json(1)
    assert verdict.unwrap().claims == json.loads(json.dumps(plain(tree)))
    assert verdict.unwrap().document == oracle(issued.sd_jwt_issuance)


def oracle(token: str) -> Any:
    public = JWK(**dict(material().signers["ES256"].public.jwk))
    return SDJWTVerifier(token, lambda _issuer, _header: public).get_verified_payload()


def sd_objects(value: Any) -> Any:
    """The tree as the oracle's issuer wants it; whatever is not plain is disclosable."""
    if isinstance(value, dict):
        return {name if part.mode == PLAIN else SDObj(name): sd_objects(part.value) for name, part in value.items()}
    if isinstance(value, list):
        inner = [(part.mode, sd_objects(part.value)) for part in value]
        return [each if mode == PLAIN else SDObj(each) for mode, each in inner]
    return value


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: plain(part.value) for name, part in value.items()}
    if isinstance(value, list):
        return [plain(part.value) for part in value]
    return value


def token_text(token: str) -> str:
    import base64

    body = token.split(".")[1]
    return base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()
