"""The words behind `peea archive` and `peea audit`. What a command does is imported when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from daemon.options import AsJson, SettingsFile, WardFolder

Identity = Annotated[list[Path], typer.Option("--identity", "-i", metavar="K", help="A private key's file.")]

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
    identity: Identity,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="O", help="The opened file; a new file.")],
    inside_ward: Annotated[
        bool, typer.Option("--inside-ward", help="The opened file may lie within a ward's folder.")
    ] = False,
    settings: SettingsFile = None,
    ward: WardFolder = None,
) -> None:
    """Open a sealed file. Nothing is written unless every byte proves to be what was sealed.

    Only you can read the opened file. A file of a ward's archive, or with --ward any, is entered in its audit trail.
    """
    from daemon.archive_command import unseal as unseal_

    unseal_(file, identity, output, settings, ward, inside_ward=inside_ward)


@archive_app.command("list")
def list_archive(as_json: AsJson = False, settings: SettingsFile = None, ward: WardFolder = None) -> None:
    """List what a ward's archive holds: number, record id, when, file, and whether for the keys of now."""
    from daemon.keeping_command import list_ as list__

    list__(settings, ward, as_json=as_json)


@archive_app.command("verify")
def verify_archive(settings: SettingsFile = None, ward: WardFolder = None) -> None:
    """Read every sealed file again: names what is missing, changed or extra. Needs no private key.

    Exit status 1 if anything is wrong.
    """
    from daemon.keeping_command import verify as verify_

    raise typer.Exit(verify_(settings, ward))


@archive_app.command()
def drill(
    identity: Identity,
    count: Annotated[int, typer.Option(min=1, metavar="N", help="How many, chosen by chance.")] = 1,
    every: Annotated[bool, typer.Option("--all", help="Every one.")] = False,
    settings: SettingsFile = None,
    ward: WardFolder = None,
) -> None:
    """Restore drill: open sealed recordings and compare each with its fingerprint. Nothing plain is written.

    Do it with each private key after installing, and then every few months. Exit status 1 if one does not open.
    """
    from daemon.keeping_command import drill as drill_

    raise typer.Exit(drill_(identity, count, settings, ward, every=every))


@archive_app.command()
def rekey(
    identity: Identity,
    records: Annotated[
        list[str] | None, typer.Argument(metavar="[RECORD]...", help="Numbers or record ids (default: all).")
    ] = None,
    settings: SettingsFile = None,
    ward: WardFolder = None,
) -> None:
    """Seal for the keys that are in the recipients file now what is sealed for others.

    Only the headers are made anew; nothing plain is written. Each file is proved whole before it takes the old one's
    place. Copies of the old files elsewhere still open with the old keys.
    """
    from daemon.keeping_command import rekey as rekey_

    raise typer.Exit(rekey_(records or [], identity, settings, ward))


@archive_app.command()
def purge(
    days: Annotated[
        int | None, typer.Option(min=1, metavar="DAYS", help="Older than this (default: archive.keep_days).")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Really remove them; without it they are only named.")] = False,
    settings: SettingsFile = None,
    ward: WardFolder = None,
) -> None:
    """Remove sealed recordings whose time is over, for good. Rows, sheets and the trace of the purge stay."""
    from daemon.keeping_command import purge as purge_

    purge_(days, settings, ward, really=yes)


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
