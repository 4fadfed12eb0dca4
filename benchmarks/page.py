"""Writes docs/performance.md and its chart from what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from benchmarks.films import FRAMES_PER_S, LENGTH_S
from benchmarks.machine import Machine
from benchmarks.measured import STAGES, Pairs, Row, Said, Stages, Whole
from grading.track import overlap
from grading.types import Box

NETWORK_GFLOP_224 = 7.71  # ResNet50 at 224 x 224, a multiplication and an addition counted as two
FRAMES = LENGTH_S * FRAMES_PER_S


@dataclass(frozen=True)
class Findings:
    """Everything that one run measured; stages by the name of the recording, the naive way first."""

    at: datetime
    model: str
    crop_px: int
    gates: list[dict[str, float]]
    machine: Machine
    stages: dict[str, list[Stages]]
    wholes: list[Whole]
    first_start_s: float
    start_s: float
    start_peak_mb: float
    deviations: dict[str, Pairs]
    said: list[Said]
    load_at_end: float


def network_gflop(findings: Findings) -> float:
    """What one picture costs: proportional to the area, since both sides are multiples of the network's 32 px step."""
    return NETWORK_GFLOP_224 * (findings.crop_px / 224) ** 2


def write_page(findings: Findings, folder: Path) -> Path:
    """The page and the chart; returns the page."""
    folder.mkdir(parents=True, exist_ok=True)
    _chart(findings, folder / "performance.png")
    page = folder / "performance.md"
    page.write_text("\n".join(_lines(findings)) + "\n", "utf-8")
    return page


def _lines(findings: Findings) -> list[str]:
    machine = findings.machine
    return [
        "# How fast grading is, and where the time goes",
        "",
        f"Written by `make bench` on {findings.at:%Y-%m-%d %H:%M} UTC; model {findings.model}, crops of "
        f"{findings.crop_px} px. {machine.processor}, "
        f"{machine.processors} processors; load before {machine.load:.1f}, at the end {findings.load_at_end:.1f} "
        "(its own included). " + ", ".join(f"{name} {found}" for name, found in machine.versions.items()) + ".",
        "",
        f"The recordings are a bundled sample, repeated to {LENGTH_S} s at {FRAMES_PER_S} frames/s and scaled. Every "
        "row is a process of its own; all of a table saw the same recording.",
        "",
        "![Real-time factors](performance.png)",
        "",
        *_stage_tables(findings),
        *_whole_table(findings),
        *_arithmetic(findings),
        *_start(findings),
        *_deviation_table(findings),
        *_said_table(findings),
        *_gates(findings),
    ]


def _stage_tables(findings: Findings) -> list[str]:
    lines = ["## One frame, stage by stage", ""]
    for film, ways in findings.stages.items():
        lines += [
            f"### {film}",
            "",
            "Wall ms per frame, one stage after the other; in brackets processor ms.",
            "",
            "| way | frames | decode | detect | align | grade | together | frames/s | memory MB |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
        for way in ways:
            if way.missing:
                lines.append(f"| {way.way} | {way.missing} | | | | | | | |")
                continue
            cells = [f"{way.wall_ms[n]:.1f} ({way.cpu_ms[n]:.1f})" if n in way.wall_ms else "-" for n in STAGES]
            together = f"{way.wall:.0f} ({way.cpu:.0f})"
            shown = [way.way, str(way.frames), *cells, together, f"{1000 / way.wall:.1f}", f"{way.peak_mb:.0f}"]
            lines.append("| " + " | ".join(shown) + " |")
        lines.append("")
    return lines


def naive_s(findings: Findings, film: str) -> float:
    """What the naive way would take for every frame of the recording."""
    return findings.stages[film][0].wall * FRAMES / 1000


def _whole_table(findings: Findings) -> list[str]:
    lines = [
        f"## A whole recording of {LENGTH_S} s",
        "",
        "Decoding, finding and grading beside each other, as the daemon does it. Factor: seconds of recording graded "
        "in a second. The naive way is extrapolated from its frames above to every frame.",
        "",
        "| recording | precision | sampling | frames | wall s | processor s | factor | by naive | memory MB | says |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for film in findings.stages:
        took = naive_s(findings, film)
        lines.append(
            f"| {film} | naive, float32 | every frame | {FRAMES} | {took:.0f} | | {LENGTH_S / took:.3f} | 1 | | |"
        )
    for each in findings.wholes:
        sampling = f"{each.frames_per_s:g} frames/s" if each.frames_per_s else "every frame"
        lines.append(
            f"| {each.film} | {each.precision} | {sampling} | {each.graded} | {each.wall_s:.1f} | {each.cpu_s:.1f} | "
            f"{each.real_time_factor:.2f} | {naive_s(findings, each.film) / each.wall_s:.0f} | {each.peak_mb:.0f} | "
            f"{each.said} |"
        )
    return [*lines, ""]


def _arithmetic(findings: Findings) -> list[str]:
    peak, processors, gflop = findings.machine.float32_gflops, findings.machine.processors, network_gflop(findings)
    floor_s = FRAMES * gflop / peak
    lines = [
        "## The distance from the machine's arithmetic",
        "",
        f"Measured float32 peak (product of two matrices, {processors} processors): {peak:.0f} GFLOP/s. ResNet50 takes "
        f"{gflop:.2f} GFLOP a picture, so every frame of {LENGTH_S} s cannot be graded in float32 in less than "
        f"{floor_s:.0f} s here, a factor of {LENGTH_S / floor_s:.2f}, with decoding and finding for nothing.",
        "",
    ]
    for film, ways in findings.stages.items():
        for way in ways:
            if way.way.startswith("ours") and "int8" not in way.way and "grade" in way.cpu_ms:
                rate = gflop / way.cpu_ms["grade"] * 1000 * processors
                lines.append(f"- {film}, {way.way}: the network runs at {rate / peak:.0%} of that peak.")
    for each in findings.wholes:
        if not each.frames_per_s and each.precision == "float32":
            rate = each.graded * gflop / each.wall_s
            lines.append(f"- {each.film}, every frame, all stages: {rate / peak:.0%} of that peak.")
    return [*lines, ""]


def _start(findings: Findings) -> list[str]:
    return [
        "## Start",
        "",
        f"From starting Python to a grader that is ready: {findings.start_s:.1f} s ({findings.first_start_s:.1f} s the "
        f"first time, when the serving form is made and checked); {findings.start_peak_mb:.0f} MB.",
        "",
    ]


def _deviation_table(findings: Findings) -> list[str]:
    lines = [
        "## Fast against exact",
        "",
        "The same face in the same frames, against the exact mode: overlap of the boxes, distance of the landmarks in "
        "per cent of the distance between the eyes. MTCNN itself jitters by 1.3 to 3.4 % from frame to frame.",
        "",
        "| way | faces | overlap mean | least | landmarks mean % | 95th percentile | most |",
        "|---|---|---|---|---|---|---|",
    ]
    for way, pairs in findings.deviations.items():
        overlaps, errors = deviations(pairs)
        if not len(overlaps):
            lines.append(f"| {way} | 0 | | | | | |")
            continue
        numbers = f"{overlaps.mean():.3f} | {overlaps.min():.3f} | {errors.mean():.2f} | "
        numbers += f"{np.percentile(errors, 95):.2f} | {errors.max():.2f}"
        lines.append(f"| {way} | {len(overlaps)} | {numbers} |")
    return [*lines, ""]


def deviations(pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
    """Overlap of the boxes, and the mean distance of the landmarks in % of the eye distance, face by face."""
    overlaps, errors = [], []
    for one, other in zip(pairs.one, pairs.other, strict=True):
        overlaps.append(overlap(_box(one), _box(other)))
        apart = (np.array(one[4:]) - other[4:]).reshape(2, 5)
        eyes = np.hypot(other[5] - other[4], other[10] - other[9])
        errors.append(float(np.hypot(*apart).mean() / eyes * 100))
    return np.array(overlaps), np.array(errors)


def _box(row: Row) -> Box:
    return Box(row[0], row[1], row[2] - row[0], row[3] - row[1])


def _said_table(findings: Findings) -> list[str]:
    if not findings.said:
        return []
    same = sum(each.exact == each.fast for each in findings.said)
    grades = sum(each.exact.split()[0] == each.fast.split()[0] for each in findings.said)
    lines = [
        "## The same grades",
        "",
        "The bundled recordings at 5 frames/s: whole exact cascade on every frame and Keras, against the fast way. "
        f"The grade is the same in {grades} of {len(findings.said)}, grade and seconds in {same}.",
        "",
        "| recording | exact, Keras | fast | seconds of a grade apart, at most |",
        "|---|---|---|---|",
    ]
    lines += [f"| {e.recording} | {e.exact} | {e.fast} | {e.most_seconds_apart:.2f} |" for e in findings.said]
    return lines


def _gates(findings: Findings) -> list[str]:
    lines = []
    for gate in findings.gates:
        lines += ["", "## Int8", "", "What int8 changed against float32 on held-out patients when it was let pass:", ""]
        lines += ["| figure | value |", "|---|---|", *(f"| {name} | {value:g} |" for name, value in gate.items())]
    return lines


def _chart(findings: Findings, path: Path) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    names, factors = _bars(findings)
    figure = Figure(figsize=(8, 0.45 * len(names) + 1.4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    colours = ["#b0563b" if name.startswith("naive") else "#2f6f8f" for name in names]
    bars = axes.barh(names[::-1], factors[::-1], color=colours[::-1])
    axes.bar_label(bars, [f"{value:.3g}" for value in factors[::-1]], padding=4)
    axes.axvline(1.0, color="#555555", linewidth=1, linestyle="--")
    axes.set_xscale("log")
    axes.set_xlim(min(factors) / 2, max(factors) * 3)
    axes.set_xlabel("seconds of recording graded in a second (dashed: as fast as it plays)")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=120)


def _bars(findings: Findings) -> tuple[Sequence[str], Sequence[float]]:
    names = [f"naive packages, {film}, every frame" for film in findings.stages]
    factors = [LENGTH_S / naive_s(findings, film) for film in findings.stages]
    for each in findings.wholes:
        sampling = f"{each.frames_per_s:g} frames/s" if each.frames_per_s else "every frame"
        names.append(f"PEEA, {each.film}, {each.precision}, {sampling}")
        factors.append(each.real_time_factor)
    return names, factors
