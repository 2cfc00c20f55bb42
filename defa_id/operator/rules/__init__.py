"""The rules of a registry by name: how grave each is, what refuses it, and how it is mended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from defa_id.codec.text import printable
from defa_id.operator.tree import Object, Tree
from defa_id.policy import ENVIRONMENTS
from defa_id.values import NamedTuple

ERROR: Final = "error"
WARNING: Final = "warning"
TRIAL: Final = ("demo", "sandbox")
_NAMES: Final = ("service_id", "id", "entity_id")


class Rule(NamedTuple):
    """One rule: whether breaking it is an `error` or a `warning`, the code a refusal carries, the way out."""

    level: str
    code: str
    remedy: str


class Finding(NamedTuple):
    """One thing lint has to say. `level` is `error` (it must not be published) or `warning`; `file` and
    `pointer` (RFC 6901) say where, `where` names the nearest record, `rule` is a name of `RULES`."""

    level: str
    file: str
    pointer: str
    where: str
    rule: str
    code: str
    message: str
    remedy: str


class Spot(NamedTuple):
    """A place in a source: a file, its document, the way into it, and whose document it is."""

    file: str
    document: Any
    path: tuple[str | int, ...] = ()
    owner: str = ""

    def at(self, *steps: str | int) -> Spot:
        """A place below this one."""
        return self._replace(path=(*self.path, *steps))

    @property
    def pointer(self) -> str:
        """The place as a JSON pointer (RFC 6901); empty for the whole document."""
        return "".join("/" + printable(str(step), 64).replace("~", "~0").replace("/", "~1") for step in self.path)

    @property
    def where(self) -> str:
        """The nearest record with a name of its own, else whose document it is."""
        return self._nearest()[0] or self.owner or self.file

    @property
    def below(self) -> str:
        """The way from that record to the place; empty for the record itself."""
        return "/".join(printable(str(step)) for step in self.path[self._nearest()[1] :])

    def _nearest(self) -> tuple[str, int]:
        named, depth, value = "", 0, self.document
        for index, step in enumerate(self.path, 1):
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                break
            own = [value.get(name) for name in _NAMES] if isinstance(value, dict) else []
            if found := [name for name in own if isinstance(name, str)]:
                named, depth = printable(found[0]), index
        return named, depth


def finding(rule: str, spot: Spot, message: str, *, level: str | None = None, remedy: str | None = None) -> Finding:
    """What breaks `rule` at `spot`, in one clause. `level` and `remedy` override the rule's own."""
    known = RULES[rule]
    return Finding(
        level or known.level,
        spot.file,
        spot.pointer,
        spot.where,
        rule,
        known.code,
        message,
        remedy if remedy is not None else known.remedy,
    )


def of_state(tree: Tree, state: str) -> Spot:
    """A state's list as a place."""
    return Spot(f"states/{state}/list.json", tree.states[state].listing, (), state)


def of_denials(tree: Tree, state: str) -> Spot:
    """A state's deny list as a place."""
    return Spot(f"states/{state}/deny.json", tree.states[state].deny, (), f"{state} deny.json")


def strict(tree: Tree, listing: Object) -> bool:
    """Whether the stricter rules of pilot and live hold for a list."""
    return max(tree.environment, str(listing.get("environment", "demo")), key=ENVIRONMENTS.index) not in TRIAL


_ENTRY: Final = "REG_ENTRY"
_TIME: Final = "REG_TIME"

RULES: Final[Mapping[str, Rule]] = {
    "shape.json": Rule(ERROR, _ENTRY, "Write whole numbers and texts only: fractions have no canonical form."),
    "shape.schema": Rule(ERROR, _ENTRY, "Correct it as schemas/state-list.schema.json describes it."),
    "shape.member": Rule(ERROR, _ENTRY, "Take the member out, or let its name begin with x-."),
    "shape.missing": Rule(ERROR, _ENTRY, "Add the member."),
    "shape.reader": Rule(ERROR, _ENTRY, "Correct what the verifier cannot read."),
    "text.hidden": Rule(ERROR, _ENTRY, "Type the text anew instead of pasting it."),
    "text.html": Rule(ERROR, _ENTRY, "Write plain text without tags and entities."),
    "text.blank": Rule(ERROR, _ENTRY, "Say something, or leave the member out."),
    "text.spelling": Rule(WARNING, _ENTRY, "Write it in Unicode's composed form (NFC)."),
    "unique": Rule(ERROR, _ENTRY, "Keep the first and take the other out, or give it a name of its own."),
    "id.form": Rule(ERROR, _ENTRY, "Give a DID (did:…) or an https URL without user name or fragment, all ASCII."),
    "id.conflict": Rule(ERROR, "REG_ID_CONFLICT", "An identifier belongs to one issuer of one state; give one up."),
    "key.unreadable": Rule(ERROR, _ENTRY, "Ask the issuer for its public key as JWK or PEM."),
    "key.private": Rule(ERROR, _ENTRY, "Give the public half only, and treat this private key as seen by others."),
    "key.weak": Rule(ERROR, "REG_WEAK_KEY", "Ask the issuer for a P-256, P-384, Ed25519 or RSA key of 2048 bits."),
    "key.digest": Rule(ERROR, _ENTRY, "Put in the digest of the key that stands beside it, or the key it names."),
    "key.reuse": Rule(ERROR, "REG_KEY_REUSE", "Every issuer needs a key of its own: ask one of them for another."),
    "key.compromised": Rule(ERROR, "REG_KEY_COMPROMISED", "Ask the issuer for a new key; this one never comes back."),
    "key.name": Rule(ERROR, _ENTRY, "Give each key of an issuer a kid of its own."),
    "key.other": Rule(ERROR, _ENTRY, "List the key the identifier is made of."),
    "key.none": Rule(ERROR, _ENTRY, "List the key its credentials are signed with."),
    "key.window": Rule(ERROR, _TIME, "Let it be valid no longer than its certificate."),
    "key.longest": Rule(ERROR, _TIME, "Give it an earlier valid_until, and rotate the key before then."),
    "key.possession": Rule(
        ERROR, "REG_POP", "Ask the issuer for a fresh proof: a JWS of iss, aud and iat by that key."
    ),
    "type.none": Rule(ERROR, _ENTRY, "Name each credential type it may issue."),
    "type.wildcard": Rule(ERROR, _ENTRY, "Grant each type by its whole name."),
    "type.unknown": Rule(WARNING, _ENTRY, "Use a type of vocabulary.json, or have it added there."),
    "type.retired": Rule(WARNING, _ENTRY, "Issue the type that took its place; what was issued before stays good."),
    "format.none": Rule(ERROR, _ENTRY, "Name the formats, or set the interface to none."),
    "algorithm.none": Rule(ERROR, _ENTRY, "Name the algorithms it signs with."),
    "algorithm.refused": Rule(ERROR, _ENTRY, "Use ES256, ES384, EdDSA or Ed25519; RS256 and PS256 with an end."),
    "algorithm.end": Rule(ERROR, _ENTRY, "Give RS256 and PS256 a not_after."),
    "algorithm.key": Rule(WARNING, _ENTRY, "List a key for it, or take the algorithm out."),
    "schema.missing": Rule(ERROR, "REG_DIGEST", "Put the file where its target says."),
    "schema.digest": Rule(ERROR, "REG_DIGEST", "Put the right file back, or name the new digest on purpose."),
    "status-list.url": Rule(ERROR, _ENTRY, "Give an https URL."),
    "status-list.signer": Rule(ERROR, _ENTRY, "Name who signs it: an identifier or key this state lists."),
    "assurance.version": Rule(ERROR, "REG_LOA", "Say which version of the framework the level is of."),
    "assurance.ceiling": Rule(ERROR, "REG_LOA", "Grant at most the level that vocabulary.json allows the state."),
    "assurance.basis": Rule(ERROR, "REG_LOA", "Grant a lower level, or name the audit or review it rests on."),
    "assurance.evidence": Rule(ERROR, "REG_LOA", "Name the report by its address and SHA-256."),
    "assurance.framework": Rule(WARNING, "REG_LOA", "Grant a level of the framework vocabulary.json describes."),
    "scope.subjects": Rule(ERROR, _ENTRY, "Add natural: minors, guardians and assisted people are natural persons."),
    "purpose.unknown": Rule(WARNING, _ENTRY, "Use a purpose of vocabulary.json, or have it added there."),
    "instrument.unknown": Rule(ERROR, _ENTRY, "Name an instrument of vocabulary.json, or have it added there."),
    "event.none": Rule(ERROR, _ENTRY, "Record the grant as its first event."),
    "event.final": Rule(ERROR, _TIME, "Take the later event out; list the issuer anew instead."),
    "event.back-dated": Rule(ERROR, _TIME, "Let the grant begin when it is recorded, or later."),
    "event.order": Rule(ERROR, _TIME, "Add events at the end, each with the time it was recorded."),
    "time.form": Rule(ERROR, _TIME, "Write RFC 3339 in UTC, e.g. 2026-11-01T09:00:00Z."),
    "time.window": Rule(ERROR, _TIME, "Let it end after it begins."),
    "time.overlap": Rule(ERROR, _TIME, "End the earlier one where the later one begins."),
    "authority.number": Rule(ERROR, "REG_AUTHORITY", "A state numbers its own records: XX-0001 and so on."),
    "authority.party": Rule(ERROR, "REG_AUTHORITY", "A state signs only arrangements it is a party of."),
    "authority.deny": Rule(ERROR, "REG_AUTHORITY", "A state may deny its own issuers only; suspend the recognition."),
    "deny.unknown": Rule(WARNING, _ENTRY, "Check the spelling: nothing that this state lists is called so."),
    "environment": Rule(WARNING, "REG_ENVIRONMENT", "Let the list say the environment of its registry, or a weaker."),
    "entity.contact": Rule(WARNING, _ENTRY, "Name whom to call when something happens (incident_contact)."),
    "recognition.self": Rule(ERROR, _ENTRY, "A state relies on its own credentials anyway."),
    "recognition.chain": Rule(ERROR, "REG_CHAIN", "Recognise states of this registry only: recognition never chains."),
    "recognition.basis": Rule(ERROR, _ENTRY, "Name the legal basis."),
    "arrangement.unsigned": Rule(WARNING, _ENTRY, "Have every party list the very same arrangement."),
    "claims.wildcard": Rule(ERROR, _ENTRY, "Name each claim by itself."),
}
