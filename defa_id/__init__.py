"""defa-id: a digital credential issued in one member state, judged in another.

The face of the library. Names are imported when first used, so that importing `defa_id` costs
nothing; `verify` and `open_registry` read files and the clock, everything else is a pure value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from defa_id.version import __version__

if TYPE_CHECKING:
    from defa_id.errors import ChangeRefused, DefaIdError, NotAccepted, PolicyInvalid, RegistryRejected, WrongUse
    from defa_id.files import open_registry
    from defa_id.inspection import UnverifiedCredential, inspect
    from defa_id.now import verify
    from defa_id.parts import DEFAULT_PARTS, Parts
    from defa_id.policy import Expected, Policy
    from defa_id.sources import NoSource, RecordedSource, Source
    from defa_id.trust.registry import Registry
    from defa_id.verdict import Accepted, Check, Decision, Found, Outcome, Verdict
    from defa_id.verifier import Verifier

_HOME = {
    "Accepted": "verdict",
    "ChangeRefused": "errors",
    "Check": "verdict",
    "DEFAULT_PARTS": "parts",
    "Decision": "verdict",
    "DefaIdError": "errors",
    "Expected": "policy",
    "Found": "verdict",
    "NoSource": "sources",
    "NotAccepted": "errors",
    "Outcome": "verdict",
    "Parts": "parts",
    "Policy": "policy",
    "PolicyInvalid": "errors",
    "RecordedSource": "sources",
    "Registry": "trust.registry",
    "RegistryRejected": "errors",
    "Source": "sources",
    "UnverifiedCredential": "inspection",
    "Verdict": "verdict",
    "Verifier": "verifier",
    "WrongUse": "errors",
    "inspect": "inspection",
    "open_registry": "files",
    "verify": "now",
}

__all__ = [
    "DEFAULT_PARTS",
    "Accepted",
    "ChangeRefused",
    "Check",
    "Decision",
    "DefaIdError",
    "Expected",
    "Found",
    "NoSource",
    "NotAccepted",
    "Outcome",
    "Parts",
    "Policy",
    "PolicyInvalid",
    "RecordedSource",
    "Registry",
    "RegistryRejected",
    "Source",
    "UnverifiedCredential",
    "Verdict",
    "Verifier",
    "WrongUse",
    "__version__",
    "inspect",
    "open_registry",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'defa_id' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"defa_id.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
