"""Whose key signs: a file, or a PKCS#11 token whose PIN is asked for; a secret is never an argument."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from defa_id.cli import terminal
from defa_id.errors import WrongUse
from defa_id.values import NamedTuple

if TYPE_CHECKING:
    from securesystemslib.signer import Signer  # type: ignore[attr-defined]

F = TypeVar("F", bound=Callable[..., Any])

_FILE: Final = click.Path(path_type=Path)
_SECRET_CHARS: Final = 1024  # of a PIN or a passphrase; longer is a mistake [own]


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

            signer = signing.from_file(self.file, lambda: secret("passphrase"))
            if os.name == "posix" and self.file.stat().st_mode & 0o077:
                terminal.say(f"warning: others on this machine can read {self.file}; chmod 600 it")
            return signer
        if self.module is not None:
            from defa_id.operator import hardware

            return hardware.TokenSigner(
                hardware.Token(self.module, self.token, self.number), lambda: secret("PIN of the token")
            )
        raise WrongUse("say whose key signs", hint="Give --key FILE, or --pkcs11 MODULE with --token LABEL.")


def options(command: F) -> F:
    """`--key FILE`, or `--pkcs11 MODULE --token LABEL --key-id N`; the command gets one `signing_key`."""
    named = click.option("--key", metavar="FILE", type=_FILE, help="Your private key: JWK or PEM.")
    return named(_with_token(command, "Instead: the library of your token."))


def token_options(command: F) -> F:
    """The same without a file."""
    return _with_token(command, "The key is in a token: its library.")


def _with_token(command: F, help: str) -> F:
    @functools.wraps(command)
    def wrapped(
        *args: Any, pkcs11: Path | None, token: str | None, key_id: int, key: Path | None = None, **kwargs: Any
    ) -> Any:
        return command(*args, signing_key=SigningKey(key, pkcs11, token, key_id), **kwargs)

    made: Any = wrapped
    for option in (
        click.option(
            "--key-id",
            metavar="N",
            type=click.IntRange(0),
            default=2,
            show_default=True,
            help="Which key on it (CKA_ID).",
        ),
        click.option("--token", metavar="LABEL", help="Which token; default: the only one plugged in."),
        click.option("--pkcs11", metavar="MODULE", type=_FILE, help=help),
    ):
        made = option(made)
    result: F = made
    return result


def secret(what: str, *, twice: bool = False) -> str:
    """A PIN or passphrase, typed unseen; where there is no terminal, a line of standard input. Raises `WrongUse`."""
    if sys.stdin is not None and sys.stdin.isatty():
        return str(click.prompt(what.capitalize(), hide_input=True, confirmation_prompt=twice, err=True))
    line = sys.stdin.readline(_SECRET_CHARS + 1).rstrip("\r\n") if sys.stdin is not None else ""
    if not line:
        raise WrongUse(f"the {what} is missing", hint="Type it at a terminal, or hand it in by standard input.")
    return line
