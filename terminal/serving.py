"""The server, in place of the process that prepared it: `python -m terminal.serving HOST PORT`. Told to stop, it ends well."""

import signal
import sys

import uvicorn

from web.patience import Patient


def main(host: str, port: int) -> None:
    """Serve until told to stop (SIGTERM, Ctrl+C)."""
    # Uvicorn stops in good order, then raises the signal again, which would count as a failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        "app:app",
        host=host,
        port=port,
        http=Patient,
        access_log=False,
        log_level="warning",
        server_header=False,
        ws_per_message_deflate=False,  # packing each message takes a quarter of a click's work
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
