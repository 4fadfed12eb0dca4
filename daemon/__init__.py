"""Floor 4: the service that watches the ward folder, and the peea command."""

import os

# ONNX Runtime from 1.29 on keeps a device id and reports its use to Microsoft unless told not to before it is imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

# What decoders say about a broken recording names its file, and so perhaps a patient: it must not reach the journal.
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
