"""On what kind of mount a folder lies: the kernel's own list tells (/proc/self/mountinfo, proc(5))."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")

# Written to by other machines or other programs behind the kernel's back: inotify says nothing of that.
_NETWORK = re.compile(
    r"cifs|smb3?|smbfs|nfs4?|ncpfs|afs|ceph|9p|virtiofs|glusterfs|lustre|gfs2?|ocfs2|fuse(\..*)?|fuseblk"
)


@dataclass(frozen=True)
class Mount:
    """A mount. kind: the file system's type."""

    point: Path
    kind: str

    @property
    def is_network(self) -> bool:
        """Whether others than this kernel may change what lies on it, so that it must be looked at to be known."""
        return _NETWORK.fullmatch(self.kind) is not None


def mount_of(folder: Path, mounts: Path = MOUNTS) -> Mount | None:
    """The mount that holds the folder; None where the system does not tell."""
    whole = Path(os.path.realpath(folder))
    found = None
    for mount in _mounts(mounts):
        # of two mounts at one point the later one is seen
        if whole.is_relative_to(mount.point) and (found is None or len(mount.point.parts) >= len(found.point.parts)):
            found = mount
    return found


def is_mount_point(folder: Path, mounts: Path = MOUNTS) -> bool:
    """Whether something is mounted at the folder itself."""
    mount = mount_of(folder, mounts)
    return mount is not None and mount.point == Path(os.path.realpath(folder))


def _mounts(mounts: Path) -> list[Mount]:
    try:
        lines = mounts.read_bytes().splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        fields = line.split(b" ")
        if b"-" in fields[6:]:
            kind = fields[fields.index(b"-", 6) + 1]
            found.append(Mount(Path(os.fsdecode(_unescaped(fields[4]))), kind.decode("ascii", "replace")))
    return found


def _unescaped(field: bytes) -> bytes:
    """Blanks and newlines in a path are written in octal."""
    return re.sub(rb"\\([0-7]{3})", lambda digits: bytes([int(digits[1], 8)]), field)
