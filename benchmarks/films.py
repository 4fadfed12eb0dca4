"""Recordings to measure with: a bundled sample, repeated to 25 s at 30 frames/s and scaled, and frames out of it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np

from grading.types import Pixels

LENGTH_S, FRAMES_PER_S = 25, 30
HEIGHTS_PX = {"720p": 720, "1080p": 1080}


class FilmError(RuntimeError):
    """A recording to measure with could not be made."""


def film(sample: Path, name: str, folder: Path) -> Path:
    """A 25 s, 30 frames/s H.264 recording of this height, at a bit rate that telephones use.

    Raises:
        FilmError: the program ffmpeg is missing or failed.
    """
    program = shutil.which("ffmpeg")
    if program is None:
        raise FilmError("the program ffmpeg is needed to make recordings to measure with: apt-get install ffmpeg")
    height = HEIGHTS_PX[name]
    target = folder / f"{name}.mp4"
    command = [program, "-v", "error", "-y", "-stream_loop", "-1", "-i", str(sample), "-t", str(LENGTH_S)]
    command += ["-vf", f"scale=-2:{height}:flags=bicubic,noise=alls=4:allf=t,fps={FRAMES_PER_S}", "-an"]
    command += ["-c:v", "libx264", "-preset", "veryfast", "-b:v", f"{height // 120}M", "-pix_fmt", "yuv420p"]
    done = subprocess.run([*command, str(target)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise FilmError(f"ffmpeg could not make {target}: {done.stderr.strip()}")
    return target


def spread_frames(path: Path, count: int) -> list[Pixels]:
    """So many frames, evenly spread over the recording, RGB."""
    capture = cv2.VideoCapture(str(path))
    total = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    wanted = set(np.linspace(0, total - 1, count).astype(int).tolist())
    frames = []
    for at in range(total):
        capture.grab()
        if at in wanted:
            frames.append(np.asarray(cv2.cvtColor(capture.retrieve()[1], cv2.COLOR_BGR2RGB), np.uint8))
    capture.release()
    return frames
