"""Who holds a grant's lease: a name for this process that a neighbour on the same machine can check for life.

A lease ends with its time. Where the holder is provably gone, nobody has to wait for that: same kernel, same PID
namespace, and no process with that number and that start. Only Linux tells; elsewhere nothing is proven.
"""

import os
import socket
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_DEAD_STATES: Final = ("Z", "X")


def this_process(mark: str) -> str:
    """The name of the running process. `mark` tells apart those who hold leases inside it."""
    pid = os.getpid()
    return f"{socket.gethostname()}|{_scope()}|{pid}|{_start(pid) or ''}|{mark}"


def is_gone(holder: str) -> bool:
    """Whether the process of this name has provably ended."""
    parts = holder.split("|")
    if len(parts) != 5:  # noqa: PLR2004  as `this_process` makes it
        return False
    _, scope, pid, start, _ = parts
    if not scope or scope != _scope() or not start or not pid.isdigit():
        return False
    return _start(int(pid)) != start


def _scope() -> str:
    """Where process numbers mean the same: boot and PID namespace; empty where the system does not tell."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}:{(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return ""


def _start(pid: int) -> str | None:
    """When a living process started, in the kernel's ticks; None where there is none, or only its remains."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in _DEAD_STATES else fields[19]
