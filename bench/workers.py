"""Worker processes for benchmarks and chaos: as a supervisor runs them, by names of their own."""

import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.apart import ROOT

PAGE_BYTES = resource.getpagesize()


class Crew:
    """Workers on the database that the environment names."""

    def __init__(self) -> None:
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        """One more."""
        command = [sys.executable, "manage.py", "worker", "--executor-id", name]
        self._running[name] = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self, name: str) -> None:
        """As a machine that loses its power."""
        self._running[name].send_signal(signal.SIGKILL)
        self._running[name].wait()

    def tell_to_stop(self, name: str) -> int:
        """As a supervisor does; the exit code."""
        self._running[name].send_signal(signal.SIGTERM)
        return self._running[name].wait(timeout=90)

    def memory_mb(self, name: str) -> int:
        """What it holds just now."""
        pages = int(Path(f"/proc/{self._running[name].pid}/statm").read_text().split()[1])
        return pages * PAGE_BYTES // 2**20


@contextmanager
def crew(*names: str) -> Iterator[Crew]:
    """Workers that end with the block."""
    made = Crew()
    try:
        for name in names:
            made.start(name)
        yield made
    finally:
        for process in made._running.values():
            process.kill()
            process.wait()


def wait_for(is_so: Callable[[], bool], *, seconds: float, every: float = 0.2) -> float:
    """Wait until something is so; how long it took.

    Raises:
        TimeoutError: it never was.
    """
    began = time.perf_counter()
    while not is_so():
        if time.perf_counter() - began > seconds:
            raise TimeoutError
        time.sleep(every)
    return time.perf_counter() - began
