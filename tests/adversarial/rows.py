"""The stage of the adversarial rows: golden credentials, and what every refusal and every verdict has to keep."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import pytest

from defa_id.errors import NotAccepted
from defa_id.policy import Expected, Policy
from defa_id.resolvers import did_jwk
from defa_id.sources import Document, Source, Unavailable
from defa_id.trust.registry import Registry
from defa_id.verdict import Accepted, Decision, Outcome, Verdict
from defa_id.verifier import Verifier
from tests.support import world as minting
from tests.support.world import NOW, PERSON, PERSON_VCT, PRESENTED, Json, Signer, World

PROJECT = Path(__file__).resolve().parents[2]
FORMATS = ["vc-jwt", "sd-jwt-vc", "vc-sd-jwt"]
STANDS_IN_THE_WAY = (Outcome.FAILED, Outcome.UNKNOWN)

# Every value the golden credentials give about their subject is a canary: it may stand in no verdict.
CANARIES = (
    "canary-given-7f3a",
    "canary-family-91c2",
    "1903-02-17",
    "canary-street-44d0",
    "918273645",
    "canary-id-5e8b",
)
SUBJECT: Json = {
    "given_name": CANARIES[0],
    "family_name": CANARIES[1],
    "birthdate": CANARIES[2],
    "address": {"street": [CANARIES[3]]},
    "number": int(CANARIES[4]),
}
SUBJECT_ID = f"urn:x-demo:{CANARIES[5]}"


class Row(NamedTuple):
    """One way to break a golden credential, and the one line that has to say so."""

    id: str
    build: Callable[[Stage], str | bytes]
    check: str
    code: str


def table(*rows: Row) -> pytest.MarkDecorator:
    """The rows as the parameter `row` of a test, each under its own id."""
    assert len({row.id for row in rows}) == len(rows), "two rows bear one id"
    return pytest.mark.parametrize("row", rows, ids=[row.id for row in rows])


def refuse_each(stage: Stage, row: Row, **question: Any) -> None:
    """The golden credentials stood (building the stage saw to that); this row falls, on its own line only."""
    refused(stage.judge(row.build(stage), **question), row.check, row.code)


class AskedOutside:
    """A source that has nothing and keeps what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get(self, url: str, limit: int) -> Document:  # noqa: ARG002  (the protocol's signature)
        self.asked.append(url)
        raise Unavailable(url)


@dataclass(frozen=True)
class Stage:
    """A published registry, a verifier for it, and an issuer and a holder whose golden credentials it accepts."""

    world: World
    signer: Signer
    holder: Signer
    registry: Registry
    verifier: Verifier

    @classmethod
    def of(
        cls,
        *signers: Signer,
        policy: Json | None = None,
        edit: Callable[[World], object] | None = None,
        now: datetime = NOW,
        golden: bool = True,
        **service: Any,
    ) -> Stage:
        """A stage whose SG issuer has these keys (the first one signs) and these members in its entry.

        `golden`: every lane's golden credential has to be accepted before any row is tried.
        """
        world, signer = World.make()
        keys = list(signers or (signer,))
        world.lists["SG"]["entities"] = [
            minting.entity([minting.service(keys, [PERSON, PERSON_VCT], FORMATS, **service)])
        ]
        if edit:
            edit(world)
        registry = world.registry(now)
        rules = Policy.from_document({"id": "adversarial", **(policy or {})}).asking(for_state="TH")
        stage = cls(world, keys[0], _holder(), registry, Verifier(registry, rules))
        if golden:
            for token, expected in stage.golden():
                accepted(stage.judge(token, expected=expected))
        return stage

    @property
    def holder_did(self) -> str:
        return did_jwk.encode(self.holder.public.jwk)

    def golden(self) -> tuple[tuple[str, Expected], ...]:
        """One credential or presentation a lane, each unspoilt."""
        return (
            (self.vc(), Expected()),
            (self.old_vc(), Expected()),
            (self.sd(), Expected()),
            (self.vc_sd(), Expected()),
            (self.vp(), PRESENTED),
            (self.kb(), PRESENTED),
        )

    def document(self, **changes: Any) -> Json:
        """The golden VCDM 2.0 document with its JWT claims."""
        return _without_none({**minting.vc(credentialSubject=SUBJECT), **changes})

    def vc(self, *, header: Json | None = None, by: Signer | None = None, **changes: Any) -> str:
        """Lane vc+jwt."""
        return minting.vc_jwt(by or self.signer, self.document(**changes), **(header or {}))

    def vc_of(self, payload: bytes, **header: Any) -> str:
        """Lane vc+jwt over exactly these bytes."""
        return minting.vc_jwt(self.signer, payload, **header)

    def old_vc(self, *, header: Json | None = None, document: Json | None = None, **changes: Any) -> str:
        """Lane VCDM 1.1 (§6.3.1), with changes to its vc claim (`document`) and to its registered claims."""
        own = self.document()
        content = {
            "@context": ["https://www.w3.org/2018/credentials/v1"],
            "type": own["type"],
            "issuer": own["issuer"],
            "issuanceDate": own["validFrom"],
            "credentialSubject": own["credentialSubject"],
            **(document or {}),
        }
        claims = {"iss": own["iss"], "nbf": own["iat"], "exp": own["exp"], "vc": _without_none(content), **changes}
        return minting.vc_jwt(self.signer, _without_none(claims), **{"typ": "JWT", **(header or {})})

    def bound_vc(self, **changes: Any) -> str:
        """Lane vc+jwt, its subject identified by the holder's key."""
        return self.vc(**{"credentialSubject": {"id": self.holder_did, **SUBJECT}, **changes})

    def sd(self, *, header: Json | None = None, **changes: Any) -> str:
        """Lane dc+sd-jwt, every claim about the subject disclosed, bound to the holder's key."""
        made = [minting.disclosure(name, value) for name, value in SUBJECT.items()]
        claims = {
            "_sd": [minting.digest(one) for one in made],
            "_sd_alg": "sha-256",
            "cnf": {"jwk": dict(self.holder.public.jwk)},
            **changes,
        }
        return minting.sd_jwt(self.signer, minting.claims(**claims), tuple(made), **(header or {}))

    def vc_sd(self, *, header: Json | None = None, **changes: Any) -> str:
        """Lane vc+sd-jwt: the VCDM 2.0 document with one disclosure inside its subject."""
        made = minting.disclosure("given_name", CANARIES[0])
        subject = {"_sd": [minting.digest(made)], "family_name": CANARIES[1]}
        return minting.sd_jwt(
            self.signer,
            self.document(**{"credentialSubject": subject, "_sd_alg": "sha-256", **changes}),
            (made,),
            **{"typ": "vc+sd-jwt", **(header or {})},
        )

    def vp(self, *tokens: str, header: Json | None = None, **changes: Any) -> str:
        """Lane vp+jwt: the holder's presentation of these, or of one golden credential bound to it."""
        held = tokens or (self.bound_vc(),)
        document = {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiablePresentation"],
            "holder": self.holder_did,
            "iss": self.holder_did,
            "iat": minting.moment(),
            "nonce": PRESENTED.nonce,
            "aud": PRESENTED.audience,
            "verifiableCredential": [enveloped(token) for token in held],
            **changes,
        }
        head = {"alg": "ES256", "typ": "vp+jwt", "kid": f"{self.holder_did}#0", **(header or {})}
        return self.holder.token(_without_none(head), _without_none(document))

    def kb(self, **changes: Any) -> str:
        """Lane kb+jwt: the golden SD-JWT VC with a key binding."""
        return minting.key_binding(self.holder, self.sd(), **changes)

    def judge(
        self,
        data: str | bytes,
        *,
        at: datetime = NOW,
        known_at: datetime | None = None,
        expected: Expected = Expected(),
        format: str | None = None,
        source: Source | None = None,
    ) -> Verdict:
        """The verdict, once it has kept what every verdict keeps: asked twice it answers in the same
        bytes (I-15), in the published form, without a word about the subject (P02), and without having
        asked the outside for anything (pipeline order), unless the test hands in an outside to ask."""
        outside = AskedOutside()
        verdicts = [
            self.verifier.verify(
                data, at=at, known_at=known_at, expected=expected, source=source or outside, format=format
            )
            for _ in range(2)
        ]
        texts = [verdict.to_json() for verdict in verdicts]
        assert texts[0] == texts[1]
        assert [canary for canary in CANARIES if canary in texts[0]] == []
        assert _form().is_valid(json.loads(texts[0])), next(iter(_form().iter_errors(json.loads(texts[0])))).message
        assert outside.asked == []
        return verdicts[0]


@cache
def _holder() -> Signer:
    return Signer.make()


@cache
def _form() -> jsonschema_rs.Draft202012Validator:
    schema = json.loads((PROJECT / "schemas" / "verdict.schema.json").read_bytes())
    return jsonschema_rs.Draft202012Validator(schema)


def accepted(verdict: Verdict) -> Accepted:
    """What an accepted verdict hands over."""
    assert (verdict.decision, short(verdict)) == (Decision.ACCEPTED, [])
    assert verdict
    return verdict.unwrap()


def refused(verdict: Verdict, *lines: str) -> None:
    """Rejected, by exactly these lines (check, code, check, code, …) and no other."""
    assert short(verdict) == list(zip(lines[::2], lines[1::2], strict=True))
    assert verdict.decision is Decision.REJECTED
    _gives_nothing(verdict)


def undecided(verdict: Verdict, *lines: str) -> None:
    """Indeterminate, by exactly these lines and no other."""
    assert short(verdict) == list(zip(lines[::2], lines[1::2], strict=True))
    assert verdict.decision is Decision.INDETERMINATE
    _gives_nothing(verdict)


def short(verdict: Verdict) -> list[tuple[str, str | None]]:
    """The lines that stand in the way, without those that were skipped because of them."""
    return [(line.id, line.code) for line in verdict.checks if line.outcome in STANDS_IN_THE_WAY]


def _gives_nothing(verdict: Verdict) -> None:
    assert not verdict
    with pytest.raises(NotAccepted):
        verdict.unwrap()


def enveloped(token: str) -> Json:
    """A credential as a presentation carries it (VC-JOSE-COSE §4)."""
    return {
        "@context": "https://www.w3.org/ns/credentials/v2",
        "type": "EnvelopedVerifiableCredential",
        "id": f"data:application/{'dc+sd-jwt' if '~' in token else 'vc+jwt'},{token}",
    }


def _without_none(members: Json) -> Json:
    return {name: value for name, value in members.items() if value is not None}


def spliced(document: Json, member: str, raw: bytes) -> bytes:
    """The document's JSON with `member` spelled as exactly these bytes, which need not be JSON."""
    mark = "@spliced@"
    return minting.dumps({**document, member: mark}).replace(minting.dumps(mark), raw)


_REACHING = ("open", "socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn")
_CODE = (".py", ".pyc", ".so")
_watch: dict[str, Any] = {"installed": False, "thread": None, "seen": []}


@contextmanager
def watching() -> Iterator[list[str]]:
    """What this thread opens, starts or connects to meanwhile; the loading of modules is left out."""
    if not _watch["installed"]:
        sys.addaudithook(_note)  # a hook cannot be taken away again, so it asks whose turn it is
        _watch["installed"] = True
    seen: list[str] = []
    _watch.update(thread=threading.get_ident(), seen=seen)
    try:
        yield seen
    finally:
        _watch["thread"] = None


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if _watch["thread"] != threading.get_ident() or not event.startswith(_REACHING):
        return
    what = str(arguments[0]) if arguments else ""
    if event == "open" and (what.endswith(_CODE) or ".pyc." in what or what.isdecimal()):
        return  # also a module that is compiled just now, and a file that is open already
    _watch["seen"].append(f"{event}: {what}")
