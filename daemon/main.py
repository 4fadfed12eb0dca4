"""The command line `peea`: its words and its exit statuses. What a command does is imported when it is called.

Exit status: 0 done; 1 refused or failed, with one line on standard error that says what to do; 2 wrong usage.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from daemon.archive_app import archive_app, audit_app
from daemon.options import AsJson, SettingsFile, WardFolder

_MANUAL = """
[bold]PEEA[/bold], the Pain Expression Evaluation Assistant, grades the pain seen in a patient's face in videos.

A ward's folder is made once with [bold]peea setup FOLDER[/bold]; [bold]peea run --ward FOLDER[/bold] then watches its
inbox: each recording dropped there gets its row in the day's Excel sheet, is announced, and is sealed into the archive.

Supports, does not replace, clinical judgement. Not a medical device.
"""
_EPILOG = """
Settings are looked for in the file named with --settings, in the folder named with --ward, in ./peea.toml,
./ward/peea.toml and /etc/peea/peea.toml, in this order; what is not set has its default.

Exit status: 0 done, 1 refused or failed (one line on standard error says what to do), 2 wrong usage.
"""

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    help=_MANUAL,
    epilog=_EPILOG,
)
model_app = typer.Typer(no_args_is_help=True, help="The network that grades.")
app.add_typer(archive_app, name="archive")
speech_app = typer.Typer(no_args_is_help=True, help="The voice that announces results.")
app.add_typer(model_app, name="model")
app.add_typer(speech_app, name="speech")
app.add_typer(audit_app, name="audit")

# typer brings its own copy of click under a private name; its family of usage errors is reached by the one it shows
_UsageError: type[typer.BadParameter] = typer.BadParameter.__bases__[0]


@app.command()
def run(settings: SettingsFile = None, ward: WardFolder = None) -> None:
    """Watch a ward's inbox and work until stopped (SIGTERM, Ctrl-C). This is what systemd starts.

    Only one daemon works in a ward's folder. It may be killed at any time: the next start goes on where it was.
    """
    from daemon.run_command import run as run_

    run_(settings, ward)


@app.command()
def setup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The ward's folder; made if it is not there.")],
    name: Annotated[str, typer.Option(help="What the ward is called on its sheets.")] = "Ward",
    language: Annotated[str, typer.Option(help="Language of sheets and announcements: en or zh.")] = "en",
) -> None:
    """Make a ward's folder: inbox, sheets, archive, two key pairs, and a settings file to edit.

    What is there already is kept. Two people need to take their private keys away afterwards; it says how.
    """
    from daemon.setup_command import setup as setup_

    setup_(folder, name, language)


@app.command()
def grade(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Recordings to grade; they are only read.")],
    as_json: AsJson = False,
    settings: SettingsFile = None,
    ward: WardFolder = None,
) -> None:
    """Grade recordings here and now, without any ward: a table and a timeline.

    With --json it prints one object a recording, one a line, with file, outcome (graded or rejected), grade (1-4, 0 for
    no pain seen), seconds (four numbers, mild to intense), none_s, reason, advice, confidence, model and more.

    A recording that cannot be graded is an outcome, not a failure.
    """
    from daemon.grade_command import grade as grade_

    raise typer.Exit(grade_(files, settings, ward, as_json=as_json))


@app.command()
def demo(
    samples: Annotated[Path, typer.Argument(metavar="FOLDER", help="Recordings with known truth (truth.csv).")],
    keep_in: Annotated[
        Path | None, typer.Option(help="Folder for the demonstration's ward (default: a new one).")
    ] = None,
) -> None:
    """Show the whole path on recordings of synthetic patients: drop, grade, sheet, sound, seal, open again.

    Ends with 0 only if every result is the known truth and no plain video is left.
    """
    from daemon.demo_command import demo as demo_

    raise typer.Exit(demo_(samples, keep_in))


@app.command()
def status(as_json: AsJson = False, settings: SettingsFile = None, ward: WardFolder = None) -> None:
    """Say how a ward is doing: daemon, recordings, what waits and why. Disturbs nothing."""
    from daemon.status_command import status as status_

    status_(settings, ward, as_json=as_json)


@app.command()
def doctor(as_json: AsJson = False, settings: SettingsFile = None, ward: WardFolder = None) -> None:
    """Examine a ward: folders, keys, ledger, archive, clock, disk, locks, voice, network. Changes nothing.

    Works while the daemon does. Exit status 1 if anything is to be mended.
    """
    from daemon.doctor_command import doctor as doctor_

    raise typer.Exit(doctor_(settings, ward, as_json=as_json))


@app.command()
def release(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The recording's number, as `peea status` shows it.")],
    reject: Annotated[bool, typer.Option("--reject", help="Give it up: report and seal it ungraded.")] = False,
    settings: SettingsFile = None,
    ward: WardFolder = None,
) -> None:
    """Take up a recording again that was set aside, once its cause is mended.

    With --reject it is given up instead: reported as not gradable, sealed into the archive, and not tried again. One
    that is nowhere any more can only be given up: it gets its row with that reason, and nothing is sealed.
    """
    from daemon.release_command import release as release_

    release_(number, settings, ward, reject=reject)


@app.command()
def agreement(
    first: Annotated[str | None, typer.Option(metavar="DAY", help="From this day on, such as 2026-11-01.")] = None,
    last: Annotated[str | None, typer.Option(metavar="DAY", help="Up to and with this day.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="Where to write (default: sheets/agreement)."),
    ] = None,
    as_json: AsJson = False,
    settings: SettingsFile = None,
    ward: WardFolder = None,
) -> None:
    """Compare clinicians' VAS, as typed into the record sheets, with PEEA's grades: kappa, ICC, pictures.

    Writes a workbook and two pictures, in the ward's language. Changes nothing else; the daemon may be at work.
    """
    from daemon.agreement_command import compare

    compare(first, last, output, settings, ward, as_json=as_json)


@app.command()
def keygen(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The private key's file; a new one.")
    ] = Path("custodian.key"),
) -> None:
    """Make a key pair: the private key into a file that only you can read, the public key on the terminal."""
    from daemon.archive_command import keygen as keygen_

    keygen_(output)


@speech_app.command()
def render(settings: SettingsFile = None, ward: WardFolder = None) -> None:
    """Fetch the fixed phrases for the engine "gtts" from Google: the one command of PEEA that uses the network.

    Only phrases like "severe pain" and the numbers are sent, never anything about a patient. What was fetched is kept.
    """
    from daemon.speech_command import render as render_

    render_(settings, ward)


@model_app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="A version; left out: the one that grades.")] = "",
    settings: SettingsFile = None,
    ward: WardFolder = None,
) -> None:
    """Say what the model card of a network tells: data, figures, limits."""
    from daemon.model_command import show as show_

    show_(name, settings, ward)


@model_app.command("list")
def list_models(settings: SettingsFile = None, ward: WardFolder = None) -> None:
    """List the versions of the network with their figures; the one that shall grade has a star."""
    from daemon.model_command import list_

    list_(settings, ward)


@model_app.command()
def activate(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The version, as `peea model list` shows it.")],
    settings: SettingsFile = None,
    ward: WardFolder = None,
) -> None:
    """Let another version of the network grade, from the daemon's next recording on; it is checked first."""
    from daemon.model_command import activate as activate_

    activate_(name, settings, ward)


@model_app.command()
def rollback(settings: SettingsFile = None, ward: WardFolder = None) -> None:
    """Go back to the version that graded before."""
    from daemon.model_command import rollback as rollback_

    rollback_(settings, ward)


def main() -> None:
    """Run the command line; the one place that decides about exit statuses."""
    sys.exit(exit_status(sys.argv[1:]))


def exit_status(arguments: list[str]) -> int:
    """Run one command and return its exit status; an error that was to be expected becomes one line."""
    try:
        return int(app(arguments, prog_name="peea", standalone_mode=False) or 0)
    except (typer.Abort, KeyboardInterrupt):
        return _refused("stopped", 130)
    except _UsageError as error:
        return _misused(error)
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone; there is nobody to tell
        return 1
    except (OSError, ValueError, RuntimeError) as error:
        from daemon.expected import in_one_line

        words = in_one_line(error)
        if words is None:
            raise
        return _refused(words, 1)


def _misused(error: typer.BadParameter) -> int:
    if type(error).__name__ == "NoArgsIsHelpError":  # nothing was asked: its message is the whole manual page
        error.show()
        return 2
    command = error.ctx.command_path if error.ctx else "peea"
    return _refused(f"{' '.join(error.format_message().split())} See `{command} --help`.", 2)


def _refused(words: str, status: int) -> int:
    print(f"peea: {words}", file=sys.stderr)
    return status


if __name__ == "__main__":
    main()
