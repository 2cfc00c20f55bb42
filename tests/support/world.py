"""A small signed registry in memory, and issuers in it: what the corridor's tests walk through.

Signed here with bare `cryptography`, not with the operator's code: a second reading of the layout.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from defa_id import keys
from defa_id.parts import DEFAULT_PARTS, Parts
from defa_id.policy import Expected, Policy
from defa_id.sources import NoSource, Source
from defa_id.trust.registry import Registry
from defa_id.trust.seen import Seen
from defa_id.trust.signatures import canonical_bytes
from defa_id.verdict import Verdict
from defa_id.verifier import Verifier

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
GRANT = "2026-01-01T00:00:00Z"
STATES = ("PH", "SG", "TH", "VN")
PERSON = "PersonIdentityCredential"
PERSON_VCT = "urn:defa-id:person-identity:1"
ISSUER = "did:web:sg-person.example"
Json = dict[str, Any]


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def dumps(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def moment(offset: timedelta | int = 0, base: datetime = NOW) -> int:
    """NumericDate of NOW plus an offset in seconds."""
    return int((base + (offset if isinstance(offset, timedelta) else timedelta(seconds=offset))).timestamp())


@dataclass
class Signer:
    """A private key that signs JOSE tokens, also wrongly when told to."""

    private: Any
    alg: str
    kid: str | None = None

    @classmethod
    def make(cls, alg: str = "ES256", kid: str | None = None) -> Signer:
        if alg in ("ES256", "ES384"):
            return cls(ec.generate_private_key(ec.SECP256R1() if alg == "ES256" else ec.SECP384R1()), alg, kid)
        if alg in ("RS256", "PS256"):
            return cls(rsa.generate_private_key(65537, 2048), alg, kid)
        return cls(ed25519.Ed25519PrivateKey.generate(), alg, kid)

    @property
    def public(self) -> keys.PublicKey:
        return keys.from_native(self.private.public_key(), self.kid)

    @property
    def jwk(self) -> Json:
        jwk = dict(self.public.jwk)
        return {**jwk, "kid": self.kid} if self.kid else jwk

    @property
    def thumbprint(self) -> str:
        return self.public.thumbprint

    def raw(self, message: bytes, alg: str | None = None) -> bytes:
        alg = alg or self.alg
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            digest = hashes.SHA384() if alg == "ES384" else hashes.SHA256()
            r, s = decode_dss_signature(self.private.sign(message, ec.ECDSA(digest)))
            size = (self.private.curve.key_size + 7) // 8
            return r.to_bytes(size) + s.to_bytes(size)
        if isinstance(self.private, rsa.RSAPrivateKey):
            scheme: Any = padding.PKCS1v15() if alg == "RS256" else padding.PSS(padding.MGF1(hashes.SHA256()), 32)
            return self.private.sign(message, scheme, hashes.SHA256())
        return self.private.sign(message)

    def token(self, header: Mapping[str, Any] | bytes, payload: Any | bytes) -> str:
        """A compact JWS over exactly this header and payload, signed genuinely."""
        head = header if isinstance(header, bytes) else dumps(dict(header))
        body = payload if isinstance(payload, bytes) else dumps(payload)
        message = f"{b64(head)}.{b64(body)}".encode()
        return f"{message.decode()}.{b64(self.raw(message))}"


def vc(issuer: str = ISSUER, **changes: Any) -> Json:
    """A VCDM 2.0 document with its JWT claims; a change to None removes the member."""
    document: Json = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential", PERSON],
        "issuer": issuer,
        "iss": issuer,
        "validFrom": "2026-06-01T00:00:00Z",
        "iat": moment(base=datetime(2026, 6, 1, tzinfo=UTC)),
        "exp": moment(base=datetime(2031, 6, 1, tzinfo=UTC)),
        "credentialSubject": {"name": {"full": [{"value": "Suharto Demo", "lang": "id"}]}, "nationality": ["ID"]},
    }
    return {name: value for name, value in {**document, **changes}.items() if value is not None}


def vc_jwt(signer: Signer, document: Json | bytes | None = None, **header: Any) -> str:
    """A VC-JWT of VCDM 2.0; header members given as None are left out."""
    head = {"alg": signer.alg, "typ": "vc+jwt", "kid": signer.kid or signer.thumbprint, **header}
    return signer.token(
        {name: value for name, value in head.items() if value is not None}, document if document is not None else vc()
    )


def claims(issuer: str = ISSUER, **changes: Any) -> Json:
    """The claims of an SD-JWT VC before anything is made selectively disclosable."""
    document: Json = {
        "vct": PERSON_VCT,
        "iss": issuer,
        "iat": moment(base=datetime(2026, 6, 1, tzinfo=UTC)),
        "exp": moment(base=datetime(2031, 6, 1, tzinfo=UTC)),
    }
    return {name: value for name, value in {**document, **changes}.items() if value is not None}


def disclosure(*parts: Any) -> str:
    """One disclosure: a salt and the parts given (name and value, or the value alone)."""
    salt = b64(hashlib.sha256(repr(parts).encode()).digest()[:16])
    return b64(dumps([salt, *parts]))


def digest(text: str, algorithm: str = "sha256") -> str:
    return b64(hashlib.new(algorithm, text.encode()).digest())


def sd_jwt(
    signer: Signer, payload: Json | bytes | None = None, disclosures: tuple[str, ...] = (), **header: Any
) -> str:
    """An SD-JWT with exactly these claims and disclosures, ending in a tilde."""
    head = {"alg": signer.alg, "typ": "dc+sd-jwt", "kid": signer.kid or signer.thumbprint, **header}
    token = signer.token(
        {name: value for name, value in head.items() if value is not None}, payload if payload is not None else claims()
    )
    return "~".join([token, *disclosures, ""])


def simple_sd_jwt(signer: Signer, subject: Mapping[str, Any], holder: Signer | None = None, **changes: Any) -> str:
    """An SD-JWT VC with every claim about the subject selectively disclosable and disclosed."""
    made = [disclosure(name, value) for name, value in subject.items()]
    cnf = {"cnf": {"jwk": dict(holder.public.jwk)}} if holder else {}
    return sd_jwt(
        signer, claims(**{"_sd": [digest(d) for d in made], "_sd_alg": "sha-256", **cnf, **changes}), tuple(made)
    )


def key_binding(
    holder: Signer,
    presented: str,
    nonce: Any = "n-1",
    audience: Any = "https://rp.example",
    *,
    header: Json | None = None,
    **changes: Any,
) -> str:
    """`presented` (ending in a tilde) with a key binding behind it."""
    payload = {"iat": moment(), "aud": audience, "nonce": nonce, "sd_hash": digest(presented), **changes}
    head = {"alg": holder.alg, "typ": "kb+jwt", **(header or {})}
    clean = {name: value for name, value in head.items() if value is not None}
    return presented + holder.token(clean, {name: value for name, value in payload.items() if value is not None})


def vp_jwt(
    holder: Signer,
    tokens: tuple[str, ...],
    nonce: Any = "n-1",
    audience: Any = "https://rp.example",
    *,
    header: Json | None = None,
    **changes: Any,
) -> str:
    """A VCDM 2.0 presentation by a did:jwk holder, each token in its envelope."""
    from defa_id.resolvers import did_jwk

    did = did_jwk.encode(holder.public.jwk)
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": did,
        "iss": did,
        "iat": moment(),
        "nonce": nonce,
        "aud": audience,
        "verifiableCredential": [
            {
                "@context": "https://www.w3.org/ns/credentials/v2",
                "type": "EnvelopedVerifiableCredential",
                "id": f"data:application/{'dc+sd-jwt' if '~' in token else 'vc+jwt'},{token}",
            }
            for token in tokens
        ],
        **changes,
    }
    head = {"alg": holder.alg, "typ": "vp+jwt", "kid": f"{did}#0", **(header or {})}
    return holder.token(
        {name: value for name, value in head.items() if value is not None},
        {name: value for name, value in document.items() if value is not None},
    )


def service(
    signers: list[Signer],
    types: list[str],
    formats: list[str],
    *,
    issuer: str = ISSUER,
    service_id: str = "SG-0001",
    level: str = "substantial",
    **changes: Any,
) -> Json:
    """One service of a state's list, granted since GRANT."""
    record = {"valid_from": GRANT, "recorded": GRANT}
    kind = "did" if issuer.startswith("did:") else "issuer_url"
    document: Json = {
        "service_id": service_id,
        "type": "issuance",
        "interface": "offline",
        "recorded": GRANT,
        "identifiers": [
            {"kind": kind, "value": issuer, **record},
            *({"kind": "jwk", "jwk": signer.jwk, "thumbprint": signer.thumbprint, **record} for signer in signers),
        ],
        "formats": formats,
        "credentials": [{"type": type} for type in types],
        "algorithms": [{"alg": alg} for alg in sorted({signer.alg for signer in signers})],
        "status_lists": [],
        "status_required": False,
        "assurance": [
            {
                "framework": "defa-id-reference",
                "framework_version": "1",
                "level": level,
                "basis": "self-declared",
                "status": "declared",
                "effective": GRANT,
                "recorded": GRANT,
            }
        ],
        "scope": {"subjects": ["natural"], "purposes": [], "sectors": []},
        "status_events": [{"status": "granted", "effective": GRANT, "recorded": GRANT}],
    }
    return {**document, **changes}


def entity(services: list[Json], *, entity_id: str | None = None, name: str = "Demo issuer") -> Json:
    first = services[0]["identifiers"][0]["value"]
    return {
        "entity_id": entity_id or first,
        "names": [{"lang": "en", "value": name}],
        "kind": "government",
        "recorded": GRANT,
        "services": services,
    }


def recognition(by: str, of: str, types: list[str], *, id: str | None = None, **changes: Any) -> Json:
    document: Json = {
        "id": id or f"{by}-{of}",
        "of": of,
        "types": types,
        "purposes": [],
        "min_level": "low",
        "environment": "demo",
        "from": GRANT,
        "recorded": GRANT,
        "conditions": [],
        "legal_basis": "none: synthetic",
        "events": [],
    }
    return {**document, **changes}


@dataclass
class World:
    """The registry's content, editable, and everything needed to publish and ask it."""

    environment: str = "demo"
    name: str = "test-world"
    lists: dict[str, Json] = field(default_factory=dict)
    denied: dict[str, list[Json]] = field(default_factory=dict)
    vocabulary: Json = field(default_factory=lambda: {"defa_id": "vocabulary/1", "types": [], "instruments": []})
    schemas: dict[str, bytes] = field(default_factory=dict)
    version: int = 1
    expires: str = "2027-11-01T00:00:00Z"
    issued: str = "2026-11-01T00:00:00Z"
    spoil: Callable[[dict[str, bytes]], None] | None = None
    role_keys: dict[str, ec.EllipticCurvePrivateKey] = field(default_factory=dict)

    @classmethod
    def make(cls, **changes: Any) -> tuple[World, Signer]:
        """Four states; SG lists one issuer (VC-JWT and SD-JWT VC, substantial); TH recognises SG."""
        world = cls(**changes)
        signer = Signer.make(kid="key-1")
        for state in STATES:
            world.lists[state] = {
                "defa_id": "state-list/1",
                "territory": state,
                "environment": world.environment,
                "sequence": 1,
                "issued": world.issued,
                "next_update": world.expires,
                "state": {
                    "authority_id": f"did:web:{state.lower()}.example",
                    "names": [{"lang": "en", "value": state}],
                    "provenance": {"kind": "project-curated"},
                },
                "entities": [],
                "recognitions": [],
                "arrangements": [],
            }
        world.lists["SG"]["entities"].append(
            entity([service([signer], [PERSON, PERSON_VCT], ["vc-jwt", "sd-jwt-vc", "vc-sd-jwt"])])
        )
        world.lists["TH"]["recognitions"].append(recognition("TH", "SG", [PERSON, PERSON_VCT]))
        return world, signer

    def copy(self) -> World:
        return copy.deepcopy(self, {id(self.role_keys): self.role_keys})

    @property
    def sg(self) -> Json:
        """The one service that SG lists at first."""
        found: Json = self.lists["SG"]["entities"][0]["services"][0]
        return found

    def role_key(self, name: str) -> ec.EllipticCurvePrivateKey:
        if name not in self.role_keys:
            self.role_keys[name] = _cached_key(name)
        return self.role_keys[name]

    def files(self) -> dict[str, bytes]:
        """The published repository: file name to bytes."""
        return _publish(self)

    def registry(self, now: datetime = NOW, *, seen: Seen = Seen(), anchor: bytes | None = None) -> Registry:
        files = self.files()
        if self.spoil:
            self.spoil(files)
        return Registry.open(
            lambda name, _: files.get(name), anchor or files["root.json"], now=now, seen=lambda _: seen
        )

    def verify(
        self,
        data: str | bytes,
        *,
        for_state: str | None = "TH",
        purpose: str | None = None,
        min_level: str | None = None,
        at: datetime = NOW,
        known_at: datetime | None = None,
        expected: Expected = Expected(),
        policy: Json | None = None,
        source: Source = NoSource(),
        parts: Parts = DEFAULT_PARTS,
        format: str | None = None,
        now: datetime = NOW,
    ) -> Verdict:
        rules = Policy.from_document({"id": "test", **(policy or {})}).asking(
            for_state=for_state, purpose=purpose, min_level=min_level
        )
        verifier = Verifier(self.registry(now), rules, parts)
        return verifier.verify(data, at=at, known_at=known_at, expected=expected, source=source, format=format)


PRESENTED = Expected.presentation(nonce="n-1", audience="https://rp.example")

_KEYS: dict[str, ec.EllipticCurvePrivateKey] = {}


def _cached_key(name: str) -> ec.EllipticCurvePrivateKey:
    return _KEYS.setdefault(name, ec.generate_private_key(ec.SECP256R1()))


def _tuf_key(private: ec.EllipticCurvePrivateKey) -> tuple[str, Json]:
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    key = {"keytype": "ecdsa", "scheme": "ecdsa-sha2-nistp256", "keyval": {"public": pem}}
    return hashlib.sha256(canonical_bytes(key)).hexdigest(), key


def _publish(world: World) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    names = {
        "root": [f"region-{x}" for x in "abc"],
        "targets": [f"region-{x}" for x in "abc"],
        "snapshot": ["snapshot"],
        "timestamp": ["timestamp-a", "timestamp-b"],
    }
    thresholds = {"root": 2, "targets": 2, "snapshot": 1, "timestamp": 1}

    def keys_of(role_names: list[str]) -> dict[str, Json]:
        return dict(_tuf_key(world.role_key(name)) for name in role_names)

    def role(role_names: list[str], threshold: int) -> Json:
        return {"keyids": list(keys_of(role_names)), "threshold": threshold}

    def sign(signed: Json, role_names: list[str], threshold: int) -> bytes:
        message = canonical_bytes(signed)
        signatures = [
            {
                "keyid": _tuf_key(world.role_key(name))[0],
                "sig": world.role_key(name).sign(message, ec.ECDSA(hashes.SHA256())).hex(),
            }
            for name in role_names[:threshold]
        ]
        return dumps({"signatures": signatures, "signed": signed})

    base = {"spec_version": "1.0.31", "version": world.version, "expires": world.expires}
    roles: dict[str, bytes] = {}

    def target(path: str, data: bytes) -> Json:
        sha256 = hashlib.sha256(data).hexdigest()
        folder, _, name = path.rpartition("/")
        files[f"targets/{folder + '/' if folder else ''}{sha256}.{name}"] = data
        return {path: {"length": len(data), "hashes": {"sha256": sha256}}}

    from defa_id.codec import canonical

    delegated_roles, delegated_keys = [], {}
    for state, document in world.lists.items():
        authority, ops, deny = (
            [f"{state}-{x}" for x in "abc"],
            [f"{state}-ops-{x}" for x in "abcd"],
            [f"{state}-deny-{x}" for x in "ab"],
        )
        delegated_keys.update(keys_of(authority))
        delegated_roles.append(
            {"name": state, **role(authority, 2), "terminating": True, "paths": [f"{state}/*", f"{state}/schemas/*"]}
        )
        roles[state] = sign(
            {
                "_type": "targets",
                **base,
                "targets": {},
                "delegations": {
                    "keys": keys_of([*ops, *deny]),
                    "roles": [
                        {
                            "name": f"{state}-ops",
                            **role(ops, 2),
                            "terminating": True,
                            "paths": [f"{state}/list.json", f"{state}/schemas/*"],
                        },
                        {
                            "name": f"{state}-deny",
                            **role(deny, 1),
                            "terminating": True,
                            "paths": [f"{state}/deny.json"],
                        },
                    ],
                },
            },
            authority,
            2,
        )
        denied = {
            "defa_id": "deny/1",
            "territory": state,
            "issued": world.issued,
            "denied": world.denied.get(state, []),
        }
        roles[f"{state}-ops"] = sign(
            {"_type": "targets", **base, "targets": target(f"{state}/list.json", canonical.encode(document))}, ops, 2
        )
        roles[f"{state}-deny"] = sign(
            {"_type": "targets", **base, "targets": target(f"{state}/deny.json", canonical.encode(denied))}, deny, 1
        )
    top: Json = dict(target("vocabulary.json", canonical.encode(world.vocabulary)))
    for path, data in world.schemas.items():
        top.update(target(path, data))
    roles["targets"] = sign(
        {"_type": "targets", **base, "targets": top, "delegations": {"keys": delegated_keys, "roles": delegated_roles}},
        names["targets"],
        2,
    )
    meta = {}
    for name, data in roles.items():
        files[f"metadata/{world.version}.{name}.json"] = data
        meta[f"{name}.json"] = {
            "version": world.version,
            "length": len(data),
            "hashes": {"sha256": hashlib.sha256(data).hexdigest()},
        }
    snapshot = sign({"_type": "snapshot", **base, "meta": meta}, names["snapshot"], 1)
    files[f"metadata/{world.version}.snapshot.json"] = snapshot
    pinned = {
        "version": world.version,
        "length": len(snapshot),
        "hashes": {"sha256": hashlib.sha256(snapshot).hexdigest()},
    }
    files["metadata/timestamp.json"] = sign(
        {"_type": "timestamp", **base, "meta": {"snapshot.json": pinned}, "x-defa-id": {"issued": world.issued}},
        names["timestamp"],
        1,
    )
    everyone = {name for group in names.values() for name in group}
    root = {
        "_type": "root",
        **base,
        "version": 1,
        "consistent_snapshot": True,
        "keys": keys_of(sorted(everyone)),
        "roles": {name: role(group, thresholds[name]) for name, group in names.items()},
        "x-defa-id": {"registry": world.name, "environment": world.environment, "title": "a test"},
    }
    files["root.json"] = files["metadata/1.root.json"] = sign(root, names["root"], 2)
    return files
