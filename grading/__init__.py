"""Floor 2: video in, Assessment out. Knows no clock, no database and no settings file."""

import os

# Before OpenCV is first imported, wherever that is: it and libav write about broken files on stderr, with their names
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
