"""The two pictures of an agreement study (Figure 9), by `reports.pictures`; importing this imports matplotlib."""

from __future__ import annotations

from grading.types import VAS_BANDS
from reports.agreement import Agreement
from reports.agreement_book import Drawn
from reports.agreement_words import agreement_words
from reports.pictures import Place, bland_altman, can_write, scatter
from reports.words import Language


def drawn_of(found: Agreement, language: Language) -> Drawn:
    """Scatter and Bland-Altman plot of the pairs; words in English where no font has Chinese."""
    spoken: Language = language if can_write(language) else "en"
    words = agreement_words(spoken)
    boxes = [(low - 0.5, grade - 0.5, high - low + 1.0, 1.0) for grade, (low, high) in VAS_BANDS.items()]
    levels: list[tuple[float, str]] = []
    if found.differences is not None:
        levels.append((found.differences.bias, words.bias_line))
        limits = found.differences.limits
        if limits is not None:
            levels += [(limits.low, words.limit_line), (limits.high, words.limit_line)]
    return Drawn(
        scatter(
            [Place(pair.vas, pair.peea) for pair in found.pairs], boxes, (words.vas_axis, words.grade_axis), spoken
        ),
        bland_altman(
            [Place((pair.clinician + pair.peea) / 2, pair.difference) for pair in found.pairs],
            levels,
            (words.mean_axis, words.difference_axis),
            spoken,
        ),
    )
