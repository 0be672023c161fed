"""`make advisories`: whether anything is known against what is pinned, where a source of advisories can be reached.

pip-audit comes into a folder of its own that goes at the end: it needs pip, which no pin of ours may hold.
"""

import socket
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from core.settings import ROOT

SOURCE, PATIENCE = ("api.osv.dev", 443), 5.0
UNREACHABLE = ("ConnectionError", "ConnectTimeout", "Max retries", "ServiceError", "Temporary failure")


def main(source: tuple[str, int] = SOURCE) -> int:
    """0 where nothing is known, or where nobody could be asked, which is said; 1 where something is."""
    try:
        socket.create_connection(source, PATIENCE).close()
    except OSError as error:
        return _not_asked(f"{source[0]} cannot be reached from here ({type(error).__name__})")
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        tools = Path(folder) / "bin"
        got = subprocess.run([tools / "pip", "install", "--quiet", "pip-audit"], check=False, capture_output=True, text=True)
        if got.returncode:
            return _not_asked("pip-audit could not be installed")
        command = [
            tools / "pip-audit",
            "--vulnerability-service",
            "osv",
            "--disable-pip",
            "--require-hashes",
            "--progress-spinner",
            "off",
        ]
        done = subprocess.run(
            [*map(str, command), "-r", str(ROOT / "requirements.txt")], check=False, capture_output=True, text=True
        )
    if done.returncode and any(word in done.stderr for word in UNREACHABLE):
        return _not_asked(f"{source[0]} did not answer")
    sys.stdout.write(done.stdout + done.stderr)
    return done.returncode


def _not_asked(why: str) -> int:
    sys.stdout.write(f"advisories were not looked at: {why}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
