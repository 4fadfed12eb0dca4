"""Options that many commands have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SettingsFile = Annotated[
    Path | None,
    typer.Option("--settings", "-s", metavar="FILE", help="The settings file to use.", envvar="PEEA_SETTINGS"),
]
WardFolder = Annotated[Path | None, typer.Option("--ward", "-w", metavar="FOLDER", help="The ward's folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of a table for people.")]
