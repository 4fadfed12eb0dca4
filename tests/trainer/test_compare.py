"""The paper's comparisons: rows side by side, kept once done."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from grading.types import Grade
from grading.version import Figure
from trainer.augment import NO_CHANGE, PAPER_CHANGES, Augmentation
from trainer.cases import Case
from trainer.compare import Budget, Result, figure_7, limited, table_1, table_3
from trainer.compare_command import table
from trainer.curves import Curve
from trainer.rivals import layers_with_weights

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).parent / "data" / "labels.csv"
BUDGET = Budget("", Path("nowhere"), 100, 50, 60, 64, 8, "conv1", 0)


def test_the_rows_are_the_paper_s_with_its_figures() -> None:
    rows = table_3(BUDGET)
    assert [(row.name, row.paper.training, row.paper.validation, row.paper.minutes) for row in rows] == [
        ("AlexNet", 0.774, 0.745, 52),
        ("ResNet15", 0.856, 0.834, 36),
        ("ResNet50", 0.984, 0.975, 46),
        ("optimised", 0.996, 0.987, 24),
    ]
    assert [sum(phase.epochs for phase in row.plan.phases) for row in rows] == [row.paper.epochs for row in rows]
    assert [layers_with_weights(row.build(4)) for row in rows[:2]] == [8, 15]
    assert [row.plan.optimiser for row in figure_7(BUDGET)] == ["RMSprop", "Adam", "SGDM"]
    without, papers, all_ = table_1(BUDGET)
    assert [row.paper.test for row in (without, papers, all_)] == [0.6762, 0.7399, None]
    changes = [row.plan.augmentation for row in (without, papers, all_)]
    assert changes == [NO_CHANGE, PAPER_CHANGES, Augmentation()]
    assert papers.plan.augmentation.shift_share > 0 == papers.plan.augmentation.blur_px


def test_a_limit_keeps_every_part() -> None:
    cases = [Case(Path(f"{at}.jpg"), part, Grade.MILD, part) for part in ("train", "val", "test") for at in range(60)]
    kept = limited(cases, 30)
    assert [sum(case.part == part for case in kept) for part in ("train", "val", "test")] == [10, 10, 10]
    assert limited(cases, 1000) == cases


def test_a_copied_picture_in_two_parts_is_refused_before_anything_is_trained(tmp_path: Path) -> None:
    lines = LIST.read_text().splitlines()
    columns = lines[0].split(",")
    rows = [dict(zip(columns, line.split(","), strict=True)) for line in lines[1:]]
    kept = ["file,patient,grade,split"]
    for row in rows:
        part = {"P1001": "test", "P1002": "val"}.get(row["identity"], "train")
        kept.append(f"{LIST.parent / row['file']},{row['identity']},{row['grade']},{part}")
    (tmp_path / "copy.jpg").write_bytes((LIST.parent / rows[0]["file"]).read_bytes())
    kept.append(f"copy.jpg,X9,{rows[0]['grade']},train")
    (tmp_path / "list.csv").write_text("\n".join(kept))
    command = [sys.executable, "-m", "trainer.main", "compare", str(tmp_path / "list.csv"), "--start", "", "--crop-px"]
    command += ["64", "--optimisers", "--work", str(tmp_path / "work"), "--output", str(tmp_path / "out")]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 1 and "is trained" not in said.stdout
    assert "P1001 (test) and X9 (train)" in said.stderr


def test_the_table_sets_ours_beside_the_paper_s() -> None:
    figure = Figure(value=0.5, low=0.4, high=0.6)
    result = Result(
        name="AlexNet", training=0.75, validation=figure, test=figure, test_kappa=figure, epochs=3, minutes=2.5,
        processor_minutes=1.5, search_minutes=0.0, parameters=5, started_from="random", learnt_by="SGDM", curve=Curve(),
    )  # fmt: skip
    line = table(table_3(BUDGET)[:1], [result]).splitlines()[2]
    assert line == (
        "| AlexNet | 75.0% | 50.0% (40.0%-60.0%) | 50.0% (40.0%-60.0%) | 3 | 2.5 (1.5 of processor) "
        "| 77.4% | 74.5% |  | 50 | 52 |"
    )


@pytest.mark.slow
def test_a_comparison_is_trained_written_and_not_trained_again(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "trainer.main", "compare", str(LIST), "--start", "", "--crop-px", "64"]
    command += ["--epochs", "1", "--trials", "1", "--batch", "8", "--learn-from", "conv5"]
    command += ["--work", str(tmp_path / "work"), "--output", str(tmp_path / "out")]
    first = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert first.stdout.count("is trained") == 4
    names = [one["name"] for one in json.loads((tmp_path / "out" / "results.json").read_text())]
    assert names == ["AlexNet", "ResNet15", "ResNet50", "optimised"]
    for name in ("bars.png", "curves.png", "table.md"):
        assert (tmp_path / "out" / name).stat().st_size > 500
    again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "is trained" not in again.stdout
