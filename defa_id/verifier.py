"""The corridor: read → issuer listed? → key → proof → time → holder → status → schema → recognition →
assurance → policy → fold. One line a check; a check's answer stands in `answers`, its meaning in
`catalogue`.

`Verifier.verify` is a function of its arguments: it reads no clock and opens nothing. A source is asked
from status onwards, before that only for a key that an identifier names and no registry entry lists, and
never once something has failed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final, TypeVar

from defa_id import catalogue, sources
from defa_id.answers import certificates, document, holder, listing, reliance, rules, status
from defa_id.answers.listing import Signers
from defa_id.answers.rules import Released
from defa_id.codec import digests, limits, times
from defa_id.codec.text import printable, trimmed
from defa_id.corridor.asking import Asked, Asking, some
from defa_id.corridor.door import Door
from defa_id.corridor.record import Premises, Record
from defa_id.corridor.settled import Settled
from defa_id.credential import Credential, KeyBinding, Presentation, Reading, Response, StatusEntry
from defa_id.errors import Fault, Unknowable, WrongUse
from defa_id.keys import PublicKey
from defa_id.parts import DEFAULT_PARTS, Case, Format, Parts
from defa_id.policy import Expected, Policy
from defa_id.sources import Counter, Lookup, NoCounter, NoSource, Source
from defa_id.trust.assurance import Shown
from defa_id.trust.recognition import Relied
from defa_id.trust.records import SchemaReference, Service
from defa_id.trust.registry import Registry
from defa_id.verdict import Found, Ledger, Outcome, Verdict

T = TypeVar("T")
_HOLDER: Final = ("holder.presented", "holder.proof", "holder.key", "holder.nonce", "holder.audience", "holder.time")


class Verifier:
    """Judges credentials and presentations by one registry snapshot and one policy.

    Safe to share between threads: it holds values only. Raises `WrongUse` if the policy asks the
    registry for trust and no relying state is given, because without one there is no question.
    """

    def __init__(self, registry: Registry, policy: Policy, parts: Parts = DEFAULT_PARTS) -> None:
        if policy.safe and policy.for_state is None:
            raise WrongUse(
                "no relying state is given",
                hint="Say for which member state you judge: --for TH, or for_state in the policy.",
            )
        self.registry = registry
        self.policy = policy
        self.parts = parts
        self.asked = Asked(registry, policy, Settled())
        self.premises = Premises.of(registry, policy, parts)
        self._lists: dict[str, Credential] = {}

    def read_list(self, sha256: str, read: Callable[[], Credential]) -> Credential:
        """A status list as `read` reads it, kept by its digest: the same bytes read the same."""
        held = self._lists.get(sha256)
        if held is None:
            held = read()
            if len(self._lists) >= limits.STATUS_OPENED:
                self._lists.clear()
            self._lists[sha256] = held
        return held

    def verify(
        self,
        data: bytes | str,
        *,
        at: datetime,
        known_at: datetime | None = None,
        expected: Expected = Expected(),
        source: Source = NoSource(),
        format: str | None = None,
        counter: Counter = NoCounter(),
    ) -> Verdict:
        """The verdict on `data`, as of `at`, with what was on record at `known_at` (all, if None).

        `expected` holds what this verifier's own request asked of a presentation; `format` forces
        one. Malformed input is a verdict. Raises `WrongUse` for times without a zone,
        `RegistryRejected` if a state's list needed here is not signed as it must be.
        """
        at = _in_utc(at)
        known_at = _in_utc(known_at) if known_at is not None else None
        self.parts.require_format(format)
        raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
        return _Walk(self, at, known_at, expected, source, counter).walk(trimmed(raw), format)


class _Envelope:
    """A holder's proof: the number it goes by, and the key that made it, if it holds. It is looked into
    when the first credential within it has come as far as its holder."""

    def __init__(self, item: int, prove: Callable[[], PublicKey | None]) -> None:
        self.item = item
        self._prove = prove

    @cached_property
    def key(self) -> PublicKey | None:
        """The holder's key."""
        return self._prove()


class _Walk:
    """One walk down the corridor."""

    def __init__(
        self,
        verifier: Verifier,
        at: datetime,
        known_at: datetime | None,
        expected: Expected,
        source: Source,
        counter: Counter,
    ) -> None:
        self.verifier = verifier
        self.registry, self.policy, self.parts = verifier.registry, verifier.policy, verifier.parts
        self.at, self.known_at, self.expected = at, known_at, expected
        self.ledger = Ledger(self.parts.catalogue, self.policy.waive)
        self.door = Door(source, self.ledger)
        self.record = Record(verifier.premises, self.ledger)
        self.counter = counter
        self.judged: list[Credential] = []
        self.asked = {catalogue.LISTED if self.policy.safe else catalogue.UNLISTED}
        if expected.asked or "always" in (self.policy.holder_binding, self.policy.rule.holder_binding):
            self.asked.add(catalogue.HOLDER)
        self.holder_asked = catalogue.HOLDER in self.asked
        self.items = self.signatures = self.status_lines = 0
        self.may_ask = False
        self.holders: list[tuple[PublicKey, tuple[str, ...]]] = []

    def walk(self, data: bytes, format: str | None) -> Verdict:
        self.ledger.run("limit.size", lambda: document.size(data))
        self.open(data, format, None)
        if self.holder_asked and len(self.holders) > 1:
            self.asked.add(catalogue.SEVERAL)
            self.ledger.run("holder.linked", lambda: holder.linked(self.holders), needs=["holder.proof"])
        if self.policy.rule.links:
            self.asked.add(catalogue.LINKS)
            links = self.policy.rule.links
            self.ledger.run("policy.links", lambda: rules.linked(links, self.judged), needs=["proof.signature"])
        known_at = times.show(self.known_at) if self.known_at else None
        asked, at = frozenset(self.asked), times.show(self.at)
        return self.record.close(asked, self.parts.catalogue, self.door, at, known_at)

    def open(self, data: bytes, name: str | None, within: _Envelope | None) -> None:
        """Read one input and judge what is in it, each part under the next number."""
        item = self.items
        self.items += 1
        format, read = self.read(data, name, item, within)
        if isinstance(read, Presentation):
            self.asked.add(catalogue.ENVELOPE)
            envelope = self.envelope(read, item)
            for name, held in read.credentials:
                self.open(held, name, envelope)
            _ = envelope.key  # where none of them came as far as its holder
        elif isinstance(read, Response):
            for name, held in read.held:
                self.open(held, name, None)
        elif read is not None and format is not None:
            self.judge(read, format, item, within)

    def read(
        self, data: bytes, name: str | None, item: int, within: _Envelope | None
    ) -> tuple[Format | None, Credential | Presentation | Response | None]:
        """The format's own steps, each under its own check."""
        run, needs, of = self.ledger.run, ["limit.size"], item
        format = run("format.recognised", lambda: _recognised(self.parts.detect(data, name)), needs=needs, item=item)
        if format is None:
            return None, None
        arguments: tuple[Any, ...] = data, Reading(self.policy.legacy_sd_jwt_typ)
        value, previous = None, "format.recognised"
        for id, step in format.steps:
            value = run(
                id,
                lambda s=step, a=arguments: _read(s(*a), of, within),  # type: ignore[misc]
                needs=(previous,),
                item=item,
            )
            arguments, previous = (value,), id
            if id == "format.disclosures":
                self.asked.add(catalogue.DISCLOSED)
        return format, value

    def envelope(self, presentation: Presentation, item: int) -> _Envelope:
        """A presentation's own proof: it has to hold whether or not one was asked for."""
        binding = presentation.binding
        self.ledger.run("holder.presented", lambda: holder.presented(presentation), item=item)

        def prove() -> PublicKey | None:
            key = self.ledger.run(
                "holder.proof",
                lambda: holder.presenting_key(
                    self.parts, self.registry, binding, None, self.lookup(sources.AUTHENTICATION)
                ),
                needs=["format.model"],
                item=item,
            )
            self.binding(binding, item)
            return key

        return _Envelope(item, prove)

    def binding(self, binding: KeyBinding, item: int) -> None:
        """What only counts where a presentation was asked for."""
        if not self.holder_asked:
            return
        run, needs = self.ledger.run, ["holder.proof"]
        run("holder.nonce", lambda: holder.nonce(binding, self.expected), needs=needs, item=item)
        run("holder.audience", lambda: holder.audience(binding, self.expected), needs=needs, item=item)
        run("holder.time", lambda: holder.time(binding, self.at), needs=needs, item=item)

    def judge(self, credential: Credential, format: Format, item: int, within: _Envelope | None) -> None:
        """Everything that is asked of one credential."""
        asking = Asking(self.verifier.asked, self.ledger, credential, self.at, self.known_at, item)
        asking.listing(lambda one: listing.key_resolved(self.parts, one, self.lookup(sources.ASSERTION)))
        self.proof(credential, asking.signers, item)
        asking.authority()
        services, covered = asking.services, asking.covered
        bound = self.holder(credential, format, item, within)
        fresh = self.revocation(credential, services, covered, item)
        self.certificate(credential, asking.signers, covered, item)
        self.schema(credential, asking.schemas, item)
        reliance = asking.reliance(Shown(bound, fresh))
        released = self.rules(credential, asking.home, item)
        for own in self.parts.checks:
            case = Case(credential, asking.home, self.policy, self.at)
            self.ledger.run(own.id, lambda own=own, case=case: own.step(case), needs=["proof.signature"], item=item)  # type: ignore[misc]
        self.cap(credential, reliance.relied, item)
        self.judged.append(credential)
        self.record.add(credential, services, reliance, released)

    def rules(self, credential: Credential, home: str | None, item: int) -> Released:
        """What the relying party's own policy says of the claims; what may leave the verifier."""
        run, policy, needs, at = self.ledger.run, self.policy, ["format.model"], self.at

        def own(id: str, step: Callable[[], Found[None]]) -> None:
            run(id, rules.in_its_phase(policy, id, home, at, step), needs=needs, item=item)

        own("policy.claims", lambda: rules.claims_present(policy, credential))
        own("policy.subject", lambda: rules.subject_eligible(policy, credential, at))
        run("policy.request", lambda: rules.request_permitted(policy, home), needs=needs, item=item)
        released = run(
            "policy.transfer",
            lambda: rules.transfer_permitted(policy, credential, home, self.at),
            needs=["policy.request"],
            item=item,
        )
        return released or rules.NOTHING

    def cap(self, credential: Credential, relied: Relied | None, item: int) -> None:
        """Counting comes last: what is refused uses nothing up."""
        if relied is None or relied.cap is None:
            return
        self.asked.add(catalogue.CAPPED)
        named = f"{self.registry.name} {relied.arrangement} {credential.digest}"
        token = digests.sha256(named.encode()).hex()
        lines = [line for line in self.ledger.lines if line.outcome is not Outcome.PASSED]
        short = sorted({line.id for line in lines} & self.parts.catalogue.required(self.asked))
        self.ledger.run(
            "recognition.cap",
            lambda: reliance.capped(relied, self.policy.amount, self.counter, token),
            needs=short,
            item=item,
        )

    def lookup(self, purpose: str) -> Lookup:
        """How keys are looked up here."""
        return Lookup(purpose, self.at, self.door)

    def proof(self, credential: Credential, signers: Signers | None, item: int) -> None:
        run, at, policy = self.ledger.run, self.at, self.policy
        key = "key.listed" if policy.safe else "key.resolved"
        run(
            "key.current",
            lambda: listing.key_current(credential, some(signers), policy, at, self.known_at),
            needs=[key],
            item=item,
        )
        run(
            "proof.signature",
            lambda: self.signature(credential, some(signers)),
            needs=["key.algorithm"],
            item=item,
        )
        window, needs = credential.window, ["format.model"]
        run("time.issued", lambda: document.time_issued(window, at), needs=needs, item=item)
        run("time.window", lambda: document.time_window(window, policy, at), needs=needs, item=item)

    def signature(self, credential: Credential, signers: Signers) -> Found[None]:
        self.signatures += len(credential.proofs)
        if self.signatures > limits.SIGNATURES:
            raise Fault("LIMIT_SIGNATURES", f"more than {limits.SIGNATURES}", limit=limits.SIGNATURES)
        return document.proof_signature(self.parts, self.registry, credential, signers)

    def holder(self, credential: Credential, format: Format, item: int, within: _Envelope | None) -> bool:
        """Whether this presentation proves its holder. A key binding that came along has to hold even
        where none was asked for; it earns nothing then, because nobody knows whom it was made for."""
        run = self.ledger.run
        if within is None and (self.holder_asked or credential.shown is not None):
            within = self.bound(credential, format, item)
        key = within.key if within is not None else None
        if not self.holder_asked or within is None:
            return False
        envelope = within
        run(
            "holder.key",
            lambda: holder.key(self.parts, credential, some(key), self.lookup(sources.AUTHENTICATION)),
            needs=["holder.proof"],
            item=item,
            of=envelope.item,
        )
        if key is not None:
            self.holders.append((key, credential.holder.subjects))
        hashed = catalogue.KEY_BOUND not in self.asked or self.ledger.passed("holder.hash", item)
        return hashed and all(self.ledger.passed(id, item if id == "holder.key" else envelope.item) for id in _HOLDER)

    def bound(self, credential: Credential, format: Format, item: int) -> _Envelope:
        """The holder's own proof on one credential."""
        run, needs = self.ledger.run, ["holder.presented"]
        binding = run(
            "holder.presented",
            lambda: _binding(format, credential, self.expected),
            needs=["format.model"],
            item=item,
        )
        key = run(
            "holder.proof",
            lambda: holder.presenting_key(
                self.parts, self.registry, some(binding), credential, self.lookup(sources.AUTHENTICATION)
            ),
            needs=needs,
            item=item,
        )
        if credential.shown is not None:
            self.asked.add(catalogue.ENVELOPE)
        if binding is None:
            for id in ("holder.nonce", "holder.audience", "holder.time") if self.holder_asked else ():
                run(id, lambda: Found(None, "", {}), needs=needs, item=item)
        else:
            if binding.expected_sd_hash is not None:
                self.asked.add(catalogue.KEY_BOUND)
                run("holder.hash", lambda: holder.sd_hash(binding), needs=needs, item=item)
            self.binding(binding, item)
        return _Envelope(item, lambda: key)

    def revocation(
        self, credential: Credential, services: tuple[Service, ...], covered: tuple[Service, ...], item: int
    ) -> bool:
        """Every status entry the credential names; whether all of them were found current."""
        demanded = self.policy.status == "always" or any(service.status_required for service in covered)
        if not credential.status and not demanded:
            return True
        self.asked.add(catalogue.STATUS)
        self.may_ask = self.ledger.clean  # what one list says keeps nobody from asking the next
        lines = []
        for entry in credential.status or (None,):
            lines.append(self.status_lines)
            self.status_line(credential, entry, services, covered, demanded, item)
            self.status_lines += 1
        return all(self.ledger.passed("status.current", line) for line in lines)

    def certificate(
        self, credential: Credential, signers: Signers | None, covered: tuple[Service, ...], item: int
    ) -> None:
        """The signer's certificate, where the registry says which list its authority revokes on."""
        found = certificates.revocation(credential, signers, covered)
        if found is None:
            return
        self.asked.add(catalogue.CERTIFIED)
        may_ask = self.ledger.clean

        def unrevoked() -> Found[None]:
            got = self.door.fetch(found.url, limits.CRL_BYTES, "STATUS_UNAVAILABLE", may_ask)
            return certificates.current(found, got.data, self.at)

        self.ledger.run("status.certificate", unrevoked, needs=["proof.signature"], item=item)

    def status_line(
        self,
        credential: Credential,
        entry: StatusEntry | None,
        services: tuple[Service, ...],
        covered: tuple[Service, ...],
        demanded: bool,
        item: int,
    ) -> None:
        """One entry: the list, its signer, and what stands there."""
        run, line = self.ledger.run, self.status_lines

        def opened() -> Found[status.Opened]:
            if demanded:
                status.require_revocable(credential.status)
            return self.status_list(some(entry), covered)

        found = run("status.list", opened, needs=["proof.signature"], item=line, of=item)
        run(
            "status.signer",
            lambda: status.signed_for(
                self.parts,
                self.registry,
                credential,
                services,
                some(found),
                self.policy,
                self.at,
                self.known_at,
                self.lookup(sources.ASSERTION),
            ),
            needs=["status.list"],
            item=line,
        )
        run("status.current", lambda: status.current(some(found)), needs=["status.list", "status.signer"], item=line)

    def status_list(self, entry: StatusEntry, covered: tuple[Service, ...]) -> Found[status.Opened]:
        """The list an entry points at, through the source, while nothing has failed."""
        pointer = status.pointer(self.parts, entry, covered)
        url = pointer.reference.url
        got = self.door.fetch(url, limits.STATUS_DOCUMENT_BYTES, "STATUS_UNAVAILABLE", self.may_ask)
        held = self.verifier.read_list(got.sha256, lambda: status.read(self.parts, got.data))
        status.require_in_its_place(held, pointer)
        status.require_of_its_time(held, self.policy, self.at, got.retrieved)
        return Found(status.Opened(pointer, held, got.sha256), "at hand", {"url": printable(url, 256)})

    def schema(self, credential: Credential, references: tuple[SchemaReference, ...], item: int) -> None:
        if references:
            self.asked.add(catalogue.SCHEMA)
            self.ledger.run(
                "schema.valid", lambda: self.validate(credential, references), needs=["proof.signature"], item=item
            )

    def validate(self, credential: Credential, references: tuple[SchemaReference, ...]) -> Found[None]:
        from defa_id import schema

        for reference in references:
            schema.validate(credential.claims, self.schema_bytes(reference), reference.sha256)
        ids = [reference.sha256 for reference in references]
        return Found(None, ", ".join(printable(reference.uri) for reference in references), {"sha256": ids})

    def schema_bytes(self, reference: SchemaReference) -> bytes:
        """From the registry if it carries the schema; else through the source, while nothing has failed."""
        if reference.target is not None:
            data = self.registry.target(reference.target)
            if data is None:
                raise Unknowable("SCHEMA_UNAVAILABLE", uri=printable(reference.uri, 256))
            return data
        return self.door.fetch(reference.uri, limits.DOCUMENT_BYTES, "SCHEMA_UNAVAILABLE", self.ledger.clean).data


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise WrongUse("a time without a zone", hint="Use an aware datetime, e.g. datetime.now(UTC).")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise WrongUse("a time that does not exist in UTC", hint="Use a moment between years 1 and 9999.") from None


def _recognised(format: Format) -> Found[Format]:
    return Found(format, format.name, {"format": format.name})


def _read(value: Any, item: int, within: _Envelope | None) -> Found[Any]:
    shown = isinstance(value, Credential) and value.shown is not None
    if within is not None and (shown or isinstance(value, Presentation)):
        raise Fault("MODEL_SHAPE", "a presentation inside a presentation")
    if isinstance(value, Response) and item > 0:
        raise Fault("MODEL_SHAPE", "an answer inside an answer")
    if isinstance(value, Credential):
        return Found(value, value.model, {"digest": value.digest, "model": value.model})
    return Found(value, "", {})


def _binding(format: Format, credential: Credential, expected: Expected) -> Found[KeyBinding]:
    if format.binding is None:
        raise Fault("KB_MISSING")
    return Found(format.binding(credential, expected), "with a key binding", {})
