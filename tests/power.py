"""A disk that can lose its power: what a program did to it is recorded by strace, and played back up to any moment.

What is really on a disk is less than what programs see. This model takes the least that POSIX promises: the content of
a file is on the disk up to its last fsync, and a name is in a folder once that folder was synced. Real file systems
promise more; whoever survives this one survives them.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

SEEN = (
    "openat,write,pwrite64,writev,pwritev,sendfile,copy_file_range,fallocate,ftruncate,fsync,fdatasync,rename,renameat,"
    "renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir"
)
_CALL = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\) += (?P<answer>-?\d+)")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_FD = re.compile(r"^(\d+|AT_FDCWD)<((?:\\x[0-9a-f]{2})*)>")


class Loss(StrEnum):
    """What a crash takes with it."""

    NOTHING = "nothing: the process was killed"
    HALF_A_WRITE = "half of the last write: the process was killed in it"
    UNSYNCED = "every content and every name that was not synced"
    CONTENT = "every content that was not synced; the names stand"
    NAMES = "every name that was not synced; the contents stand"


@dataclass(frozen=True)
class Operation:
    """One thing that the program did to the disk. path, target: relative to the watched folder."""

    name: str
    path: str
    target: str = ""
    data: bytes = b""
    offset: int | None = None
    creates: bool = False
    truncates: bool = False


@dataclass
class _File:
    content: bytearray = field(default_factory=bytearray)
    synced: bytes = b""


@dataclass
class _Folder:
    names: dict[str, _File | _Folder] = field(default_factory=dict)
    synced: dict[str, _File | _Folder] = field(default_factory=dict)


def recorded(folder: Path, program: list[str], trace: Path) -> list[Operation]:
    """Run a Python program under strace and return what it did within the folder, in order."""
    options = ["-y", "-xx", "-s", "99999999", "-e", f"trace={SEEN}", "-e", "signal=none", "-o", str(trace)]
    subprocess.run(["strace", *options, sys.executable, *program], check=True, cwd=Path(__file__).parents[1])
    lines = trace.read_text("ascii", errors="replace").splitlines()
    return [operation for line in lines if (operation := _read(line, str(folder)))]


class Disk:
    """The folder as the program saw it and as it is on the disk. Begins with all of it on the disk."""

    def __init__(self, folder: Path) -> None:
        self._root = _loaded(folder)

    def do(self, operation: Operation) -> None:
        """Let it happen, as the program sees it."""
        match operation.name:
            case "openat":
                self._open(operation)
            case "write" | "pwrite64":
                content = self._file(operation.path).content
                at = len(content) if operation.offset is None else operation.offset
                content.extend(bytes(max(0, at - len(content))))
                content[at : at + len(operation.data)] = operation.data
            case "ftruncate":
                content = self._file(operation.path).content
                size = operation.offset or 0
                content.extend(bytes(max(0, size - len(content))))
                del content[size:]
            case "fsync" | "fdatasync":
                self._sync(operation.path)
            case "rename" | "renameat" | "renameat2":
                source, name = self._place(operation.path)
                target, new_name = self._place(operation.target)
                target.names[new_name] = source.names.pop(name)
            case "unlink" | "unlinkat" | "rmdir":
                place, name = self._place(operation.path)
                del place.names[name]
            case "mkdir" | "mkdirat":
                place, name = self._place(operation.path)
                place.names[name] = _Folder()
            case other:
                raise NotImplementedError(f"the model of a disk does not know {other}: {operation}")

    def write_to(self, folder: Path, loss: Loss) -> None:
        """Make a folder of what is left after the loss."""
        _write(
            self._root,
            folder,
            names=loss not in (Loss.UNSYNCED, Loss.NAMES),
            content=loss not in (Loss.UNSYNCED, Loss.CONTENT),
        )

    def _open(self, operation: Operation) -> None:
        place, name = self._place(operation.path)
        if name not in place.names:
            place.names[name] = _File()
        node = place.names[name]
        if operation.truncates and isinstance(node, _File):
            node.content.clear()

    def _sync(self, path: str) -> None:
        node = self._node(path)
        if isinstance(node, _Folder):
            node.synced = dict(node.names)
        else:
            node.synced = bytes(node.content)

    def _node(self, path: str) -> _File | _Folder:
        node: _File | _Folder = self._root
        for part in filter(None, path.split("/")):
            assert isinstance(node, _Folder), path
            node = node.names[part]
        return node

    def _place(self, path: str) -> tuple[_Folder, str]:
        parent, _, name = path.rpartition("/")
        node = self._node(parent)
        assert isinstance(node, _Folder), path
        return node, name

    def _file(self, path: str) -> _File:
        node = self._node(path)
        assert isinstance(node, _File), path
        return node


def moments(folder: Path, operations: list[Operation]) -> Iterator[tuple[str, Disk, Loss]]:
    """Every moment before and after every operation, with everything that a crash may take then.

    Yields: what came last, in words; the disk; the loss. The disk is only good until the next is asked for.
    """
    disk = Disk(folder)
    yield "nothing yet", disk, Loss.NOTHING
    for number, operation in enumerate(operations, start=1):
        what = f"{number}: {operation.name} {operation.path} {operation.target}".strip()
        if len(operation.data) > 1 and operation.offset is not None:
            half = Operation(**{**vars(operation), "data": operation.data[: len(operation.data) // 2]})
            torn = Disk.__new__(Disk)
            torn._root = _copied(disk._root)
            torn.do(half)
            yield f"in the middle of {what}", torn, Loss.HALF_A_WRITE
        disk.do(operation)
        for loss in (Loss.NOTHING, Loss.UNSYNCED, Loss.CONTENT, Loss.NAMES):
            yield f"after {what}", disk, loss


def _read(line: str, folder: str) -> Operation | None:
    """The operation of a line of strace, if it succeeded and was within the folder."""
    call = _CALL.match(line)
    if call is None or int(call["answer"]) < 0:
        return None
    name, arguments = call["name"], call["arguments"]
    texts = [_plain(text) for text in _TEXT.findall(arguments)]
    through = _FD.match(arguments)
    if name in ("write", "pwrite64", "ftruncate", "fsync", "fdatasync"):
        assert through is not None, line
        path = _plain(through[2]).decode()
        if not _within(path, folder) or path.endswith("-shm"):
            return None
        numbers = [int(text) for text in re.findall(r", (\d+)", re.sub(_TEXT, "", arguments))]
        data = texts[0][: int(call["answer"])] if name in ("write", "pwrite64") else b""
        offset = numbers[-1] if name in ("pwrite64", "ftruncate") else None
        return Operation(name, path[len(folder) + 1 :], data=data, offset=offset)
    paths = [text.decode() for text in texts]
    if not paths or not _within(paths[0], folder) or paths[0].endswith("-shm"):
        return None
    shorter = [path[len(folder) + 1 :] for path in paths]
    if name == "openat":
        creates, truncates = "O_CREAT" in arguments, "O_TRUNC" in arguments
        return Operation(name, shorter[0], creates=creates, truncates=truncates) if creates or truncates else None
    return Operation(name, *shorter[:2])


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + "/")


def _plain(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def _loaded(path: Path) -> _Folder:
    node = _Folder()
    for child in sorted(path.iterdir()):
        if child.is_dir():
            node.names[child.name] = _loaded(child)
        elif not child.name.endswith("-shm"):
            data = child.read_bytes()
            node.names[child.name] = _File(bytearray(data), data)
    node.synced = dict(node.names)
    return node


def _copied(root: _Folder) -> _Folder:
    names: dict[str, _File | _Folder] = {}
    for name, node in root.names.items():
        names[name] = _copied(node) if isinstance(node, _Folder) else _File(bytearray(node.content), node.synced)
    return _Folder(names, dict(names))


def _write(node: _Folder, folder: Path, *, names: bool, content: bool) -> None:
    folder.mkdir(mode=0o700)
    for name, child in (node.names if names else node.synced).items():
        if isinstance(child, _Folder):
            _write(child, folder / name, names=names, content=content)
        else:
            (folder / name).write_bytes(child.content if content else child.synced)
