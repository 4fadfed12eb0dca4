"""The timeline picture of a result sheet, by `reports.pictures`; importing this imports matplotlib."""

from __future__ import annotations

from grading.types import Assessment, Grade
from reports.pictures import CHINESE_FONTS, Labels, Span, can_write, timeline
from reports.result_words import result_words
from reports.words import Language, grade_words


def timeline_of(outcome: Assessment, language: Language, fonts: tuple[str, ...] = CHINESE_FONTS) -> bytes:
    """The picture as PNG; its labels are numbers only where the machine has none of the fonts with Chinese."""
    if can_write(language, fonts):
        names = [f"{int(grade)} {grade_words(grade, language)}" for grade in Grade]
        seconds = result_words(language).axis
    else:
        names, seconds = [str(int(grade)) for grade in Grade], "s"
    none, mild, obvious, severe, intense = names
    gaps = [Span(each.time_s, each.time_s + each.duration_s) for each in outcome.readings if each.gap is not None]
    labels = Labels((none, mild, obvious, severe, intense), seconds)
    return timeline(outcome.segments, _joined(gaps), outcome.quality.length_s, labels, language, fonts)


def _joined(gaps: list[Span]) -> list[Span]:
    """Neighbours taken together, so that no line is drawn between frames."""
    joined: list[Span] = []
    for gap in gaps:
        if joined and gap.start_s - joined[-1].end_s < 1e-3:
            joined[-1] = Span(joined[-1].start_s, max(gap.end_s, joined[-1].end_s))
        else:
            joined.append(gap)
    return joined
