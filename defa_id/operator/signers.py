"""The keys a publication is signed with: public halves as they shall be published, and signers for those at hand."""

from __future__ import annotations

from typing import Final

from securesystemslib.signer import Key  # type: ignore[attr-defined]

from defa_id.errors import ChangeRefused
from defa_id.operator.keyring import Keyring
from defa_id.operator.published import Published
from defa_id.operator.roles import Duty, RoleSigner

_KEY_UNAVAILABLE: Final = "REG_KEY_UNAVAILABLE"


class Signers:
    """The keys of every duty: public halves as they shall be published, and signers for those at hand."""

    def __init__(self, keyring: Keyring, before: Published | None) -> None:
        self._keyring = keyring
        self._before = before
        self._signers: dict[str, RoleSigner | None] = {}
        self._public: dict[str, list[Key]] = {}

    def public(self, duty: Duty) -> list[Key]:
        """The public keys of a role. Keys that are not at hand stay as they were published."""
        if duty.role not in self._public:
            here = {name: signer.public_key for name in duty.keys if (signer := self._signer(name))}
            missing = [name for name in duty.keys if name not in here]
            standing = self._before.keys_of(duty.role) if self._before else []
            if not missing:
                known = {key.keyid: key for key in standing}  # which says its own name
                self._public[duty.role] = [known.get(key.keyid, key) for key in here.values()]
            else:
                alien = {key.keyid for key in here.values()} - {key.keyid for key in standing}
                if not standing or alien:
                    raise ChangeRefused(
                        f"role {duty.role} lacks the key {missing[0]}",
                        hint="Put its file back into the folder of keys; keys are replaced only when all are there.",
                        code=_KEY_UNAVAILABLE,
                    )
                self._public[duty.role] = standing
        return self._public[duty.role]

    def signers(self, duty: Duty, *, every: bool) -> list[RoleSigner]:
        """As many signers as the role needs, or `every` one at hand. Raises `ChangeRefused` for too few."""
        here = [signer for name in duty.keys if (signer := self._signer(name))]
        if len(here) < duty.threshold:
            raise ChangeRefused(
                f"role {duty.role} needs {duty.threshold} signatures and {len(here)} of its keys are here",
                hint=f"Its keys are {', '.join(duty.keys)}.",
                code=_KEY_UNAVAILABLE,
            )
        return here if every else here[: duty.threshold]

    def _signer(self, name: str) -> RoleSigner | None:
        if name not in self._signers:
            key = self._keyring.get(name)
            self._signers[name] = RoleSigner(name, key) if key else None
        return self._signers[name]
