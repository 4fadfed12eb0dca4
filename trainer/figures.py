"""Pictures of how a network learnt and how it grades, as PNG bytes (the home of matplotlib in the trainer).

Drawn in memory by Agg: no window, no display, no state shared between pictures. matplotlib takes a second to import, so
who does not draw must not import this file.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator

from grading.types import Grade
from trainer.metrics import Bin

DOTS_PER_INCH = 120
# Okabe and Ito's colours, told apart by the colour-blind too
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")


@dataclass(frozen=True)
class Course:
    """How one fit went: after each epoch the shares of pictures graded right, 0..1, and the loss where it is known."""

    name: str
    training: Sequence[float]
    validation: Sequence[float]
    losses: Sequence[float] = ()


def confusion_picture(table: Sequence[Sequence[int]], title: str, first_grade: int = 0) -> bytes:
    """Counts, rows true, columns said; shaded by the share of the true grade. Grades under first_grade are left out."""
    counts = np.asarray(table, np.float64)[first_grade:, first_grade:]
    names = [grade.name.lower() for grade in Grade][first_grade:]
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    drawing, axes = _drawing(5.6, 5.0)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(counts.shape):
        colour = "white" if shares[row, column] > 0.55 else "black"
        text = f"{counts[row, column]:.0f}\n{shares[row, column]:.0%}" if counts[row, column] else "0"
        axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=10)
    axes.set_xticks(range(len(names)), names)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="said", ylabel="true", title=title)
    return _png(drawing)


def course_picture(courses: Sequence[Course], title: str) -> bytes:
    """Learning curves: training dashed, validation solid, one colour a fit; the loss below where it is known."""
    has_losses = any(course.losses for course in courses)
    drawing = Drawing(figsize=(7.0, 7.2 if has_losses else 4.4), dpi=DOTS_PER_INCH, layout="constrained")
    upper, *lower = drawing.subplots(2 if has_losses else 1, 1, sharex=True, squeeze=False)[:, 0]
    for number, course in enumerate(courses):
        colour = COLOURS[number % len(COLOURS)]
        name = f"{course.name}, " if course.name else ""
        _line(upper, course.training, f"{name}training", colour, "--")
        _line(upper, course.validation, f"{name}validation", colour, "-")
        for axes in lower:
            _line(axes, course.losses, f"{name}training", colour, "--")
    upper.set(ylabel="share graded right", ylim=(0, 1.02), title=title)
    for axes in lower:
        axes.set(ylabel="loss")
    (lower or [upper])[-1].set_xlabel("epoch")
    upper.xaxis.set_major_locator(MaxNLocator(integer=True))
    upper.grid(alpha=0.3)
    upper.legend(fontsize=8, loc="lower right")
    return _png(drawing)


def reliability_picture(bins: Sequence[Bin], error: float, title: str) -> bytes:
    """Confidence against accuracy; a network that is as sure as it is right lies on the line."""
    drawing, axes = _drawing(5.2, 5.0)
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1)
    sizes = [12 + 240 * each.count / max(sum(one.count for one in bins), 1) for each in bins]
    axes.scatter([each.confidence for each in bins], [each.right for each in bins], s=sizes, color=COLOURS[0])
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="confidence", ylabel="share graded right")
    axes.set_title(f"{title}\ncalibration error {error:.3f}; larger dots stand for more pictures")
    axes.grid(alpha=0.3)
    return _png(drawing)


def bars_picture(groups: Mapping[str, Mapping[str, float]], title: str) -> bytes:
    """Shares 0..1 as bars: one group a row of a table, one colour a column."""
    drawing, axes = _drawing(1.6 + 1.5 * len(groups), 4.4)
    columns = list(dict.fromkeys(name for group in groups.values() for name in group))
    wide = 0.8 / max(len(columns), 1)
    for number, column in enumerate(columns):
        at = [place + (number - (len(columns) - 1) / 2) * wide for place in range(len(groups))]
        heights = [group.get(column, float("nan")) for group in groups.values()]
        drawn = axes.bar(at, heights, wide * 0.92, label=column, color=COLOURS[number % len(COLOURS)])
        axes.bar_label(drawn, labels=["" if np.isnan(one) else f"{one:.1%}" for one in heights], fontsize=7)
    axes.set_xticks(range(len(groups)), list(groups))
    axes.set(ylim=(0, 1.1), ylabel="share graded right", title=title)
    drawing.legend(fontsize=8, loc="outside lower center", ncols=len(columns))
    return _png(drawing)


def _line(axes: Axes, values: Sequence[float], label: str, colour: str, style: str) -> None:
    marker = "o" if len(values) < 3 else ""
    axes.plot(range(1, len(values) + 1), values, style, marker=marker, color=colour, label=label)


def _drawing(width_in: float, height_in: float) -> tuple[Drawing, Axes]:
    drawing = Drawing(figsize=(width_in, height_in), dpi=DOTS_PER_INCH, layout="constrained")
    return drawing, drawing.subplots()


def _png(drawing: Drawing) -> bytes:
    out = io.BytesIO()
    FigureCanvasAgg(drawing)
    drawing.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()
