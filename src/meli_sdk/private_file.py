"""A file that only its owner may read, on a disk whose locks can be trusted."""

import os
import stat
from pathlib import Path
from typing import Final

_NETWORK: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afs", "ncpfs", "9p", "ceph", "glusterfs", "lustre"}
    | {"fuse.sshfs", "fuse.glusterfs", "fuse.s3fs", "fuse.rclone"}
)
_MOUNTS: Final = Path("/proc/self/mountinfo")


def claim(path: Path) -> str | None:
    """Creates the file with mode 0600, or makes sure that it is private already.

    A file that is there is not opened: closing it again would take away the locks that this process holds on it.

    Returns:
        None, or what is wrong with the file and what to do: it is a symbolic link, another user's, readable by others,
        no file, or on a network file system.
    """
    folder = path.parent
    if not folder.is_dir():
        return f"{path}: there is no folder {folder}; make it first, for yourself alone (mode 0700)"
    try:
        mounts = _MOUNTS.read_text()
    except OSError:
        mounts = ""
    kind = network_file_system(folder.resolve(), mounts)
    if kind is not None:
        return f"{path} is on a network file system ({kind}), where SQLite's locks fail: use a local disk or PostgreSQL"
    problem = _claimed(path)
    return f"{path} {problem}" if problem else None


def _claimed(path: Path) -> str | None:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        os.close(os.open(path, flags, 0o600))
    except FileExistsError:
        pass
    except OSError as wrong:
        return _unopened(wrong)
    try:
        found = path.lstat()
    except OSError as wrong:
        return _unopened(wrong)
    mode = stat.S_IMODE(found.st_mode)
    problem = None
    if stat.S_ISLNK(found.st_mode):
        problem = "is a symbolic link: give the path of the file itself"
    elif not stat.S_ISREG(found.st_mode):
        problem = "is no file: give the path of a file"
    elif os.name != "nt" and found.st_uid != os.geteuid():
        problem = f"belongs to another user (uid {found.st_uid}): use a file of your own"
    elif os.name != "nt" and mode & 0o077:
        problem = f"is readable by others ({mode:04o}): run chmod 600 {path}"
    return problem


def _unopened(wrong: OSError) -> str:
    return f"cannot be opened ({wrong.strerror or type(wrong).__name__}): give a writable file of your own"


def network_file_system(folder: Path, mounts: str) -> str | None:
    """The kind of network file system a folder is on, by the text of Linux's mountinfo; None on a local disk."""
    found, depth = None, -1
    for line in mounts.splitlines():
        before, dash, after = line.partition(" - ")
        fields = before.split()
        if not dash or len(fields) < 5:  # noqa: PLR2004  the mount point is the fifth
            continue
        point = Path(fields[4].replace("\\040", " "))
        if folder.is_relative_to(point) and len(point.parts) >= depth:
            found, depth = after.split()[0], len(point.parts)
    return found if found in _NETWORK else None
