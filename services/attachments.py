"""Official documents and photos that travel with an announcement, a procedure or a place: each stored once, by its hash.

Whatever it belongs to keeps `{sha256, name, media_type, bytes, pages?}` of each, an announcement as part of its words, and of a
photo what was said of the people in it (`services.shown_photos`). The files
lie in `DATA_DIR/attachments`, readable by this account only; what nothing names is cleared after a week.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePath
from typing import Any

from sqlalchemy import String, cast
from sqlmodel import Session, select

from core import clock, files
from core.errors import Invalid, NotFound
from core.i18n import N_
from core.settings import settings
from core.text import clean
from models import Announcement, AnnouncementVersion, Inquiry, InquiryMessage, LeaderReport, Procedure, ShortLink
from services.ports import Area, Document, ports

MOST = 5  # files of one announcement
NAME_MAX = 100
LEAST_SIDE = 0.005  # of a picture's side: a smaller area was a slip of the finger
BYTES_MAX = 25_000_000  # of what is brought; what is kept is smaller (adapters/documents.py)
KEPT = timedelta(days=7)  # for a file that nothing names: its draft may not be written yet
KINDS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
MARKS = ("people", "agreed", "left_out")  # of a photo that everybody may see: services.shown_photos
_FIELDS = ("sha256", "name", "media_type", "bytes", "pages", *MARKS)
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Attachment:
    """A document as pages show it."""

    sha256: str
    name: str
    media_type: str
    size: int  # bytes
    pages: int | None = None

    @property
    def kind(self) -> str:
        """What it is, in a word."""
        return N_("PDF") if self.media_type == "application/pdf" else N_("Ảnh")


def store(content: bytes, *, name: str) -> dict[str, Any]:
    """Keep a document, once, however often and by however many it is brought; what an announcement keeps of it.

    The caller has looked at who brings it.

    Raises:
        Invalid: it is no PDF or photo, or too large; in one sentence.
    """
    return _kept(_sifted(content), name)


def store_photo(content: bytes, *, name: str) -> dict[str, Any]:
    """As `store`, for what is drawn within a page.

    Raises:
        Invalid: it is no photo, or too large; in one sentence.
    """
    document = _sifted(content)
    if not document.media_type.startswith("image/"):
        raise Invalid(N_("Chỗ này cần một tấm ảnh (JPEG, PNG, WebP), không phải PDF."))
    return _kept(document, name)


def _sifted(content: bytes) -> Document:
    if len(content) > BYTES_MAX:
        raise Invalid(N_("Tệp nặng hơn {most} MB."), most=BYTES_MAX // 1_000_000)
    return ports().documents.sifted(content)


def _kept(document: Document, name: str) -> dict[str, Any]:
    digest = hashlib.sha256(document.content).hexdigest()
    _write(path_of(digest), document.content)
    kept = {
        "sha256": digest, "name": _name(name, KINDS[document.media_type]), "media_type": document.media_type,
        "bytes": len(document.content),
    }  # fmt: skip
    return kept | ({"pages": document.pages} if document.pages else {})


def cover(kept: Mapping[str, Any], areas: Sequence[Area]) -> dict[str, Any]:
    """A stored photo with these areas blurred, kept beside the one it was made from; what an announcement keeps of it.

    The one without blur goes when nothing names it any more (`sweep`). The caller has looked at who does it.

    Raises:
        Invalid: it is no photo, it is not there any more, or there is no area that could hold anything.
    """
    [kept] = checked([kept])
    seen = [area for area in areas if _is_seen(area)]
    if not seen:
        raise Invalid(N_("Chưa có vùng nào để che. Hãy kéo chuột trên ảnh, hoặc nhập vị trí của vùng."))
    return _kept(ports().documents.covered(path_of(kept["sha256"]).read_bytes(), seen), kept["name"])


def size_of(sha256: str) -> tuple[int, int]:
    """Width and height of a stored photo, in pixels."""
    return ports().documents.size(path_of(sha256).read_bytes())


def _is_seen(area: Area) -> bool:
    """Of a size, and at least partly on the picture."""
    is_sized = area.right - area.left >= LEAST_SIDE and area.bottom - area.top >= LEAST_SIDE
    return is_sized and area.left < 1 and area.top < 1 and area.right > 0 and area.bottom > 0


def again(digest: str) -> dict[str, Any] | None:
    """What a thread keeps of a document that was stored a moment ago, by its hash; None where it is not there."""
    path = path_of(digest)
    if not _HASH.fullmatch(digest) or not path.is_file():
        return None
    with path.open("rb") as file:
        head = file.read(8)
    kind = "application/pdf" if head.startswith(b"%PDF") else "image/png" if head.startswith(b"\x89PNG") else "image/jpeg"
    return {"sha256": digest, "name": _name("anh", KINDS[kind]), "media_type": kind, "bytes": path.stat().st_size}


def checked(given: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What an announcement may keep: each file once, in the order given, all of them in our keeping.

    Raises:
        Invalid: too many, or one is not there.
    """
    kept: dict[str, dict[str, Any]] = {}
    for one in given:
        digest = str(one.get("sha256", ""))
        if not _HASH.fullmatch(digest) or one.get("media_type") not in KINDS or not path_of(digest).is_file():
            raise Invalid(N_("Tệp “{name}” không còn trên máy. Xin bỏ ra rồi đưa lên lại."), name=str(one.get("name", "")))
        kept.setdefault(digest, {name: one[name] for name in _FIELDS if name in one})
    if len(kept) > MOST:
        raise Invalid(N_("Nhiều nhất {most} tệp kèm theo một thông báo."), most=MOST)
    return list(kept.values())


def shown(kept: Sequence[Mapping[str, Any]]) -> tuple[Attachment, ...]:
    """Documents of an announcement as pages show them."""
    return tuple(Attachment(one["sha256"], one["name"], one["media_type"], one["bytes"], one.get("pages")) for one in kept)


def nth(documents: Sequence[Attachment], place: int) -> tuple[Attachment, Path]:
    """The document in that place, counted from one, and its file.

    Raises:
        NotFound: there is none.
    """
    if not 1 <= place <= len(documents):
        raise NotFound(N_("Không có tệp này."))
    document = documents[place - 1]
    path = path_of(document.sha256)
    if not path.is_file():
        raise NotFound(N_("Không có tệp này."))
    return document, path


def path_of(sha256: str) -> Path:
    """Where a document lies."""
    return settings().data_dir / "attachments" / sha256[:2] / sha256


def still_there(kept: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of the documents of an older announcement those that a new one can carry: their files are there."""
    return [one for one in kept if path_of(one["sha256"]).is_file()]


def sweep(session: Session) -> int:
    """Remove files that nothing has named for a week; how many. A second time finds nothing."""
    oldest = (clock.now() - KEPT).timestamp()
    folder = settings().data_dir / "attachments"
    old = [path for path in folder.glob("*/*") if path.is_file() and path.stat().st_mtime < oldest]
    if not old:
        return 0
    named = _named(session)
    gone = [path for path in old if path.name not in named]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def remove_unnamed(session: Session, digests: Iterable[str]) -> int:
    """Of documents that somebody had erased: remove the files that nothing else names, once that is committed; how many."""
    wanted = {digest for digest in digests if _HASH.fullmatch(digest)}
    gone = wanted - _named(session) if wanted else wanted
    for digest in gone:
        path_of(digest).unlink(missing_ok=True)
    return len(gone)


def _named(session: Session) -> set[str]:
    texts = [
        *session.exec(select(cast(Announcement.attachments, String))),
        *session.exec(
            select(cast(AnnouncementVersion.words, String)).where(cast(AnnouncementVersion.words, String).contains('"sha256"'))
        ),
        *session.exec(select(cast(Procedure.pictures, String))),
        *session.exec(select(cast(ShortLink.photo, String)).where(cast(ShortLink.photo, String).contains('"sha256"'))),
    ]
    for column in (Inquiry.photos, Inquiry.done_photos, InquiryMessage.photos, LeaderReport.photos):
        kept = cast(column, String)
        texts += session.exec(select(kept).where(kept.contains('"sha256"')))
    return {digest for text in texts for digest in _HASH.findall(str(text))}


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all; the same content twice, even at once, is one file, and counts as brought now."""
    if path.is_file():
        with suppress(FileNotFoundError):
            os.utime(path)
            return
    files.write_whole(path, content)


def _name(given: str, suffix: str) -> str:
    """Its owner's name for it, without folders and without signs that mean something elsewhere, ending as its content says."""
    stem = PurePath(clean(PurePath(given.replace("\\", "/")).name)).stem
    tidy = clean(re.sub(r"[\x00-\x1f\x7f<>:\"/|?*;%\u202a-\u202e\u2066-\u2069]", " ", stem)).strip(". ")
    return f"{tidy[: NAME_MAX - len(suffix)] or 'tai-lieu'}{suffix}"
