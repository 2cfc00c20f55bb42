"""Receipts: a signed record of a decision that somebody else can check, and ask again later.

A receipt holds what a verdict rests on and nothing about the person: no claim, no identifier of the
credential, no time finer than a day, and of the input only a commitment that its opening, kept apart,
opens. Destroy the opening, and nobody can tell any more which credential the receipt is about.
"""

from __future__ import annotations

from defa_id.receipt.again import Change, Rechecked, recheck
from defa_id.receipt.checking import AtHand, Checked, check
from defa_id.receipt.record import commitment, record
from defa_id.receipt.signed import Receipt, read, sign, verify

__all__ = [
    "AtHand",
    "Change",
    "Checked",
    "Receipt",
    "Rechecked",
    "check",
    "commitment",
    "read",
    "recheck",
    "record",
    "sign",
    "verify",
]
