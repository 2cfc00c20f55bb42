"""The stage of area H: a registry that names `issuer.example`, the internet in which that host lives, and a policy
under which its document says which key is the issuer's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from defa_id.net.budget import Bounds
from defa_id.net.kept import Cache
from defa_id.net.source import NetworkSource
from defa_id.policy import Expected
from defa_id.sources import Source
from defa_id.trust.registry import Registry
from defa_id.verdict import Verdict
from tests.adversarial.rows import PROJECT, Stage
from tests.resolvers.made import DID, did_document, method
from tests.support import world as minting
from tests.support.loopback import HOST, PATIENT, PUBLIC, Answer, Authority, Outside, Server, response, serving
from tests.support.world import PERSON, Json, Signer, World

PATH = "/.well-known/did.json"
RESOLVED = "key.resolved"
UNSAFE: Json = json.loads((PROJECT / "defa_id" / "policies" / "unsafe-any-issuer.json").read_bytes())


def naming(*issuers: str) -> Any:
    """An edit of a world: SG also lists these issuers, none of whose keys it holds."""

    def edit(world: World) -> None:
        services = [
            minting.service([], [PERSON], ["vc-jwt"], issuer=issuer, service_id=f"SG-1{number:03}", algorithms=[])
            for number, issuer in enumerate(issuers)
        ]
        world.lists["SG"]["entities"] += [minting.entity([service]) for service in services]

    return edit


@dataclass(frozen=True)
class Abroad:
    """One host with one key, and whoever asks for it."""

    stage: Stage
    signer: Signer
    outside: Outside
    server: Server

    @property
    def registry(self) -> Registry:
        return self.stage.registry

    def token(self, did: str = DID, kid: str | None = f"{DID}#key-1", by: Signer | None = None, **changes: Any) -> str:
        """A credential whose issuer is this identifier, signed by the key its document should hold."""
        document = self.stage.document(issuer=did, iss=did, **changes)
        return minting.vc_jwt(by or self.signer, document, kid=kid)

    def document(self, **changes: Any) -> Json:
        """The genuine document; a change to None removes the member."""
        return did_document(method(self.signer), **changes)

    def source(self, *, bounds: Bounds = PATIENT, cache: Cache | None = None) -> NetworkSource:
        """The network, as the registry allows it."""
        return NetworkSource.of(self.registry, reach=self.outside.reach, bounds=bounds, cache=cache)

    def judge(self, token: str, *, source: Source | None = None, expected: Expected = Expected()) -> Verdict:
        """The verdict, its issuer's key looked up in the network."""
        return self.stage.judge(token, source=source or self.source(), expected=expected)

    def answered(self, answer: Answer | Json, **how: Any) -> Verdict:
        """The verdict on a genuine credential when the host answers like this."""
        made = answer if callable(answer) or isinstance(answer, bytes) else response(json.dumps(answer).encode())
        self.server.answers[PATH] = made
        return self.judge(self.token(), **how)

    def untouched(self) -> bool:
        """Whether nobody was looked up or connected to."""
        return (self.outside.looked_up, self.outside.connected, self.server.connections) == ([], [], 0)


@contextmanager
def abroad(
    folder: Path, *, issuers: Sequence[str] = (DID,), certificate: Path | None = None, safe: bool = False, **tls: Any
) -> Iterator[Abroad]:
    """A stage, and a host that serves the genuine document, reached under its name.

    `safe`: judged by the baseline policy, where the registry's keys count."""
    authority = Authority(folder)
    stage = Stage.of(policy=None if safe else UNSAFE, edit=naming(*issuers), golden=safe)
    with serving(certificate or authority.issue(HOST), **tls) as server:
        signer = Signer.make()
        outside = Outside(server, authority, {HOST: (PUBLIC,)})
        made = Abroad(stage, signer, outside, server)
        server.answers[PATH] = response(json.dumps(made.document()).encode())
        yield made
