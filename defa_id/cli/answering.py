"""What a presentation has to answer: the options, and the value they make."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from defa_id.errors import Fault, WrongUse

if TYPE_CHECKING:
    from collections.abc import Callable

    from defa_id.policy import Expected

F = TypeVar("F", bound="Callable[..., Any]")

_OPTIONS: Final = (
    ("--nonce", "N", "The nonce a presentation must answer; with --audience."),
    ("--audience", "A", "The verifier a presentation must be made for; with --nonce."),
    ("--response-uri", "URL", "For an mdoc by OpenID4VP: where the answer was sent to."),
    ("--encrypted-to", "FILE", "For the same: the public JWK it was encrypted to."),
    (
        "--session-transcript",
        "FILE",
        "For an mdoc in person: the SessionTranscript, CBOR, in place of the above.",
    ),
    ("--reader-key", "FILE", "The reader's ephemeral private key of that session, JWK or PEM."),
)
NAMES: Final = tuple(name for name, *_ in _OPTIONS)


def options(command: F) -> F:
    """`--nonce`, `--audience` and what an mdoc's session needs besides."""
    for name, metavar, text in reversed(_OPTIONS):
        command = click.option(name, metavar=metavar, help=text)(command)
    return command


def expected_of(
    *,
    nonce: str | None,
    audience: str | None,
    response_uri: str | None,
    encrypted_to: str | None,
    session_transcript: str | None,
    reader_key: str | None,
    **_: object,
) -> Expected:
    """What a presentation is expected to answer; nothing, if nothing is given. Raises `WrongUse` for one alone."""
    from defa_id.policy import Expected

    if session_transcript is not None:
        if (nonce, audience, response_uri, encrypted_to) != (None, None, None, None):
            raise WrongUse("--session-transcript is the whole session", hint="Leave out --nonce and what goes with it.")
        from defa_id import files

        return Expected.session(files.read_input(Path(session_transcript)), reader_key=_private(reader_key))
    if reader_key is not None:
        raise WrongUse("--reader-key goes with --session-transcript", hint="Give the SessionTranscript as well.")
    if nonce is None and audience is None:
        if response_uri is not None or encrypted_to is not None:
            raise WrongUse("an answer by OpenID4VP has a nonce and an audience", hint="Give both as well.")
        return Expected()
    return Expected.presentation(
        nonce=nonce or "",
        audience=audience or "",
        response_uri=response_uri,
        jwk_thumbprint=_thumbprint(encrypted_to) if encrypted_to is not None else None,
    )


def _private(path: str | None) -> Any:
    if path is None:
        return None
    from defa_id import files
    from defa_id.issue import signing

    return signing.read(files.read_input(Path(path))).native


def _thumbprint(path: str) -> bytes:
    """The RFC 7638 thumbprint of the key an answer was encrypted to, whatever it says it is for."""
    from defa_id import files, keys
    from defa_id.codec import base64url, strict_json

    try:
        jwk = strict_json.load_object(files.read_input(Path(path)))
        return base64url.decode(keys.thumbprint(jwk).encode("ascii"))
    except Fault:
        raise WrongUse(
            f"{path}: not a public JWK", hint="Give the key of client_metadata it was encrypted to."
        ) from None
