"""The words behind `peea archive` and `peea audit`. What a command does is imported when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from daemon.options import SettingsFile, WardFolder

archive_app = typer.Typer(no_args_is_help=True, help="Seal recordings for the holders of keys, and open them again.")
audit_app = typer.Typer(no_args_is_help=True, help="The audit trail: who did what, and when.")


@archive_app.command()
def seal(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to seal; it is kept.")],
    recipient: Annotated[
        list[str],
        typer.Option("--recipient", "-r", metavar="R", help="A public key (age1...) or a file of them."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="O", help="The sealed file; a new file.")],
) -> None:
    """Seal a file so that only holders of the recipients' private keys can open it (age v1 format)."""
    from daemon.archive_command import seal as seal_

    seal_(file, recipient, output)


@archive_app.command()
def unseal(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The sealed file; it is kept.")],
    identity: Annotated[list[Path], typer.Option("--identity", "-i", metavar="K", help="A private key's file.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="O", help="The opened file; a new file.")],
) -> None:
    """Open a sealed file. Nothing is written unless every byte proves to be what was sealed."""
    from daemon.archive_command import unseal as unseal_

    unseal_(file, identity, output)


@audit_app.command("show")
def show_audit(
    last: Annotated[int, typer.Option("--last", "-n", min=1, metavar="N", help="How many entries.")] = 50,
    about: Annotated[str, typer.Option(help="Only about this record id, sheet row or model.")] = "",
    settings: SettingsFile = None,
    ward: WardFolder = None,
) -> None:
    """Show the last entries of the audit trail. No entry names a patient."""
    from daemon.audit_command import show as show_

    show_(last, about, settings, ward)


@audit_app.command()
def verify(
    head: Annotated[
        str,
        typer.Option(metavar="HEAD", help="The audit head from the foot of a printed sheet; it must be in the trail."),
    ] = "",
    settings: SettingsFile = None,
    ward: WardFolder = None,
) -> None:
    """Check every link of the audit trail; name the first that is broken. Exit status 1 if one is."""
    from daemon.audit_command import verify as verify_

    raise typer.Exit(verify_(head, settings, ward))


@audit_app.command()
def export(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="A new file (default: the terminal).")
    ] = None,
    settings: SettingsFile = None,
    ward: WardFolder = None,
) -> None:
    """Write the audit trail as JSON lines; docs/audit.md tells how another program checks them."""
    from daemon.audit_command import export as export_

    export_(output, settings, ward)
