"""Pairs and their figures, the workbook and its pictures; the paper's study from recordings to printed digits."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import openpyxl
import pytest
from openpyxl.workbook import Workbook

from grading.types import Grade
from reports.agreement import Agreement, Rated, agreement
from reports.agreement_book import Study, agreement_workbook
from reports.agreement_notes import notes
from reports.agreement_pictures import drawn_of
from reports.agreement_words import agreement_words, p_words
from reports.icc import Form
from reports.kappa import identity_weights, kappa_of
from reports.patient import Outside
from reports.scores import grade_of_vas, vas_in
from reports.words import LANGUAGES, Language
from tests.reports.paper_tables import CLINICIAN, PEEA, fitting_tables
from tests.reports.studies import graded, pairs_of, rated, rejected

STUDY = Study("Ward 3", date(2026, 11, 1), date(2026, 11, 25), ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="module")
def paper() -> Agreement:
    """The paper's 272 recordings of 182 patients."""
    table = next(
        table
        for table in fitting_tables()
        if (found := kappa_of(table, identity_weights(4))) and round(found.ase, 3) == 0.036
    )
    return agreement(rated(pairs_of(table), patients=182), seed=1)


def opened(data: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def words_of(book: Workbook) -> str:
    return "\n".join(
        "\t".join("" if value is None else str(value) for value in row) for sheet in book for row in sheet.values
    )


@pytest.mark.parametrize(
    ("typed", "vas"),
    [
        *(
            ("7", 7),
            ("0", 0),
            ("10", 10),
            ("7.0", 7),
            (" 7 分", 7),
            ("７", 7),
            ("7/10", 7),
            ("VAS 7", 7),
            ("vas：7", 7),
        ),
        *(("7.5", None), ("11", None), ("-1", None), ("6-7", None), ("seven", None), ("", None), ("=1+1", None)),
        *(("#N/A", None), ("7/9", None), ("1e1", None), ("NaN", None), ("٧", 7), ("🙂", None), ("0" * 40_000, None)),
    ],
)
def test_a_vas_is_a_whole_number_from_0_to_10(typed: str, vas: int | None) -> None:
    assert vas_in(typed) == vas


def test_every_vas_has_a_grade() -> None:
    assert [int(grade_of_vas(vas)) for vas in range(11)] == [0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 4]
    with pytest.raises(ValueError, match="11 is no VAS"):
        grade_of_vas(11)


def test_the_papers_study_gives_the_papers_figures(paper: Agreement) -> None:
    assert (len(paper.pairs), paper.n_patients, paper.n_exact) == (272, 182, 211)
    assert tuple(paper.table.sum(axis=1)) == (0, *CLINICIAN)
    assert tuple(paper.table.sum(axis=0)) == (0, *PEEA)
    off, kappa = paper.differences, paper.kappa
    assert off is not None
    assert kappa is not None
    assert off.by_distance == (211, 60, 1, 0, 0)
    assert (round(off.mean_absolute, 3), round(off.bias, 3), off.under + off.over) == (0.228, -0.029, 61)
    assert [round(each or 0, 3) for each in (kappa.kappa, kappa.ase, kappa.approximate_t)] == [0.683, 0.036, 17.976]
    single, mean = (
        next(icc for icc in paper.iccs if icc.form is form) for form in (Form.CONSISTENCY, Form.CONSISTENCY_MEAN)
    )
    assert [round(each, 4) for each in (single.value, single.low, single.high)] == [0.8616, 0.8276, 0.8894]
    assert [round(each, 4) for each in (mean.value, mean.low, mean.high)] == [0.9257, 0.9056, 0.9414]


def test_p_is_never_printed_as_0_000(paper: Agreement) -> None:
    assert [p_words(p) for p in (0.0, 1e-80, 0.00099, 0.001, 0.05, 1.0)] == [
        *["< 0.001"] * 3,
        "0.001",
        "0.050",
        "1.000",
    ]
    assert "0.000" not in words_of(opened(agreement_workbook(paper, STUDY, None, "en"))).replace("0.0000", "")


def test_the_bootstrap_over_patients_is_wider_where_recordings_of_one_patient_are_alike() -> None:
    alone = rated([(1, 1), (2, 2), (3, 2), (4, 4), (2, 1)] * 20)
    alike = [
        Rated(replace(each.record, patient=f"P{number % 5}"), each.typed) for number, each in enumerate(alone)
    ]  # five patients, each graded alike twenty times

    apart, together = agreement(alone).errors, agreement(alike).errors

    assert apart and apart.exact and together and together.exact
    assert together.exact.standard_error > 2 * apart.exact.standard_error


def test_the_bootstraps_error_is_that_of_the_formula_where_recordings_are_independent(paper: Agreement) -> None:
    alone = agreement([Rated(replace(pair.record, patient=""), str(pair.vas)) for pair in paper.pairs])

    assert alone.n_without_patient == alone.n_patients == 272
    assert alone.kappa and alone.errors and alone.errors.kappa and alone.errors.exact
    assert alone.errors.kappa.standard_error == pytest.approx(alone.kappa.ase, rel=0.1)
    assert alone.errors.exact.standard_error == pytest.approx(math.sqrt(0.776 * 0.224 / 272), rel=0.1)
    assert alone.errors.exact.n_drawings == 1000


def test_the_bootstrap_of_tables_is_the_bootstrap_of_recordings() -> None:
    from reports.icc import iccs
    from reports.resampling import _iccs

    rng = np.random.default_rng(5)
    pairs = rng.integers(0, 5, size=(40, 2))
    table = np.zeros((1, 5, 5))
    for clinician, peea in pairs:
        table[0, clinician, peea] += 1
    by_form = {icc.form: icc.value for icc in iccs(pairs.astype(float))}

    assert [float(each[0]) for each in _iccs(table)] == pytest.approx(
        [by_form[Form.ONE_WAY], by_form[Form.AGREEMENT], by_form[Form.CONSISTENCY]]
    )


def small() -> Iterator[tuple[str, list[Rated]]]:
    yield "none", []
    yield "one", rated([(2, 3)])
    yield "two alike", rated([(2, 2), (2, 2)])
    yield "all one grade", rated([(2, 2)] * 12)
    yield "one constant apart", rated([(2, 3)] * 12)
    yield "two apart", rated([(1, 4), (4, 1)])
    yield "no pain", rated([(0, 0), (0, 0), (0, 1)])
    yield "one patient", rated([(1, 2), (2, 2), (3, 3)], patients=1)
    yield "nothing usable", [Rated(graded(1, Grade.MILD), "six"), Rated(rejected(2), "5")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", [each[1] for each in small()], ids=[each[0] for each in small()])
def test_few_or_equal_pairs_are_told_in_words_and_never_as_nan(case: list[Rated], language: Language) -> None:
    found = agreement(case)
    drawn = drawn_of(found, language) if found.pairs else None

    said = words_of(opened(agreement_workbook(found, STUDY, drawn, language)))

    assert not any(word in said.casefold() for word in ("nan", "inf\t", "none\t", "-inf"))
    if found.kappa is None and found.pairs:
        assert agreement_words(language).not_defined in said
    assert len(found.pairs) or agreement_words(language).none in said


def test_what_cannot_be_used_is_listed_as_it_was_typed() -> None:
    found = agreement([*rated([(1, 1), (2, 3)]), Rated(graded(8, Grade.MILD), "=6+1"), Rated(rejected(9), "5")])

    book = opened(agreement_workbook(found, STUDY, None, "en"))
    rows = [[cell.value for cell in row] for row in book["Left out"].iter_rows(min_row=3)]

    assert [(row[0], row[5], row[6]) for row in rows] == [
        (8, "=6+1", "no whole number from 0 to 10"),
        (9, "5", "PEEA has no grade for this recording"),
    ]
    assert all(cell.data_type != "f" for sheet in book for row in sheet for cell in row)


def test_the_largest_differences_come_first_and_under_graded_before_over_graded() -> None:
    found = agreement(rated([(1, 2), (4, 1), (1, 4), (2, 2), (3, 2), (2, 4)]))

    assert [pair.difference for pair in found.worst(5)] == [-3, 3, 2, -1, 1]
    assert [pair.record.number for pair in found.worst(2)] == [2, 3]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notes_say_what_the_figures_do_not(paper: Agreement, language: Language) -> None:
    said = " ".join(notes(paper, language))

    assert "ICC(A,1)" in said
    assert "182" in said
    assert "1000" in said
    few = agreement(
        [Rated(replace(graded(1, Grade.NONE), patient="", outside=(Outside.DEAF,)), "0"), Rated(rejected(2), "x")]
    )
    assert len(notes(few, language)) >= len(notes(paper, language)) + 3


def test_the_same_pairs_give_the_same_bytes(paper: Agreement) -> None:
    one, other = (agreement_workbook(paper, STUDY, drawn_of(paper, "zh"), "zh") for _ in range(2))

    assert one == other


def test_the_workbook_holds_both_pictures_and_every_pair(paper: Agreement) -> None:
    book = opened(agreement_workbook(paper, STUDY, drawn_of(paper, "en"), "en"))

    assert len(book["Pictures"]._images) == 2
    assert book["All pairs"].max_row == 272 + 2
    assert book["Agreement"].protection.sheet
