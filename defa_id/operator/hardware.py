"""Keys in hardware: signatures made by a PKCS#11 token, through securesystemslib's signer (extra `hsm`)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn

from securesystemslib.signer import HSMSigner, Key, Signature, Signer  # type: ignore[attr-defined]

from defa_id.codec.text import printable
from defa_id.errors import WrongUse
from defa_id.values import NamedTuple

P256: Final = "ecdsa-sha2-nistp256"
_MODULE: Final = "PYKCS11LIB"  # where securesystemslib looks for the module's path; no secret
Pin = Callable[[], str]


class Token(NamedTuple):
    """Where a key is: the PKCS#11 module, the token's label (None: the only one there is), and the key's
    number on it (CKA_ID)."""

    module: Path
    label: str | None
    key: int


class TokenSigner(Signer):
    """A P-256 key in a token. It never leaves it; the PIN is asked for when it is needed, and once."""

    def __init__(self, token: Token, pin: Pin) -> None:
        """Raises `WrongUse` where the extra, the module, the token or the key is not there."""
        self._token = token
        self._ask = pin
        self._pin: str | None = None
        with _told(token):
            self._uri, self._public = HSMSigner.import_(token.key, token.label, self._secret)
        if self._public.scheme != P256:
            raise WrongUse(f"key {token.key} is not a P-256 key", hint="Roles sign with ECDSA P-256.")

    @property
    def public_key(self) -> Key:
        """The public half, as role metadata holds it."""
        return self._public

    def sign(self, payload: bytes) -> Signature:
        """The token's signature over `payload`, DER in hexadecimal (TUF §4.2). Raises `WrongUse`."""
        with _told(self._token):
            return HSMSigner.from_priv_key_uri(self._uri, self._public, self._secret).sign(payload)

    @classmethod
    def from_priv_key_uri(cls, priv_key_uri: str, *_: object) -> NoReturn:
        """Not offered: raises `ValueError`, because a token is named by its parts."""
        raise ValueError(f"no key from {priv_key_uri}: name module, token and key")

    def _secret(self, _: str) -> str:
        if self._pin is None:
            self._pin = self._ask()
        return self._pin


@contextmanager
def _told(token: Token) -> Iterator[None]:
    """What goes wrong with a token, said in words that name no secret."""
    try:
        from pkcs11.exceptions import PinIncorrect, PinInvalid, PinLenRange, PinLocked, PKCS11Error
    except ImportError:
        raise WrongUse(
            "signing with a PKCS#11 token needs more than is installed", hint='pip install "defa-id[hsm]"'
        ) from None
    named = f"token {printable(token.label)}" if token.label else "the token"
    before = os.environ.get(_MODULE)
    os.environ[_MODULE] = str(token.module)
    try:
        yield
    except (PinIncorrect, PinInvalid, PinLenRange):
        raise WrongUse(f"{named} does not take this PIN", hint="Mind how many tries it has left.") from None
    except PinLocked:
        raise WrongUse(f"{named} is locked", hint="Its security officer unlocks it.") from None
    except (PKCS11Error, SystemError) as error:  # the second for a module whose path is not UTF-8
        why = printable(str(error) or type(error).__name__, 160)
        raise WrongUse(f"{named} cannot be used: {why}", hint="Check --pkcs11, and that it is plugged in.") from None
    except ValueError as error:
        raise WrongUse(
            f"{named}: {printable(str(error), 160)}", hint="Check --token and --key-id: pkcs11-tool -O lists both."
        ) from None
    finally:
        if before is None:
            del os.environ[_MODULE]
        else:
            os.environ[_MODULE] = before
