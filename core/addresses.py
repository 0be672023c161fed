"""Addresses on this site, as they come back from a browser."""

from urllib.parse import urlsplit


def safe_path(path: str) -> str:
    """A path on this site to go on to; "/" for anything that could lead elsewhere (ASVS 3.7.2)."""
    try:
        parts = urlsplit(path)
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or not path.startswith("/") or path.startswith("//"):
        return "/"
    return path if path.isprintable() and "\\" not in path and len(path) <= 500 else "/"
