"""What a relying party asks for, as values: the policy document and what one request expects.

A policy may tighten anything. What it waives it must name and give a reason for, the reason is
printed in every verdict, and what holds a credential together can never be waived.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple, Self

from defa_id.catalogue import CATALOGUE
from defa_id.codec import canonical
from defa_id.codec.text import printable
from defa_id.errors import Fault, PolicyInvalid, WrongUse

LEVELS: Final = ("none", "low", "substantial", "high")
ENVIRONMENTS: Final = ("demo", "sandbox", "pilot", "live")
UNWAIVABLE: Final = ("limit.", "format.", "proof.", "key.algorithm", "key.resolved", "holder.proof", "holder.hash")
_STATE: Final = re.compile(r"[A-Z]{2}")


class Policy(NamedTuple):
    """One relying party's rules. Build it with `from_document` or `preset`; ask with `asking`.

    `registry_age_days` is how long after its freshness ran out the registry may still be used, per
    level needed; `status_age_days` is how old a status list may be that does not say when it expires.
    `trust` is `registry`, or `any-issuer` where trust in the issuer is not asked for.
    """

    id: str
    sha256: str
    for_state: str | None = None
    purpose: str | None = None
    min_level: str | None = None
    status: str = "when-named"
    holder_binding: str = "when-asked"
    environments: frozenset[str] = frozenset(ENVIRONMENTS)
    formats: frozenset[str] | None = None
    required_claims: tuple[tuple[str, ...], ...] = ()
    require_expiry: bool = False
    legacy_sd_jwt_typ: bool = False
    registry_age_days: Mapping[str, int] = MappingProxyType({"none": 30, "low": 30, "substantial": 7, "high": 0})
    status_age_days: Mapping[str, int] = MappingProxyType({"none": 30, "low": 30, "substantial": 7, "high": 1})
    purposes: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    conditions: tuple[str, ...] = ()
    trust: str = "registry"
    waive: Mapping[str, str] = MappingProxyType({})

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """The policy a document (`schemas/policy.schema.json`) describes.

        Raises `PolicyInvalid`, naming the member and the rule, for anything it cannot follow.
        """
        read = _read(document)
        try:
            return cls(**read, sha256=canonical.digest(dict(document)))
        except ValueError as error:
            raise PolicyInvalid(f"policy: {error}", hint="Use whole numbers and ASCII member names only.") from None

    @classmethod
    def preset(cls, name: str, *, for_state: str | None = None) -> Policy:
        """A shipped policy: `baseline`, `strict` or `unsafe-any-issuer`. Reads its file.

        Raises `PolicyInvalid` for an unknown name, `WrongUse` for a state not written as two capitals.
        """
        from defa_id import files

        return files.load_policy(name).asking(for_state=for_state)

    def asking(self, *, for_state: str | None = None, purpose: str | None = None, min_level: str | None = None) -> Self:
        """This policy for one question. What is not given stays as the document has it; a level may
        be raised by the question and never lowered.

        Raises `WrongUse` for a state, purpose or level that is not written as it must be.
        """
        if for_state is not None and not _STATE.fullmatch(for_state):
            raise WrongUse(f"{printable(for_state)!r} is not a state", hint="Use ISO 3166-1 alpha-2, e.g. TH.")
        if min_level is not None and min_level not in LEVELS[1:]:
            raise WrongUse(f"{printable(min_level)!r} is not a level", hint="Use low, substantial or high.")
        if purpose is not None and not _PURPOSE.fullmatch(purpose):
            raise WrongUse(
                f"{printable(purpose)!r} is not a purpose", hint="Use a dotted name, e.g. banking.account-opening."
            )
        return self._replace(
            for_state=for_state or self.for_state,
            purpose=purpose or self.purpose,
            min_level=max(filter(None, (min_level, self.min_level)), key=LEVELS.index, default=None),
        )

    @property
    def needed_level(self) -> str:
        """The level to be achieved: the highest of the question's, the policy's and the purpose's."""
        rule = self.purposes.get(self.purpose or "", {})
        return max(self.min_level or "none", rule.get("min_level", "none"), key=LEVELS.index)

    @property
    def safe(self) -> bool:
        """Whether trust in the issuer is asked of the registry."""
        return self.trust == "registry"


class Expected(NamedTuple):
    """What this verifier's own request expects of a presentation; nothing, for a mere document.

    For an ISO mdoc the holder signs over the session: `response_uri` and `jwk_thumbprint` (32 bytes, of the
    key the answer was encrypted to) complete an OpenID4VP 1.0 handover (§B.2.6); an audience beginning with
    `origin:` means the Digital Credentials API; `transcript` is a whole SessionTranscript (ISO 18013-5
    §9.1.5.1, CBOR), and `reader_key` this verifier's own ephemeral private key, for a device MAC.
    """

    nonce: str | None = None
    audience: str | None = None
    response_uri: str | None = None
    jwk_thumbprint: bytes | None = None
    transcript: bytes | None = None
    reader_key: Any = None

    @classmethod
    def presentation(
        cls, *, nonce: str, audience: str, response_uri: str | None = None, jwk_thumbprint: bytes | None = None
    ) -> Self:
        """A presentation made for `audience` (this verifier's own identifier) in answer to `nonce`.

        Raises `WrongUse` if either is empty: a presentation bound to nothing can be replayed.
        """
        if not nonce or not audience:
            raise WrongUse(
                "a presentation is expected with a nonce and an audience, both",
                hint="Give the nonce this verifier sent and its own identifier, or neither to judge a document.",
            )
        return cls(nonce, audience, response_uri, jwk_thumbprint)

    @classmethod
    def session(cls, transcript: bytes, *, reader_key: Any = None) -> Self:
        """An ISO 18013-5 device response of this very session: its SessionTranscript, or SessionTranscriptBytes.

        Raises `WrongUse` if the transcript is not CBOR of an array of three.
        """
        from defa_id.codec import cbor

        try:
            value = cbor.decode(transcript, tags=(cbor.EMBEDDED,))
            if type(value) is cbor.Embedded:
                transcript, value = value.content, value.value
        except Fault as fault:
            raise WrongUse(f"the session transcript is not CBOR: {fault.why or fault.code}", hint=_TRANSCRIPT) from None
        if type(value) is not list or len(value) != 3:
            raise WrongUse("the session transcript is not an array of three", hint=_TRANSCRIPT)
        return cls(transcript=transcript, reader_key=reader_key)

    @property
    def asked(self) -> bool:
        """Whether a presentation is expected at all."""
        return self.nonce is not None or self.transcript is not None


_TRANSCRIPT: Final = "Give the CBOR of the SessionTranscript (ISO/IEC 18013-5 §9.1.5.1)."
_PURPOSE: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}")
_DESCRIPTIVE: Final = frozenset({"$schema", "title", "description", "source", "version"})


def _read(document: Mapping[str, Any]) -> dict[str, Any]:
    def refuse(member: str, rule: str) -> PolicyInvalid:
        return PolicyInvalid(f"policy member {member!r}: {rule}", hint="See schemas/policy.schema.json.")

    def choice(member: str, value: Any, allowed: tuple[str, ...]) -> str:
        if value not in allowed or not isinstance(value, str):
            raise refuse(member, "must be one of " + ", ".join(allowed))
        return value

    def strings(member: str, value: Any) -> list[str]:
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise refuse(member, "must be a list of texts")
        return value

    read: dict[str, Any] = {}
    for member, value in document.items():
        if member in _DESCRIPTIVE:
            continue
        match member:
            case "id":
                if not isinstance(value, str) or not _NAME.fullmatch(value):
                    raise refuse(member, "must be a name")
                read[member] = value
            case "for_state":
                if not isinstance(value, str) or not _STATE.fullmatch(value):
                    raise refuse(member, "must be ISO 3166-1 alpha-2")
                read[member] = value
            case "purpose":
                if not isinstance(value, str) or not _PURPOSE.fullmatch(value):
                    raise refuse(member, "must be a dotted name")
                read[member] = value
            case "min_level":
                read[member] = choice(member, value, LEVELS[1:])
            case "status":
                read[member] = choice(member, value, ("when-named", "always"))
            case "holder_binding":
                read[member] = choice(member, value, ("when-asked", "always"))
            case "trust":
                read[member] = choice(member, value, ("registry", "any-issuer"))
            case "environments":
                read[member] = frozenset(choice(member, item, ENVIRONMENTS) for item in strings(member, value))
                if not value:
                    raise refuse(member, "must name at least one environment")
            case "formats":
                read[member] = frozenset(strings(member, value))
                if not value:
                    raise refuse(member, "must name at least one format")
            case "required_claims":
                if not isinstance(value, list) or not value:
                    raise refuse(member, "must be a list of paths")
                read[member] = tuple(tuple(strings(member, path)) for path in value)
                if not all(read[member]):
                    raise refuse(member, "must not hold an empty path")
            case "require_expiry" | "legacy_sd_jwt_typ":
                if not isinstance(value, bool):
                    raise refuse(member, "must be true or false")
                read[member] = value
            case "conditions":
                read[member] = tuple(strings(member, value))
            case "registry_age_days" | "status_age_days":
                if not isinstance(value, dict) or set(value) != set(LEVELS[1:]):
                    raise refuse(member, "must give low, substantial and high")
                if not all(type(days) is int and 0 <= days <= 365 for days in value.values()):
                    raise refuse(member, "must be whole days from 0 to 365")
                read[member] = {"none": value["low"], **value}
            case "purposes":
                if not isinstance(value, dict) or not all(_PURPOSE.fullmatch(name) for name in value):
                    raise refuse(member, "must map purposes to rules")
                for name, rule in value.items():
                    if not isinstance(rule, dict) or set(rule) - {"min_level", "holder_binding"}:
                        raise refuse(f"{member}.{name}", "may hold min_level and holder_binding")
                    if "min_level" in rule:
                        choice(f"{member}.{name}.min_level", rule["min_level"], LEVELS[1:])
                    if "holder_binding" in rule:
                        choice(f"{member}.{name}.holder_binding", rule["holder_binding"], ("when-asked", "always"))
                read[member] = value
            case "waive":
                if not isinstance(value, dict):
                    raise refuse(member, "must map checks to reasons")
                for check, reason in value.items():
                    if check not in CATALOGUE.checks:
                        raise refuse(member, f"{printable(check)!r} is no check")
                    if check.startswith(UNWAIVABLE):
                        raise refuse(member, f"{check} can never be waived")
                    if not isinstance(reason, str) or len(reason.strip()) < 8:
                        raise refuse(f"{member}.{check}", "must give a reason")
                read[member] = value
            case _:
                raise refuse(printable(member), "is not known")
    if "id" not in read:
        raise refuse("id", "is missing")
    return read
