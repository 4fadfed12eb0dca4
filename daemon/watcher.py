"""Hears changes in the inbox (watchdog). A hint and no more: it rings the bell, and the loop looks for itself."""

from __future__ import annotations

import errno
import logging
import os
from pathlib import Path
from time import monotonic

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirModifiedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from daemon.mounts import mount_of
from daemon.stopping import Bell

_LOG = logging.getLogger(__name__)

# Not "opened" and "closed without writing": our own looking makes those, and would wake us for ever.
_HINTS = [
    DirCreatedEvent,
    DirDeletedEvent,
    DirModifiedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]


TRY_AGAIN_S = 60.0
# what the kernel answers where a limit of inotify(7) is reached, and where the limit is set
_LIMITS = {
    errno.ENOSPC: "no inotify watches are left: raise the sysctl fs.inotify.max_user_watches",
    errno.EMFILE: "no inotify instances are left: raise the sysctl fs.inotify.max_user_instances",
}


class _Ringer(FileSystemEventHandler):
    """Rings; and remembers whether the watched folder itself went, since the kernel then says nothing ever more."""

    def __init__(self, folder: Path, bell: Bell) -> None:
        self._folder = folder
        self._bell = bell
        self.is_deaf = False

    def on_any_event(self, event: FileSystemEvent) -> None:
        if isinstance(event, DirDeletedEvent) and Path(os.fsdecode(event.src_path)) == self._folder:
            self.is_deaf = True
        self._bell.ring()


class Watcher:
    """Watches the inbox for as long as it is the same folder; a folder made anew is watched anew.

    Where watching is impossible (no inotify watches left) it says so once and the loop lives by looking.
    """

    def __init__(self, inbox: Path, bell: Bell) -> None:
        self._inbox = inbox
        self._bell = bell
        self._observer: BaseObserver | None = None
        self._ringer: _Ringer | None = None
        self._watched: tuple[int, int] | None = None
        self._said: str = ""
        self._not_before_s = 0.0

    @property
    def hears(self) -> bool:
        """Whether changes in the inbox are heard of; if not, it must be looked at more often."""
        return self._observer is not None

    def keep_watching(self) -> None:
        """Begin, or begin anew if the folder was replaced or the observer died. Cheap; called at every look."""
        identity = _identity(self._inbox)
        hears = self._observer is not None and self._observer.is_alive()
        if hears and self._ringer is not None and not self._ringer.is_deaf and identity == self._watched:
            return
        self.close()
        if identity is None or monotonic() < self._not_before_s:
            return
        mount = mount_of(self._inbox)
        if mount is not None and mount.is_network:
            self._say_once(f"the inbox is on a network mount ({mount.kind}), which tells no changes; it is polled")
            self._not_before_s = monotonic() + TRY_AGAIN_S
            return
        ringer = _Ringer(self._inbox, self._bell)
        try:
            observer = Observer()
            observer.schedule(ringer, str(self._inbox), recursive=True, event_filter=list(_HINTS))
            observer.start()
        except OSError as error:
            self._say_once(f"the inbox cannot be watched ({_why(error)}); it is polled instead")
            self._not_before_s = monotonic() + TRY_AGAIN_S
            return
        self._observer, self._ringer, self._watched = observer, ringer, identity

    def close(self) -> None:
        """Stop watching."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join(timeout=5)
        self._observer, self._ringer, self._watched = None, None, None

    def _say_once(self, words: str) -> None:
        if words != self._said:
            _LOG.warning(words)
        self._said = words


def _why(error: OSError) -> str:
    return _LIMITS.get(error.errno or 0, error.strerror or str(error))


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
