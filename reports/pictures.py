"""Pictures for sheets, as PNG bytes, the same for the same values (the home of matplotlib; draws in memory only).

matplotlib takes about a second to import, so whoever does not draw must not import this file.
"""

from __future__ import annotations

import io
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from grading.types import Grade, Segment
from reports.sheet import GRADE_LOOKS, PAINTS, Look
from reports.words import Language

logging.getLogger("matplotlib").setLevel(logging.ERROR)  # its remarks about fonts are nobody's business

DPI = 120
CHINESE_FONTS = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei"),
    *("WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei", "PingFang SC", "Noto Sans CJK JP", "Noto Serif CJK SC"),
    *("Noto Serif CJK JP", "AR PL UMing CN", "Droid Sans Fallback"),
)
_GREY, _INK, _GAP = "#5A5F66", "#1A1A1A", f"#{PAINTS[Look.GAP].background}"


@dataclass(frozen=True)
class Span:
    """A stretch of a recording, in seconds."""

    start_s: float
    end_s: float


@dataclass(frozen=True)
class Labels:
    """What stands in a timeline: a label for each grade from NONE to INTENSE, and under the axis."""

    grades: tuple[str, str, str, str, str]
    seconds: str


@dataclass(frozen=True)
class Place:
    """A point of a scatter plot, on which several pairs may lie."""

    x: float
    y: float


def can_write(language: Language, fonts: tuple[str, ...] = CHINESE_FONTS) -> bool:
    """Whether this machine has a font for the language; without one pictures must bear numbers only.

    Args: fonts: those with Chinese, the best first.
    """
    return language == "en" or _first_of(fonts) is not None


def timeline(
    segments: Sequence[Segment],
    gaps: Sequence[Span],
    length_s: float,
    labels: Labels,
    language: Language,
    fonts: tuple[str, ...] = CHINESE_FONTS,
) -> bytes:
    """Confirmed stretches as blocks at the height of their grade; gaps (no usable face) hatched over all heights."""
    figure, axes = _figure(7.4, 2.5)
    for gap in gaps:
        axes.axvspan(gap.start_s, gap.end_s, facecolor=_GAP, edgecolor="#8A8F96", hatch="////", linewidth=0, zorder=1)
    for segment in segments:
        paint = PAINTS[GRADE_LOOKS[segment.grade]]
        axes.broken_barh(
            [(segment.start_s, segment.end_s - segment.start_s)],
            (segment.grade - 0.4, 0.8),
            facecolor=f"#{paint.background}",
            edgecolor=_INK,
            linewidth=0.6,
            zorder=3,
        )
    axes.set_xlim(0, max(length_s, 1.0))
    axes.set_ylim(-0.6, len(Grade) - 0.4)
    axes.set_yticks(range(len(Grade)), labels.grades)
    axes.set_xlabel(labels.seconds)
    axes.grid(axis="x", color="#DDE0E4", linewidth=0.6, zorder=0)
    return _png(figure, language, fonts)


def scatter(
    places: Sequence[Place],
    boxes: Sequence[tuple[float, float, float, float]],
    labels: tuple[str, str],
    language: Language,
) -> bytes:
    """A clinician's VAS (x, 0 to 10) against PEEA's grade (y, 0 to 4); each circle says how many recordings it is.

    Args: boxes: x, y, width, height of where the two agree. labels: of x and y.
    """
    figure, axes = _figure(5.2, 4.0)
    for x, y, width, height in boxes:
        axes.broken_barh([(x, width)], (y, height), facecolor="#E3F3F4", edgecolor="#1D6A73", linewidth=0.8, zorder=1)
    _circles(axes, places)
    axes.set_xlim(-0.7, 10.7)
    axes.set_ylim(-0.7, 4.7)
    axes.set_xticks(range(11))
    axes.set_yticks(range(5))
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    return _png(figure, language)


def bland_altman(
    places: Sequence[Place], levels: Sequence[tuple[float, str]], labels: tuple[str, str], language: Language
) -> bytes:
    """Differences (y) against means (x), both in grades, with named levels: bias and limits of agreement."""
    figure, axes = _figure(5.2, 4.0)
    axes.axhline(0, color="#BFC4CA", linewidth=0.8, zorder=1)
    for number, (level, name) in enumerate(levels):
        axes.axhline(level, color="#1D6A73", linewidth=1.2, linestyle="-" if number == 0 else "--", zorder=2)
        axes.annotate(
            f"{name} {level:+.2f}".strip(),
            (1.0, level),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            ha="left",
            va="center",
            fontsize=8,
            color="#1D6A73",
            zorder=5,
        )
    _circles(axes, places)
    axes.set_xlim(-0.4, 4.4)
    reach = max([2.0, *(abs(place.y) for place in places), *(abs(level) for level, _ in levels)]) + 0.5
    axes.set_ylim(-reach, reach)
    axes.set_xticks(range(5))
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    return _png(figure, language)


def _circles(axes: Axes, places: Sequence[Place]) -> None:
    counted = Counter(places)
    most = max(counted.values(), default=1)
    for place, n in sorted(counted.items(), key=lambda each: (-each[1], each[0].x, each[0].y)):
        area = 90 + 700 * n / most
        axes.scatter([place.x], [place.y], s=area, facecolor="#F9AE45", edgecolor=_INK, linewidth=0.7, zorder=3)
        axes.annotate(str(n), (place.x, place.y), ha="center", va="center", fontsize=8, zorder=4)


def _figure(width_in: float, height_in: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width_in, height_in), dpi=DPI, layout="constrained", facecolor="white")
    axes = figure.add_subplot()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(colors=_INK, labelsize=9)
    return figure, axes


def _png(figure: Figure, language: Language, fonts: tuple[str, ...] = CHINESE_FONTS) -> bytes:
    families = [name for name in (_first_of(fonts) if language == "zh" else None, "DejaVu Sans") if name]
    for text in figure.findobj(Text):
        text.set_fontfamily(families)
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


@cache
def _first_of(fonts: tuple[str, ...]) -> str | None:
    """The first of these fonts that the machine has."""
    known = set(font_manager.get_font_names())
    return next((name for name in fonts if name in known), None)
