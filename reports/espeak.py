"""reports.espeak, as a program: text in at stdin, a WAV file out at stdout, by the eSpeak NG library.

A program of its own because the library is under the GPL (docs/adr/0005-speech.md), and because a fault in it then ends
this process only. The home of espeakng_loader.
"""

from __future__ import annotations

import argparse
import ctypes
import sys

import numpy as np

from reports.sound import Sound, write_wav

NOT_INSTALLED = 3  # exit status: there is no library; the caller may know another way
_FAILED = 1

# From espeak-ng/speak_lib.h, which its authors keep stable.
_RETRIEVAL = 1
_DO_NOT_EXIT = 0x8000
_RATE, _VOLUME = 1, 2
_POSITION_IN_CHARACTERS = 1
_UTF8 = 1
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class LibraryError(RuntimeError):
    """The library is there and refuses."""


def speak(text: str, voice: str, words_per_minute: int, volume: int) -> Sound:
    """The text spoken.

    Raises:  ImportError, OSError: the library is not installed or cannot be loaded.
             LibraryError: it has no such voice, or made no sound.
    """
    import espeakng_loader  # noqa: PLC0415  # an extra: whoever only reads this module need not have it

    library = ctypes.CDLL(espeakng_loader.get_library_path())
    rate_hz = library.espeak_Initialize(_RETRIEVAL, 0, espeakng_loader.get_data_path().encode(), _DO_NOT_EXIT)
    if rate_hz <= 0:
        raise LibraryError("the library does not find its data; install espeakng-loader again")
    heard: list[bytes] = []

    def keep(samples: ctypes._Pointer[ctypes.c_short], n_samples: int, _events: int) -> int:
        if samples and n_samples > 0:
            heard.append(ctypes.string_at(samples, 2 * n_samples))
        return 0

    callback = _Callback(keep)
    library.espeak_SetSynthCallback(callback)
    if library.espeak_SetVoiceByName(voice.encode()) != 0:
        raise LibraryError(f"the library has no voice {voice!r}")
    library.espeak_SetParameter(_RATE, words_per_minute, 0)
    library.espeak_SetParameter(_VOLUME, volume, 0)
    spoken = text.encode() + b"\0"
    library.espeak_Synth(spoken, ctypes.c_size_t(len(spoken)), 0, _POSITION_IN_CHARACTERS, 0, _UTF8, None, None)
    library.espeak_Synchronize()
    samples = np.frombuffer(b"".join(heard), dtype=np.int16)
    if not samples.any():
        raise LibraryError("the library made no sound")
    return Sound(samples, rate_hz)


def main() -> int:
    """Read the text, speak it, write the WAV file; messages go to stderr."""
    parser = argparse.ArgumentParser(description="Speak the text at stdin; write a WAV file to stdout.")
    parser.add_argument("--voice", default="en-us", help="a voice of eSpeak NG, such as en-us or cmn")
    parser.add_argument("--words-per-minute", type=int, default=150)
    parser.add_argument("--volume", type=int, default=65, help="per cent; Mandarin clips above 70")
    wanted = parser.parse_args()
    try:
        sound = speak(sys.stdin.buffer.read().decode(), wanted.voice, wanted.words_per_minute, wanted.volume)
    except (ImportError, OSError) as missing:
        sys.stderr.write(f"espeakng-loader cannot be used: {missing}\n")
        return NOT_INSTALLED
    except (LibraryError, UnicodeDecodeError) as refused:
        sys.stderr.write(f"{refused}\n")
        return _FAILED
    sys.stdout.buffer.write(write_wav(sound))
    return 0


if __name__ == "__main__":
    sys.exit(main())
