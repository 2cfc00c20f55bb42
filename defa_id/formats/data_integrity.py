"""W3C Data Integrity 1.0: a VCDM 2.0 or 1.1 document in JSON with its proofs in it, and presentations of such."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from defa_id.codec import digests, jcs, limits, multibase, strict_json, times
from defa_id.codec.text import printable, require_visible
from defa_id.credential import Credential, Holder, KeyBinding, KeyHint, Presentation, Proof, Reading, Window
from defa_id.errors import Fault
from defa_id.formats import vc_jwt, vcdm
from defa_id.suites import ecdsa_sd, legacy
from defa_id.suites.data_integrity import SUITES, Secured
from defa_id.values import NamedTuple

NAME: Final = "data-integrity"
_VALUES: Final = ("proofValue", "jws", "signatureValue")
_TEXTS: Final = ("id", "created", "expires", "verificationMethod", "proofPurpose", "cryptosuite", "nonce", "challenge")
Object = dict[str, Any]


class Read(NamedTuple):
    """A document taken apart: without its proofs, and its proofs."""

    document: Object
    proofs: tuple[Object, ...]


def recognises(data: bytes) -> bool:
    """Whether this is a JSON-LD document: an object with an @context."""
    if data[:1] != b"{" or b'"@context"' not in data:
        return False
    if data[1:].lstrip(b" \t\r\n").startswith(b'"@context"'):  # as most begin; if it is no JSON, see below
        return True
    try:
        return "@context" in strict_json.load_object(data)
    except Fault:
        return True  # of no other format either; what is wrong with it is for `read` to say


def read(data: bytes, _: Reading) -> Read:
    """Strict JSON, and at least one proof. Raises `Fault` DI_NO_PROOF, DI_PROOF_SHAPE, LIMIT_PROOFS and
    what `strict_json` raises."""
    document = strict_json.load_object(data)
    proofs = vcdm.as_list(document.pop("proof", None))
    if not proofs or proofs == [{}]:
        raise Fault("DI_NO_PROOF")
    if len(proofs) > limits.PROOFS:
        raise Fault("LIMIT_PROOFS", f"{len(proofs)} proofs, {limits.PROOFS} at most")
    for proof in proofs:
        _check_shape(proof)
    return Read(document, tuple(proofs))


def model(read: Read) -> Credential | Presentation:
    """The credential or presentation, if it and every proof of it follow their models.

    Raises `Fault` DI_*, MODEL_*, JWT_AMBIGUOUS_MODEL, TIME_*, SHAPE_CONTROL_CHAR, LIMIT_CREDENTIALS.
    """
    document = read.document
    presented = "VerifiablePresentation" in vcdm.as_list(document.get("type"))
    purpose = "authentication" if presented else "assertionMethod"
    proofs = tuple(_proofs(read, purpose))
    if presented:
        return _presentation(document, read.proofs, proofs)
    model = vcdm.version(document)
    facts = vcdm.read_credential(document, model)
    begins, ends = vcdm.window_of(document, model)
    created = [moment for proof in read.proofs if (moment := _moment(proof, "created")) is not None]
    expires = [moment for proof in read.proofs if (moment := _moment(proof, "expires")) is not None]
    return Credential(
        format=NAME,
        model=model,
        issuer=facts.issuer,
        types=facts.types,
        claims=document,
        subject=facts.subjects[0],
        window=Window(max(created, default=begins), begins, min((*expires, *([ends] if ends else [])), default=None)),
        proofs=proofs,
        status=facts.status,
        holder=Holder(None, facts.ids),
        digest=_digest(document),
        typ=", ".join(dict.fromkeys(proof.suite for proof in proofs)),
    )


def _presentation(document: Object, written: Sequence[Object], proofs: tuple[Proof, ...]) -> Presentation:
    """VCDM 2.0 §4.13, Data Integrity §2.1: one proof by the holder, with its challenge and domain."""
    vcdm.check_presentation(document)
    if len(proofs) != 1:
        raise Fault("DI_PROOF_SET", "a presentation has one holder and one proof")
    held = vcdm.as_list(document.get("verifiableCredential", []))
    if len(held) > limits.PRESENTED_CREDENTIALS:
        raise Fault("LIMIT_CREDENTIALS", f"{len(held)} credentials, {limits.PRESENTED_CREDENTIALS} at most")
    (proof,) = written
    created = _moment(proof, "created")
    holder = vcdm.identifier(document["holder"], "holder") if "holder" in document else None
    binding = KeyBinding(
        proof=proofs[0],
        nonce=proof.get("challenge"),
        audience=proof.get("domain"),
        issued=int(created.timestamp()) if created else None,
        ends=_moment(proof, "expires"),
        holder=holder,
    )
    return Presentation(NAME, binding, tuple(vc_jwt.held(one) for one in held), _digest(document))


def _proofs(read: Read, purpose: str) -> Iterator[Proof]:
    """Every proof with the suite that verifies it and the earlier proofs it covers (§4.6)."""
    by_id = _by_id(read.proofs)
    for number, proof in enumerate(read.proofs):
        if proof.get("proofPurpose") != purpose:
            raise Fault("DI_PURPOSE", f"its purpose is {printable(proof.get('proofPurpose'))}, not {purpose}")
        prior = _prior(proof, number, by_id, read.proofs)
        options = {name: value for name, value in proof.items() if name not in _VALUES}
        hint = KeyHint(kid=require_visible(proof["verificationMethod"], "verificationMethod"))
        secured = Secured(read.document, options, prior)
        yield _proof(proof, secured, hint)


def _proof(proof: Object, secured: Secured, hint: KeyHint) -> Proof:
    if proof["type"] != "DataIntegrityProof":
        alg, signature = legacy.read(proof)
        return Proof(legacy.SUITE, alg, hint, b"", signature, legacy.Legacy(proof, secured))
    name = proof.get("cryptosuite")
    if name == ecdsa_sd.NAME:
        return ecdsa_sd.read(proof.get("proofValue"), secured, hint)
    suite = SUITES.get(name) if isinstance(name, str) else None
    if suite is None:
        raise Fault("DI_SUITE", f"no cryptosuite {printable(name)}", suite=printable(name))
    _check_context(secured)
    value = proof.get("proofValue")
    signature = multibase.decode_base58btc(value, "DI_PROOF_SHAPE") if isinstance(value, str) else b""
    if len(signature) not in suite.algorithms:
        raise Fault("DI_PROOF_SHAPE", "proofValue is not as long as a signature of its suite")
    return Proof(str(name), suite.algorithms[len(signature)][0], hint, b"", signature, secured)


def _check_shape(proof: Any) -> None:
    """§2.1: what every proof says of itself."""
    if not isinstance(proof, dict):
        raise Fault("DI_PROOF_SHAPE", "a proof is no object")
    if not isinstance(proof.get("type"), str):
        raise Fault("DI_PROOF_SHAPE", "a proof has no type")
    for name in _TEXTS:
        if name in proof and (not isinstance(proof[name], str) or not proof[name]):
            raise Fault("DI_PROOF_SHAPE", f"{name} of a proof is not a text")
    if "verificationMethod" not in proof or not any(name in proof for name in _VALUES):
        raise Fault("DI_PROOF_SHAPE", "a proof has no verificationMethod or no value")
    for name in ("created", "expires"):
        _moment(proof, name)


def _check_context(secured: Secured) -> None:
    """EdDSA and ECDSA Cryptosuites §3.3.2 (JCS) hash the document under the proof's own @context, so that
    others may append to the document's. What is read here is what was signed: they have to be the same."""
    own = secured.options.get("@context")
    if own is not None and vcdm.as_list(own) != vcdm.as_list(secured.document.get("@context")):
        raise Fault("LD_CONTEXT", "the document's @context is not the one that was signed")


def _by_id(proofs: Sequence[Object]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for number, proof in enumerate(proofs):
        if "id" in proof and found.setdefault(proof["id"], number) != number:
            raise Fault("DI_PROOF_CHAIN", "two proofs bear one id")
    return found


def _prior(proof: Object, number: int, by_id: Mapping[str, int], proofs: Sequence[Object]) -> tuple[Object, ...]:
    """The proofs a proof names as earlier ones; each stands before it, so there is no circle."""
    names = vcdm.as_list(proof.get("previousProof"))
    if not all(isinstance(name, str) for name in names):
        raise Fault("DI_PROOF_CHAIN", "previousProof holds something other than ids")
    for name in names:
        if name not in by_id:
            raise Fault("DI_PROOF_CHAIN", "a previous proof is missing")
        if by_id[name] == number or number in _ancestors(by_id[name], by_id, proofs):
            raise Fault("DI_PROOF_CHAIN", "proofs come before each other in a circle")
    return tuple(proof for position, proof in enumerate(proofs) if position in {by_id[name] for name in names})


def _ancestors(number: int, by_id: Mapping[str, int], proofs: Sequence[Object]) -> set[int]:
    """Everything that comes before a proof, however far."""
    found: set[int] = set()
    waiting = [number]
    while waiting:
        for name in vcdm.as_list(proofs[waiting.pop()].get("previousProof")):
            earlier = by_id.get(name) if isinstance(name, str) else None
            if earlier is not None and earlier not in found:
                found.add(earlier)
                waiting.append(earlier)
    return found


def _moment(proof: Object, name: str) -> datetime | None:
    return times.parse(proof[name], f"{name} of a proof") if name in proof else None


def _digest(document: Object) -> str:
    """One document has one digest, however it is spelled and whoever signed it."""
    try:
        return digests.sha256(jcs.canonicalize(document)).hex()
    except ValueError:
        raise Fault("JSON_NUMBER") from None
