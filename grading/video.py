"""A video file as a stream of frames with their presentation time stamps (OpenCV).

Time is what the container says of each frame, never its number divided by a rate: telephones record with a variable
rate. Frames that are not asked for are decoded but not converted. Only one frame is held at a time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType

import cv2
import numpy as np

from grading.container import Bookkeeping, Wholeness, bookkeeping, ends_in_zeros, has_hole
from grading.types import Frame

# What may be missing at the end before a recording counts as cut: containers round their lengths, edit lists hide
# frames, and a variable rate makes the count a guess.
MISSING_SHARE, MISSING_S = 0.03, 0.35
HIDDEN_SHARE = 0.12  # of a film's frames, those that VP8 keeps for reference only
LARGEST_PIXELS = 8192 * 4352  # the largest picture of H.264 and HEVC at their highest level (6.2)
USUAL_FRAMES_PER_S = 30.0

# Kinds of files that hold a film, by FFmpeg's names; and nothing but this file is read. Left to itself FFmpeg goes by
# the content: a text that calls itself a play list would have other files opened and graded in its place, a description
# of a session the network listened to. OpenCV looks for these options here whenever it opens a file.
FILMS = "mov,matroska,avi,asf,mpegts,mpeg,mpegvideo,m4v,h264,hevc,av1,obu,ivf,flv,ogg,dv,mjpeg"
os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = f"format_whitelist;{FILMS}|protocol_whitelist;file"


class UnreadableError(ValueError):
    """The file is no video that can be decoded."""


class TruncatedError(ValueError):
    """The file ends before the recording does: a copy that broke off."""


@dataclass(frozen=True)
class Claims:
    """What the container says of itself; 0 where it says nothing."""

    frames: int
    frames_per_s: float
    length_s: float


class Lacking(Enum):
    """Whether a recording lacks frames that its container claims."""

    NOTHING = "nothing"
    PERHAPS = "perhaps"  # the claim may be that of a longer sound track, or of a rate that varies
    MUCH = "much"


def lacking_of(book: Bookkeeping, claims: Claims, frames_seen: int, length_s: float) -> Lacking:
    """Compare what was decoded with what the container claims (pure)."""
    claimed_s, claimed = claims.length_s * book.shown_share, claims.frames * book.shown_share
    is_late = claimed_s - length_s > max(MISSING_S, MISSING_SHARE * claimed_s)
    are_missing = claimed - frames_seen > MISSING_SHARE * claimed
    if book.video_frames is not None:  # counted; a few of them may be meant for the decoder only and never shown
        held = book.video_frames - frames_seen
        if held > HIDDEN_SHARE * book.video_frames or (is_late and held > MISSING_SHARE * book.video_frames):
            return Lacking.MUCH
        return Lacking.NOTHING
    if is_late and are_missing and book.claims_are_exact:
        return Lacking.MUCH
    return Lacking.PERHAPS if are_missing else Lacking.NOTHING


class Recording:
    """An open video file; a context manager.

    Raises (on opening):
        UnreadableError: not a video.
        TruncatedError: the file's own book-keeping says that its end is missing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._book = bookkeeping(path)
        if self._book.wholeness is Wholeness.CUT:
            raise TruncatedError("the file is shorter than it claims to be")
        self._capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
        if not self._capture.isOpened() or self._capture.get(cv2.CAP_PROP_FRAME_WIDTH) <= 0:
            raise UnreadableError("not a video that can be decoded")
        self._capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
        self.claims = self._claims()
        self.frames_seen = 0
        self.length_s = 0.0  # up to the end of the last frame seen

    def __enter__(self) -> Recording:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._capture.release()

    def frames(self, frames_per_s: float, longest_s: float = float("inf")) -> Iterator[Frame]:
        """Frames at about this rate (every one if it is 0), the first at 0 s, up to longest_s.

        Raises:
            UnreadableError: not one frame could be decoded.
            TruncatedError: after the last frame, if far fewer were there than the container claims.
        """
        step_s = 1 / frames_per_s if frames_per_s > 0 else 0.0
        due_s, last_s, first_ms = 0.0, -1.0, 0.0
        usual_s = 1 / (self.claims.frames_per_s or USUAL_FRAMES_PER_S)
        while self._capture.grab():
            at_ms = self._capture.get(cv2.CAP_PROP_POS_MSEC)
            if self.frames_seen == 0:
                first_ms = at_ms
            time_s = (at_ms - first_ms) / 1000
            if time_s <= last_s:  # a file without usable time stamps, or with a broken one
                time_s = last_s + usual_s
            # half a frame early is nearer to its due time than half a frame late
            early_s = min(usual_s, time_s - last_s) / 2
            self.frames_seen, last_s = self.frames_seen + 1, time_s
            self.length_s = time_s + usual_s
            if time_s > longest_s:
                return
            if time_s + early_s >= due_s:
                due_s = max(due_s + step_s, time_s + step_s / 2)
                yield self._frame(time_s)
        self._check_whole()

    def _frame(self, time_s: float) -> Frame:
        decoded, pixels = self._capture.retrieve()
        if not decoded or pixels is None or pixels.size > LARGEST_PIXELS * 3:
            raise UnreadableError("a frame could not be decoded")
        if pixels.ndim == 2:
            return Frame(time_s, np.asarray(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB), np.uint8))
        return Frame(time_s, np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), np.uint8))

    def _claims(self) -> Claims:
        frames = max(int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT)), 0)
        rate = self._capture.get(cv2.CAP_PROP_FPS)
        rate = rate if 0 < rate <= 1000 else 0.0
        return Claims(frames, rate, frames / rate if rate else 0.0)

    def _check_whole(self) -> None:
        if self.frames_seen == 0:
            if self.claims.frames > 0:
                raise TruncatedError("not one of the frames that the file claims could be decoded")
            raise UnreadableError("no frame could be decoded")
        lacking = lacking_of(self._book, self.claims, self.frames_seen, self.length_s)
        if lacking is Lacking.MUCH or (lacking is Lacking.PERHAPS and has_hole(self._path)):
            raise TruncatedError(
                f"{self.frames_seen} of {self.claims.frames} frames are there, {self.length_s:.1f} s "
                f"of {self.claims.length_s:.1f} s"
            )
        if self._book.wholeness is Wholeness.UNKNOWN and ends_in_zeros(self._path):
            raise TruncatedError("the end of the file is zeros: it was made at full length and never filled")
