"""What a relying party asks for, as values: the policy document and what one request expects.

A policy may tighten anything. What it waives it must name and give a reason for, the reason is
printed in every verdict, and what holds a credential together can never be waived.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Self

from defa_id.codec import canonical
from defa_id.codec.text import printable
from defa_id.errors import Fault, PolicyInvalid, WrongUse
from defa_id.values import NamedTuple

LEVELS: Final = ("none", "low", "substantial", "high")
ENVIRONMENTS: Final = ("demo", "sandbox", "pilot", "live")
# From what leaves most freely to what never leaves; what is not known never counts as allowed.
TRANSFER_ORDER: Final = ("allowed", "in-place", "unknown", "forbidden")
UNWAIVABLE: Final = ("limit.", "format.", "proof.", "key.algorithm", "key.resolved", "holder.proof", "holder.hash")
# The policy's own rules, which alone may come step by step.
PHASED: Final = (
    *("policy.format", "policy.type", "policy.algorithm", "policy.claims", "policy.subject"),
    "assurance.achieved",
)
Path = tuple[str, ...]  # names of members, from the outermost on
_STATE: Final = r"[A-Z]{2}"
_PURPOSE: Final = r"[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*"


class Rule(NamedTuple):
    """What one purpose asks beyond the policy itself. `vector`: the least to be achieved on each axis, by its
    letter; `types`: the only credential types it takes (None: any); `links`: values that must stand alike in
    two of the credentials presented."""

    min_level: str | None = None
    holder_binding: str = "when-asked"
    vector: Mapping[str, int] = MappingProxyType({})
    types: frozenset[str] | None = None
    conditions: tuple[str, ...] = ()
    ask: tuple[Path, ...] = ()
    links: tuple[Link, ...] = ()


class Link(NamedTuple):
    """One value in two credentials of one presentation: (type, path) and (type, path). `*` in a path leads into
    every entry of a list; one entry of each that is alike will do."""

    one: tuple[str, Path]
    other: tuple[str, Path]


class Transfer(NamedTuple):
    """What may become of claims from a state: `allowed`, `in-place` (only answers to predicates leave the
    verifier), `forbidden` or `unknown`. `states` and `claims` empty: all of them; `source`: whose rule it is."""

    rule: str
    states: frozenset[str] = frozenset()
    claims: frozenset[Path] = frozenset()
    source: str = ""


class Predicate(NamedTuple):
    """A question about a claim whose answer is yes, no, or not known: `present`, `equals`, `age-at-least`.
    `required`: anything but yes stands in the way. `types`: of these credentials only (empty: of all)."""

    name: str
    claim: Path
    test: str
    value: Any = None
    required: bool = False
    types: frozenset[str] = frozenset()


class PhaseIn(NamedTuple):
    """One of the policy's own rules that comes step by step, for these home states (empty: all): not asked before
    `begins`, only noted until `required`, asked as ever from then on. `source`: who said so."""

    check: str
    begins: datetime
    required: datetime
    states: frozenset[str] = frozenset()
    source: str = ""


class External(NamedTuple):
    """A question that somebody else has to answer, screening for sanctions say. Where the relying party supplies
    a check of that id it is asked; else the verdict says that it was not."""

    check: str
    what: str


class Condition(NamedTuple):
    """A condition attached to an acceptance, for these home states and types (empty: all)."""

    text: str
    states: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()


class Review(NamedTuple):
    """When a person has to look: before a refusal becomes one, and for which home states and types always.
    `appeal`: where the person concerned can turn."""

    before_refusal: bool = False
    states: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    appeal: str | None = None


NO_RULE: Final = Rule()


class Policy(NamedTuple):
    """One relying party's rules. Build it with `from_document` or `preset`; ask with `asking`.

    `registry_age_days` is how long after its freshness ran out the registry may still be used, per
    level needed; `status_age_days` is how old a status list may be that does not say when it expires.
    `trust` is `registry`, or `any-issuer` where trust in the issuer is not asked for. `algorithms` are
    those taken with the moment each ends (None: all that the registry lists). `never_request` are claims
    that may not be asked for, by home state (`*`: any). `provenance` says which document set a member.
    """

    id: str
    sha256: str
    for_state: str | None = None
    purpose: str | None = None
    amount: int | None = None
    min_level: str | None = None
    status: str = "when-named"
    holder_binding: str = "when-asked"
    environments: frozenset[str] = frozenset(ENVIRONMENTS)
    formats: frozenset[str] | None = None
    algorithms: Mapping[str, datetime | None] | None = None
    required_claims: tuple[Path, ...] = ()
    ask: tuple[Path, ...] = ()
    never_request: Mapping[str, tuple[Path, ...]] = MappingProxyType({})
    transfer: tuple[Transfer, ...] = ()
    predicates: tuple[Predicate, ...] = ()
    require_expiry: bool = False
    legacy_sd_jwt_typ: bool = False
    registry_age_days: Mapping[str, int] = MappingProxyType({"none": 30, "low": 30, "substantial": 7, "high": 0})
    status_age_days: Mapping[str, int] = MappingProxyType({"none": 30, "low": 30, "substantial": 7, "high": 1})
    purposes: Mapping[str, Rule] = MappingProxyType({})
    conditions: tuple[Condition, ...] = ()
    review: Review = Review()
    phase_in: tuple[PhaseIn, ...] = ()
    external: tuple[External, ...] = ()
    trust: str = "registry"
    waive: Mapping[str, str] = MappingProxyType({})
    relaxable: frozenset[str] = frozenset()
    provenance: Mapping[str, str] = MappingProxyType({})

    @classmethod
    def from_document(cls, document: Mapping[str, Any], base: Policy | None = None) -> Policy:
        """The policy a document (`schemas/policy.schema.json`) describes, laid over `base` where it names one.

        A document over a base may tighten everything and relax only what the base lets be relaxed. Raises
        `PolicyInvalid`, naming the member and the rule, for anything it cannot follow.
        """
        from defa_id.policy import document as documents
        from defa_id.policy import overlay

        read = documents.read(document)
        try:
            own = cls(**read, sha256=canonical.digest(dict(document)))
        except ValueError as error:
            raise PolicyInvalid(f"policy: {error}", hint="Use whole numbers and ASCII member names only.") from None
        if "base" in document and base is None:
            raise PolicyInvalid(
                f"policy {own.id} is laid over {printable(document['base'])}, which is not at hand",
                hint="Load it by its file; the base is found beside it or among the shipped ones.",
            )
        named = dict.fromkeys(read.keys() - {"id", "relaxable"}, own.id)
        return own._replace(provenance=named) if base is None else overlay.lay(base, own, frozenset(named))

    @classmethod
    def preset(cls, name: str, *, for_state: str | None = None) -> Policy:
        """A shipped policy: `baseline`, `strict` or `unsafe-any-issuer`. Reads its file.

        Raises `PolicyInvalid` for an unknown name, `WrongUse` for a state not written as two capitals.
        """
        from defa_id import files

        return files.load_policy(name).asking(for_state=for_state)

    def asking(
        self,
        *,
        for_state: str | None = None,
        purpose: str | None = None,
        min_level: str | None = None,
        amount: int | None = None,
    ) -> Self:
        """This policy for one question. What is not given stays as the document has it; a level may
        be raised by the question and never lowered. `amount`: what is at stake, in the unit that the
        arrangement's cap is counted in.

        Raises `WrongUse` for a state, purpose or level that is not written as it must be.
        """
        if for_state is not None and not re.fullmatch(_STATE, for_state):
            raise WrongUse(f"{printable(for_state)!r} is not a state", hint="Use ISO 3166-1 alpha-2, e.g. TH.")
        if min_level is not None and min_level not in LEVELS[1:]:
            raise WrongUse(f"{printable(min_level)!r} is not a level", hint="Use low, substantial or high.")
        if purpose is not None and not re.fullmatch(_PURPOSE, purpose):
            raise WrongUse(
                f"{printable(purpose)!r} is not a purpose", hint="Use a dotted name, e.g. banking.account-opening."
            )
        if amount is not None and amount < 0:
            raise WrongUse("an amount below zero", hint="Give a whole number.")
        return self._replace(
            amount=self.amount if amount is None else amount,
            for_state=for_state or self.for_state,
            purpose=purpose or self.purpose,
            min_level=max(filter(None, (min_level, self.min_level)), key=LEVELS.index, default=None),
        )

    @property
    def rule(self) -> Rule:
        """What the purpose in question asks beyond the policy itself."""
        return self.purposes.get(self.purpose or "", NO_RULE)

    @property
    def needed_level(self) -> str:
        """The level to be achieved: the highest of the question's, the policy's and the purpose's."""
        return max(self.min_level or "none", self.rule.min_level or "none", key=LEVELS.index)

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
