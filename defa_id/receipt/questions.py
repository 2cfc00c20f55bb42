"""What is asked of a receipt: a catalogue of its own, with the reasons of the one catalogue."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from defa_id.catalogue import ALWAYS, CATALOGUE, Catalogue, CheckEntry

REGISTRY_AT_HAND: Final = "registry at hand"
INPUT_AT_HAND: Final = "input at hand"


def _entry(id: str, question: str, clause: str, failing: str, *when: str) -> CheckEntry:
    return CheckEntry(id, question, clause, failing, frozenset(when or (ALWAYS,)))


_ENTRIES: Final = (
    _entry(
        "receipt.form",
        "Is it a receipt, in the one form a receipt can have?",
        "schemas/receipt.schema.json; RFC 7515 §7.1; RFC 8785",
        "What has two spellings can be changed without anybody noticing.",
    ),
    _entry(
        "receipt.signature",
        "Did the relying party sign it?",
        "RFC 7515 §5.2; RFC 7518 §3.4; RFC 8037 §3.1",
        "Anybody could have written it.",
    ),
    _entry(
        "receipt.consistent",
        "Does its decision follow from its checks?",
        "ETSI EN 319 102-1 §5.1.3; verdict.fold",
        "The relying party says something that its own checks do not say.",
    ),
    _entry(
        "receipt.registry",
        "Is the registry at hand the one it rests on, or a later version of it?",
        "TUF specification §5.3 to §5.6",
        "Another registry answers other questions.",
        REGISTRY_AT_HAND,
    ),
    _entry(
        "receipt.issuer",
        "Does the registry say of issuer, key, recognition and level what the receipt says?",
        "defa-id registry design, time: two axes",
        "The decision does not rest on what was on record.",
        REGISTRY_AT_HAND,
    ),
    _entry(
        "receipt.input",
        "Is this what was judged?",
        "RFC 2104; schemas/receipt.schema.json, input",
        "The receipt is about something else.",
        INPUT_AT_HAND,
    ),
    _entry(
        "receipt.judged",
        "Judged again as of then, does every line come out the same?",
        "the verdict's own checks",
        "The decision cannot be reproduced.",
        REGISTRY_AT_HAND,
        INPUT_AT_HAND,
    ),
)

QUESTIONS: Final = Catalogue(MappingProxyType({entry.id: entry for entry in _ENTRIES}), CATALOGUE.reasons)
