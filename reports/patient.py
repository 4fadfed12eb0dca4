"""What a roster adds to a recording: who is outside the studied group, and what people should check (pure)."""

from __future__ import annotations

from enum import StrEnum

YOUNGEST_YEARS = 65  # the paper's patients (section 3.1); below that nothing was studied
_HALF_A_DAY_H = 12.0


class Outside(StrEnum):
    """Why a patient is outside the group that was studied (paper, section 3.1: inclusion and exclusion criteria)."""

    UNDER_65 = "under_65"
    NEUROLOGICAL = "neurological"
    DEAF = "deaf"
    APHASIA = "aphasia"
    NOT_AWAKE = "not_awake"
    NO_CONSENT = "no_consent"
    OTHER = "other"


class Check(StrEnum):
    """What does not fit between a recording's name and the roster, for a person to look at.

    NOT_ON_ROSTER: nobody on the roster fits. SEVERAL_FIT: more than one does, so none was taken. OTHER_BED: the roster
    has the patient in another bed than the recording says. INJURED_LATER: the injury is after the recording.
    """

    NOT_ON_ROSTER = "not_on_roster"
    SEVERAL_FIT = "several_fit"
    OTHER_BED = "other_bed"
    INJURED_LATER = "injured_later"


def occasion_h(hours_since_injury: float | None) -> int | None:
    """24 or 48: which of the paper's two occasions a recording belongs to, the nearer one; None beyond 12 h of both."""
    if hours_since_injury is None:
        return None
    nearest = min((24, 48), key=lambda hours: abs(hours - hours_since_injury))
    return nearest if abs(nearest - hours_since_injury) <= _HALF_A_DAY_H else None
