"""Whose key signs: a file, or a PKCS#11 token whose PIN is asked for; a secret is never an argument."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import click

from defa_id.cli import terminal
from defa_id.errors import WrongUse

if TYPE_CHECKING:
    from securesystemslib.signer import Signer  # type: ignore[attr-defined]

F = TypeVar("F", bound=Callable[..., Any])

_FILE: Final = click.Path(path_type=Path)
_PIN_CHARS: Final = 255  # longer is no PIN [PKCS#11 v3.1 §5.6: a token says its own maximum; tokens known have 255]


class SigningKey(NamedTuple):
    """The key a command line names."""

    file: Path | None
    module: Path | None
    token: str | None
    number: int

    @property
    def named(self) -> bool:
        """Whether there is one at all."""
        return self.file is not None or self.module is not None

    def signer(self) -> Signer:
        """Its signer. Raises `WrongUse` for none, two, and one that cannot be used."""
        if self.file is not None and self.module is not None:
            raise WrongUse("two keys are named", hint="Give --key FILE, or --pkcs11 MODULE with --token LABEL.")
        if self.file is not None:
            from defa_id.operator import signing

            return signing.from_file(self.file)
        if self.module is not None:
            from defa_id.operator import hardware

            return hardware.TokenSigner(hardware.Token(self.module, self.token, self.number), _pin)
        raise WrongUse("say whose key signs", hint="Give --key FILE, or --pkcs11 MODULE with --token LABEL.")


def options(command: F) -> F:
    """`--key FILE`, or `--pkcs11 MODULE --token LABEL --key-id N`; the command gets one `signing_key`."""

    @functools.wraps(command)
    def wrapped(
        *args: Any, key: Path | None, pkcs11: Path | None, token: str | None, key_id: int, **kwargs: Any
    ) -> Any:
        return command(*args, signing_key=SigningKey(key, pkcs11, token, key_id), **kwargs)

    made: Any = wrapped
    for option in reversed(
        (
            click.option("--key", metavar="FILE", type=_FILE, help="Your private key: JWK or PEM."),
            click.option("--pkcs11", metavar="MODULE", type=_FILE, help="Instead: the library of your token."),
            click.option("--token", metavar="LABEL", help="Which token; default: the only one plugged in."),
            click.option(
                "--key-id",
                metavar="N",
                type=click.IntRange(0),
                default=2,
                show_default=True,
                help="Which key on it (CKA_ID).",
            ),
        )
    ):
        made = option(made)
    result: F = made
    return result


def _pin() -> str:
    """The token's PIN, typed unseen; where there is no terminal, the first line of standard input."""
    if sys.stdin is not None and sys.stdin.isatty():
        return str(click.prompt("PIN", hide_input=True, err=True))
    line = terminal.read(_PIN_CHARS + 1).partition(b"\n")[0].decode("utf-8", "replace").strip("\r")
    if not line:
        raise WrongUse("the token's PIN is missing", hint="Type it at a terminal, or hand it in by standard input.")
    return line
