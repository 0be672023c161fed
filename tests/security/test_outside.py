"""Nothing leaves this machine: the watch that the end-to-end tests put on the product sees every way out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.settings import ROOT

WAYS = {
    "socket": "import socket; socket.create_connection(('192.0.2.1', 80), 1)",
    "name": "import socket; socket.getaddrinfo('provider.example', 443)",
    "urllib": "import urllib.request; urllib.request.urlopen('http://192.0.2.1/')",
    "uvloop": "import uvloop; l = uvloop.new_event_loop(); l.run_until_complete(l.create_connection(object, '192.0.2.1', 80))",
    "uvloop_name": "import uvloop; l = uvloop.new_event_loop(); l.run_until_complete(l.getaddrinfo('provider.example', 443))",
}
HERE = "import socket; s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname()).close()"


def run(code: str, noted: Path) -> int:
    env = os.environ | {"PYTHONPATH": str(ROOT / "tests" / "guard"), "CAUNOI_TEST_OUTSIDE": str(noted)}
    return subprocess.run([sys.executable, "-c", code], env=env, check=False, capture_output=True).returncode


@pytest.mark.parametrize("way", WAYS)
def test_s55_each_way_out_is_closed_and_noted(tmp_path: Path, way: str) -> None:
    assert run(WAYS[way], tmp_path / "noted") == 1

    assert "192.0.2.1" in (noted := (tmp_path / "noted").read_text()) or "provider.example" in noted


def test_s55_this_machine_itself_is_open(tmp_path: Path) -> None:
    assert run(HERE, tmp_path / "noted") == 0

    assert not (tmp_path / "noted").exists()
