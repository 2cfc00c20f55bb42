"""The JSON-LD contexts this verifier knows, shipped byte for byte with their digests, never fetched.

Who publishes each file, and under which terms, stands in the README beside them. A context is found
by its exact URL and by nothing that merely resembles it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from defa_id.codec import digests
from defa_id.contexts import own
from defa_id.errors import DefaIdError
from defa_id.values import NamedTuple


class Pinned(NamedTuple):
    """A context's file in this folder and the SHA-256 of its bytes, in hexadecimal."""

    file: str
    sha256: str


PINNED: Final[Mapping[str, Pinned]] = MappingProxyType(
    {
        "https://www.w3.org/2018/credentials/v1": Pinned(
            "credentials-v1.jsonld", "ab4ddd9a531758807a79a5b450510d61ae8d147eab966cc9a200c07095b0cdcc"
        ),
        "https://www.w3.org/ns/credentials/v2": Pinned(
            "credentials-v2.jsonld", "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"
        ),
        "https://www.w3.org/ns/credentials/undefined-terms/v2": Pinned(
            "undefined-terms-v2.jsonld", "82dab514ba44eb18f5d1b0f638c5e140c6a556fbfb5089601bdc0fa5eb8b2581"
        ),
        "https://www.w3.org/ns/credentials/examples/v2": Pinned(
            "credentials-examples-v2.jsonld", "57393fbc69d6efb9b9b5dc9cb6b9880b0944360abfe2eaf459c9e58cf2279d7c"
        ),
        "https://www.w3.org/ns/credentials/status/v1": Pinned(
            "bitstring-status-list-v1.jsonld", "fd08cbf28ddd829ab2f1978c48f43ab07a112c1c90245a0cfac7ba721c65170c"
        ),
        "https://w3id.org/vc/status-list/2021/v1": Pinned(
            "status-list-2021-v1.jsonld", "634d71c159289f068c96012e4511c657fdf82ac4231900081bda3ba24e2e1160"
        ),
        "https://w3id.org/security/data-integrity/v1": Pinned(
            "data-integrity-v1.jsonld", "b5d829bd09aa7c42abc6efa0c8ed7635313b5487f37ccfce3ecd149ca9418554"
        ),
        "https://w3id.org/security/data-integrity/v2": Pinned(
            "data-integrity-v2.jsonld", "67f21e6e33a6c14e5ccfd2fc7865f7474fb71a04af7e94136cb399dfac8ae8f4"
        ),
        "https://w3id.org/security/multikey/v1": Pinned(
            "multikey-v1.jsonld", "c5f3806f8286920573221938917988a18a4cc5a09e968d29649613c7a1c2b1f6"
        ),
        "https://w3id.org/security/v1": Pinned(
            "security-v1.jsonld", "abaf97e107d1925503c433dcaf3ffd2831697cacc1ed2a293e1bc8030d5bcb47"
        ),
        "https://w3id.org/security/v2": Pinned(
            "security-v2.jsonld", "611bd81151d5efe53ec9aed78f5a813e577287bc9451ee26d6879b1b8b46bc3b"
        ),
        "https://w3id.org/security/suites/ed25519-2018/v1": Pinned(
            "ed25519-signature-2018-v1.jsonld", "166c6abb9e08176cee5f6c87c9c1bbfefa5717da391bcac525e5437f93eab809"
        ),
        "https://w3id.org/security/suites/ed25519-2020/v1": Pinned(
            "ed25519-signature-2020-v1.jsonld", "b9e1ab971fd8bf2c7553e0c4a9438e0b9450afde1ea1ca5b2492368b9f549588"
        ),
        "https://w3id.org/security/suites/jws-2020/v1": Pinned(
            "jws-2020-v1.jsonld", "00ee65bb7307f9a01c3170b823083b0d4de68223520834b2c5eb7a09bae5dea6"
        ),
        "https://w3id.org/security/suites/secp256k1-2019/v1": Pinned(
            "secp256k1-2019-v1.jsonld", "8452efdde151151539b78d240f55cee7d9cc985bf078123ce310aa7ae04763b4"
        ),
        "https://www.w3.org/ns/did/v1": Pinned(
            "did-v1.jsonld", "62c1054bf404d6dd3a4b26b64f830fd72095f6a26edc4469908c94351352ce5f"
        ),
        "https://w3id.org/citizenship/v1": Pinned(
            "citizenship-v1.jsonld", "4caf8d4d3a6a175f5e5ba6b91dc1fdd88a050630930a6478d8e4cb765c565f40"
        ),
        "https://w3id.org/citizenship/v2": Pinned(
            "citizenship-v2.jsonld", "2241bdc574b37395311997b93bee26c8ab2672e5da62de5f2c1d564a00eae959"
        ),
        "https://w3id.org/citizenship/v3": Pinned(
            "citizenship-v3.jsonld", "5a4855907ef40afdb50a51af131d7a883c62e891478ebbb81f5ecb9a5a9b99d7"
        ),
        "https://w3id.org/citizenship/v4rc1": Pinned(
            "citizenship-v4rc1.jsonld", "a89b0bc00b1848ac3dfdf956c7dd5de8567e755351c07ec6a1c2b4a08b67953b"
        ),
        "https://purl.imsglobal.org/spec/ob/v3p0/context.json": Pinned(
            "open-badges-3.0.0.jsonld", "9f1c8f9f361ba2994b9b50701f41149919542c50c7b7455b2846d87959295d72"
        ),
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json": Pinned(
            "open-badges-3.0.1.jsonld", "af095468326d3449160509b26ca71576e6321d13c85b0369cfe3b654c9a48fba"
        ),
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.2.json": Pinned(
            "open-badges-3.0.2.jsonld", "00666ad080ba407687ed1846b7f5e7495f5019042b202a727de47c48a1755c53"
        ),
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json": Pinned(
            "open-badges-3.0.3.jsonld", "ef2fa9c7846dce233cc166b43639027278be4ee44f00bb1d45c75de2dd0cd761"
        ),
    }
)


def load(url: str) -> bytes | None:
    """The bytes of a context, or None if none is shipped under exactly this URL.

    Raises `DefaIdError` for an installation whose file is not the one with the digest.
    """
    pinned = PINNED.get(url)
    if pinned is None and url in own.OWN:
        pinned = Pinned(*own.OWN[url])
    return None if pinned is None else _content(pinned)


@cache
def _content(pinned: Pinned) -> bytes:
    """Read as an import reads, by the package's own loader: these files are constants of this package."""
    loader: Any = __spec__.loader
    data: bytes = loader.get_data(f"{__path__[0]}/{pinned.file}")
    if digests.sha256(data).hex() != pinned.sha256:
        raise DefaIdError(f"the packaged context {pinned.file} has been changed", hint="Install defa-id again.")
    return data
