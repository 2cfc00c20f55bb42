"""`defa-id registry ceremony`: keys of roles made offline before witnesses, with a transcript."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from defa_id.cli import editing, options, signing_key, terminal
from defa_id.errors import WrongUse

if TYPE_CHECKING:
    from defa_id.cli.signing_key import SigningKey
    from defa_id.operator.ceremony import Setting, Source
    from defa_id.operator.transcript import Step


@click.command("ceremony")
@click.argument("directory", metavar="DIR", type=editing.FILE)
@click.option("--holder", "holders", metavar="NAME=PERSON", multiple=True, help="A key, and who holds it; for each.")
@click.option("--officiant", metavar="PERSON", help="Who leads the ceremony.")
@click.option("--witness", "witnesses", metavar="PERSON", multiple=True, help="Who watches; may be repeated.")
@click.option("--place", metavar="TEXT", default="", help="Where it is held.")
@click.option("--rehearsal", is_flag=True, help="Do all of it with keys that are thrown away.")
@click.option("--passphrase", is_flag=True, help="Keep each private key under a passphrase of its holder.")
@click.option("--check", is_flag=True, help="Check the transcript in DIR instead.")
@click.option("--yes", is_flag=True, help="Do not wait between the steps.")
@signing_key.token_options
@options.json_option
@click.pass_context
def ceremony(
    ctx: click.Context,
    directory: Path,
    holders: tuple[str, ...],
    officiant: str | None,
    witnesses: tuple[str, ...],
    place: str,
    rehearsal: bool,
    passphrase: bool,
    check: bool,
    yes: bool,
    signing_key: SigningKey,
    as_json: bool,
) -> None:
    """Make keys of roles before witnesses, on a machine without a network.

    DIR/public holds the public keys, to be given to others; DIR/private the private ones (0600), each for
    its holder alone; transcript.json and transcript.txt what was done, signed by every key that was made.
    With --pkcs11 the one key is in a token and stays there.
    """
    from defa_id.cli.errors import REJECTED
    from defa_id.operator import ceremony as holding

    if check:
        wrong = _check(directory, as_json=as_json)
        if wrong:
            ctx.exit(REJECTED)
        return
    if officiant is None:
        raise WrongUse("nobody leads the ceremony", hint="Give --officiant PERSON and --witness PERSON.")
    setting = holding.Setting(
        holding.people(options.visible(one, "a name") for one in holders),
        options.visible(officiant, "a name"),
        tuple(options.visible(one, "a name") for one in witnesses),
        options.visible(place, "the place"),
        rehearsal,
    )
    wait = not yes and not as_json and sys.stdin is not None and sys.stdin.isatty()

    def tell(step: Step) -> None:
        if not as_json:
            terminal.write(f"{step.number:2}  {step.what}\n")
            for name in ("keyid", "challenge"):
                if name in step.details:
                    terminal.write(f"      {name}  {step.details[name]}\n")
        if wait and not click.confirm("Does everybody agree?", default=True):
            raise click.Abort

    made = holding.hold(directory, setting, _source(setting, signing_key, passphrase), options.now, tell)
    if as_json:
        terminal.write_json({"directory": str(directory), **made.to_dict()})
        return
    terminal.write(f"sha256 {made.sha256}\n")
    if rehearsal:
        terminal.say("note: this was a rehearsal; no private key was written, and its public keys are refused")
        return
    text = terminal.named(directory / "transcript.txt")
    terminal.say(f"next:    everybody writes the sha256 down, and signs {text} on paper")
    if not signing_key.named:
        terminal.say(
            f"         each holder takes the one file of {terminal.named(directory / 'private')} that is theirs"
        )


def _source(setting: Setting, key: SigningKey, passphrase: bool) -> Source:
    from defa_id.operator import ceremony as holding

    if key.named:
        if len(setting.holders) != 1 or setting.rehearsal or passphrase:
            raise WrongUse(
                "a token holds the one key of its holder", hint="Give one --holder, no --rehearsal and no --passphrase."
            )
        return holding.InToken(key.signer())
    seal = holding.with_passphrase(_passphrase) if passphrase else holding.as_jwk
    return holding.Files(seal, rehearsal=setting.rehearsal)


def _passphrase(name: str) -> str:
    return signing_key.secret(f"passphrase for {name}", twice=True)


def _check(directory: Path, *, as_json: bool) -> list[str]:
    from defa_id.operator import transcript

    wrong = transcript.check(directory)
    if as_json:
        terminal.write_json({"directory": str(directory), "wrong": wrong})
    else:
        terminal.write("".join(f"✗ {line}\n" for line in wrong) or "every step, signature and file is as it was\n")
    return wrong
