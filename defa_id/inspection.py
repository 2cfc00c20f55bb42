"""Looking inside without judging: everything here is what the sender claims, and is marked so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from defa_id.codec import times
from defa_id.codec.text import printable, trimmed
from defa_id.credential import Credential, KeyBinding, Presentation, Reading, Response
from defa_id.errors import Fault, Unknowable
from defa_id.parts import DEFAULT_PARTS, Parts
from defa_id.policy import Expected


@dataclass(frozen=True, slots=True, eq=False)
class UnverifiedCredential:
    """What a sender handed in, as it reads. Nothing of it has been checked. `problem` says where
    reading ended, if it did not come to the end; `presented` holds what a presentation carries."""

    format: str | None
    content: Mapping[str, Any]
    problem: tuple[str, str] | None = None
    presented: tuple[UnverifiedCredential, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON form; its first member says that nothing was verified."""
        return {
            "unverified": True,
            "format": self.format,
            **self.content,
            "problem": {"code": self.problem[0], "why": self.problem[1]} if self.problem else None,
            "presented": [credential.to_dict() for credential in self.presented],
        }


def inspect(data: bytes | str, format: str | None = None, parts: Parts = DEFAULT_PARTS) -> UnverifiedCredential:
    """What is inside, unjudged. Never raises for what the sender did: see `problem`; raises `WrongUse`
    for a format that is none."""
    parts.require_format(format)
    return _inside(data, format, parts)


def _inside(data: bytes | str, format: str | None, parts: Parts) -> UnverifiedCredential:
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    value: Any = trimmed(raw)
    name: str | None = None
    try:
        found = parts.detect(value, format)
        name = found.name
        for position, (_, step) in enumerate(found.steps):
            value = step(value, Reading(legacy_sd_jwt_typ=True)) if position == 0 else step(value)
        if isinstance(value, Presentation):
            held = tuple(_inside(data, name, parts) for name, data in value.credentials)
            return UnverifiedCredential(name, _presentation(value), None, held)
        if isinstance(value, Response):
            return UnverifiedCredential(name, {}, None, tuple(_inside(data, name, parts) for name, data in value.held))
        content = _credential(value)
        if value.shown is not None and found.binding is not None:
            content["key_binding"] = _shown(found.binding, value)
        return UnverifiedCredential(name, content)
    except Fault as fault:
        reason = parts.catalogue.reasons[fault.code].message
        return UnverifiedCredential(name, {}, (fault.code, fault.why or reason))


def _shown(binding: Callable[[Credential, Expected], KeyBinding], credential: Credential) -> dict[str, Any]:
    """A holder's proof as far as it can be read without knowing what it answers."""
    try:
        return _binding(binding(credential, Expected()))
    except Unknowable as unknowable:
        return {"unread": unknowable.code}


def _credential(credential: Credential) -> dict[str, Any]:
    proof, window = credential.proof, credential.window
    return {
        "model": credential.model,
        "header": {
            "typ": credential.typ,
            "alg": proof.alg,
            "kid": proof.hint.kid,
            "certificates": len(proof.hint.x5c),
        },
        "issuer": credential.issuer,
        "types": list(credential.types),
        "times": {
            "issued": times.show(window.issued) if window.issued else None,
            "begins": times.show(window.begins) if window.begins else None,
            "ends": times.show(window.ends) if window.ends else None,
        },
        "holder": {
            "confirmation": credential.holder.confirmation is not None,
            "subjects": [printable(subject, 256) for subject in credential.holder.subjects],
        },
        "status": [{"type": entry.type, **dict(entry.entry)} for entry in credential.status],
        "disclosures": credential.disclosures,
        "digest": credential.digest,
        "claims": dict(credential.claims),
    }


def _presentation(presentation: Presentation) -> dict[str, Any]:
    return {"holder": presentation.binding.holder, **_binding(presentation.binding)}


def _binding(binding: KeyBinding) -> dict[str, Any]:
    proof = binding.proof
    return {
        "header": {"alg": proof.alg, "kid": proof.hint.kid},
        "nonce": binding.nonce,
        "audience": binding.audience,
        "issued": binding.issued,
    }
