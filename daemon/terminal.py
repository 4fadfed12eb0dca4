"""What people see on the terminal: tables, timelines of coloured blocks, progress (the home of rich)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grading.types import PAIN_GRADES, Assessment, Grade, Outcome, Segment
from reports.sheet import safe_text
from reports.words import advice, grade_words, note_words, reason_words

BLOCK_S = 0.5
# told apart in grey print and by the colour-blind too: each block also carries the grade's digit
STYLES = {
    Grade.NONE: "black on grey70",
    Grade.MILD: "black on green3",
    Grade.OBVIOUS: "black on yellow3",
    Grade.SEVERE: "black on dark_orange",
    Grade.INTENSE: "white on red3",
}


@dataclass(frozen=True)
class Graded:
    """A file as it was named, and what grading said of it."""

    file: str
    outcome: Outcome


def print_outcomes(graded: Sequence[Graded]) -> None:
    """A table of all recordings, then a timeline for each that was graded."""
    console = Console()
    table = Table(title_justify="left", header_style="bold")
    table.add_column("Recording", overflow="fold", min_width=16)
    table.add_column("Grade", no_wrap=True)
    for head in (*(f"{grade_words(grade, 'en')}, s" for grade in PAIN_GRADES), "None, s", "Sure"):
        table.add_column(head, justify="right")
    for one in graded:
        table.add_row(*_cells(one))
    console.print(table)
    for one in graded:
        console.print(_below(one))
    console.print(_legend())


def print_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Words in two columns."""
    grid = Table.grid(padding=(0, 2))
    for name, words in facts:
        grid.add_row(_text(name, style="bold"), _text(words))
    Console().print(grid)


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table of words; prints nothing if there is no row."""
    if not rows:
        return
    table = Table(*heads, header_style="bold")
    for row in rows:
        table.add_row(*(_text(cell) for cell in row))
    Console().print(table)


def print_warning(words: str) -> None:
    """Words that nobody should miss."""
    Console().print(_text(words, style="bold red"))


@contextmanager
def told(words: str) -> Iterator[Callable[[str], None]]:
    """Says on standard error what is going on, while the block lasts; nothing where that is no terminal."""
    with Console(stderr=True).status(words) as status:
        yield lambda update: status.update(_text(update))


def _cells(one: Graded) -> list[RenderableType]:
    outcome = one.outcome
    if not isinstance(outcome, Assessment):
        return [_text(one.file), _text("not graded", style="bold red"), *[_text("–")] * 6]
    grade = _text(f" {outcome.grade:d} {grade_words(outcome.grade, 'en')} ", style=STYLES[outcome.grade])
    seconds = [_text(f"{outcome.seconds[grade]:.1f}") for grade in (*PAIN_GRADES, Grade.NONE)]
    return [_text(one.file), grade, *seconds, _text(f"{outcome.confidence:.0%}")]


def _below(one: Graded) -> RenderableType:
    outcome = one.outcome
    if not isinstance(outcome, Assessment):
        words = f"{reason_words(outcome.reason, 'en')}. {advice(outcome.reason, 'en')}"
        return Group(_text(one.file, style="bold"), Padding(_text(words), (0, 0, 1, 2)))
    blocks = timeline(outcome.segments, outcome.quality.length_s)
    notes = ", ".join(note_words(note, "en") for note in outcome.quality.notes)
    line = f"{outcome.quality.length_s:.1f} s, a face in {outcome.quality.face_share:.0%} of it" + (
        f"; {notes}" if notes else ""
    )
    return Group(_text(one.file, style="bold"), Padding(blocks, (0, 0, 0, 2)), Padding(_text(line), (0, 0, 1, 2)))


def timeline(segments: Sequence[Segment], length_s: float) -> Text:
    """One block per half second: the grade that was confirmed for most of it, a dot where none was."""
    line = _text()
    for number in range(max(1, round(length_s / BLOCK_S))):
        grade = _most(segments, number * BLOCK_S, (number + 1) * BLOCK_S)
        line.append("·" if grade is None else str(int(grade)), style=STYLES[grade] if grade is not None else "dim")
    return line


def _most(segments: Sequence[Segment], start_s: float, end_s: float) -> Grade | None:
    shares: dict[Grade | None, float] = {None: BLOCK_S}
    for segment in segments:
        share_s = max(0.0, min(segment.end_s, end_s) - max(segment.start_s, start_s))
        shares[segment.grade] = shares.get(segment.grade, 0.0) + share_s
        shares[None] -= share_s
    return max(shares, key=lambda grade: (shares[grade], -1 if grade is None else int(grade)))


def _legend() -> Text:
    legend = _text("One block is half a second: ")
    for grade in Grade:
        legend.append(f" {grade:d} ", style=STYLES[grade])
        legend.append(f" {grade_words(grade, 'en')}  ")
    return legend.append("· nothing confirmed")


def _text(words: str = "", style: str = "") -> Text:
    """Words of ours or of strangers: signs that would steer the terminal are shown and do nothing."""
    return Text(safe_text(words, keeps_lines=True), style=style)
