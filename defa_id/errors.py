"""Who caused it: the sender and the world become lines of a verdict, we ourselves become exceptions.

A malformed credential is not an exception and neither is network trouble: both are raised as a
`Fault` inside one check and written down there. What leaves the library as an exception is always
a mistake of the operator or the programmer, and it says what to do next.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from defa_id.verdict import Verdict

EvidenceValue = str | int | bool | None
Evidence = Mapping[str, "EvidenceValue | list[str]"]


class Fault(Exception):
    """A check did not pass, and that is the sender's doing: its line becomes `failed`.

    `code` is a reason of `defa_id.catalogue`; `why` says what was seen in one clause (empty: the
    catalogue's own message stands); `evidence` holds identifiers, algorithms, times, digests and
    indices only, never a claim value of the subject.
    """

    unknown = False

    def __init__(self, code: str, why: str = "", /, **evidence: EvidenceValue | list[str]) -> None:
        super().__init__(code, why)
        self.code = code
        self.why = why
        self.evidence: Evidence = evidence


class Unknowable(Fault):
    """It could not be found out, and that is the world's doing: its line becomes `unknown`."""

    unknown = True


class DefaIdError(Exception):
    """A mistake of the operator or the programmer, with the way out in `hint`."""

    code = "CFG_ERROR"

    def __init__(self, message: str, /, *, hint: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if code is not None:
            self.code = code


class WrongUse(DefaIdError):
    """The question itself does not stand: an option is missing or contradicts another one."""

    code = "CFG_USE"


class ExtraMissing(DefaIdError):
    """What was handed in needs an optional part that is not installed: nothing was found out."""

    code = "CFG_EXTRA"


class PolicyInvalid(DefaIdError):
    """The policy document cannot be followed as it is written."""

    code = "CFG_POLICY"


class PackInvalid(DefaIdError):
    """A country pack is not what it has to be: a fact without its source, or a member that is missing."""

    code = "CFG_PACK"


class RegistryRejected(DefaIdError):
    """The trust registry cannot be trusted: nothing may be judged by it."""

    code = "REG_REJECTED"


class ChangeRefused(DefaIdError):
    """An operator's change would break a rule of the registry; nothing was changed."""

    code = "REG_CHANGE"


class NotAccepted(DefaIdError):
    """Claims were asked of a verdict that is not `accepted`; the verdict is in `verdict`."""

    code = "NOT_ACCEPTED"

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.summary, hint="Read verdict.problems; each line names its next step.")
        self.verdict = verdict
