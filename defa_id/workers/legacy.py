"""didkit's word about a linked-data signature from before Data Integrity, in a process that can be ended.

didkit (extra `didkit`) is believed for nothing but the signature: it accepts expired credentials and
wrong purposes, and it crashes while its interpreter shuts down. It is asked only where it needs no
network: about keys that their DID spells out, and contexts that are built into it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from typing import Any, Final

from defa_id import contexts, linked
from defa_id.codec import limits
from defa_id.codec.text import printable
from defa_id.errors import Fault, Unknowable
from defa_id.workers.process import Worker

_METHODS: Final = ("did:key:", "did:jwk:")
# What didkit 0.3.3 and openedx-didkit 0.3.5 have built in of the contexts that are shipped here.
CONTEXTS: Final = frozenset(
    {
        "https://www.w3.org/2018/credentials/v1",
        "https://www.w3.org/ns/did/v1",
        "https://w3id.org/citizenship/v1",
        "https://w3id.org/security/suites/ed25519-2020/v1",
        "https://w3id.org/security/suites/jws-2020/v1",
        "https://w3id.org/security/v1",
        "https://w3id.org/security/v2",
        "https://w3id.org/vc/status-list/2021/v1",
    }
)


def verify(document: Mapping[str, Any], jwk: Mapping[str, Any]) -> None:
    """Return if didkit finds the one proof of a VCDM 1.1 credential made by this key.

    `document` carries the proof, `jwk` is the public key listed for its issuer; the proof's
    verificationMethod has to be a did:key or did:jwk that spells out this very key. That the document's
    contexts give every part of it a meaning is found out here, without didkit.

    Raises `Fault` DI_SIGNATURE, LD_CONTEXT, LD_UNSAFE, LIMIT_RDF; `Unknowable` DID_METHOD for other
    methods, LD_CONTEXT for contexts that didkit does not have, RDF_UNSUPPORTED, DI_SUITE_EXTRA without
    didkit, WORKER_LIMIT and WORKER_ENDED.
    """
    proof = document["proof"]
    method = str(proof.get("verificationMethod"))
    if not method.startswith(_METHODS):
        raise Unknowable("DID_METHOD", f"didkit is not asked about {printable(method.partition('#')[0])}")
    unsigned = {name: member for name, member in document.items() if name != "proof"}
    linked.to_quads(unsigned, contexts.load)
    for stated in (document["@context"], proof.get("@context", [])):
        for url in stated if isinstance(stated, list) else [stated]:
            if not isinstance(url, str) or url not in CONTEXTS:
                raise Unknowable("LD_CONTEXT", "a context that didkit does not hold")
    if find_spec("didkit") is None:
        raise Unknowable("DI_SUITE_EXTRA")
    _worker().ask({"document": json.dumps(document), "method": method, "jwk": json.dumps(dict(jwk))})


@cache
def _worker() -> Worker:
    return Worker(__name__, limits.WORKER_SECONDS)


def _work(question: Any) -> None:
    import asyncio

    import didkit

    did, method = question["method"].partition("#")[0], question["method"].split(":")[1]
    try:
        if didkit.key_to_did(method, question["jwk"]) != did:
            raise Fault("DI_SIGNATURE", "the method names another key than the one listed")
        found = json.loads(asyncio.run(_verified(question["document"])))
    except (didkit.DIDKitException, ValueError) as error:
        raise Unknowable("WORKER_ENDED", "didkit cannot read it") from error
    if found["errors"] or found["checks"] != ["proof"]:
        raise Fault("DI_SIGNATURE", "didkit does not find the proof good")


async def _verified(document: str) -> str:
    import didkit

    options = json.dumps({"proofPurpose": "assertionMethod", "checks": ["proof"]})
    answer: str = await didkit.verify_credential(document, options)
    return answer


if __name__ == "__main__":
    import didkit  # noqa: F401  (what is slow to load is loaded before the first question)

    from defa_id.workers.serving import serve

    serve(_work, cpu_seconds=limits.WORKER_SECONDS)
