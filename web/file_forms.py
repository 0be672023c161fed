"""Forms with photos that a phone sends: only from our own pages, counted while they come in, refused before they are whole."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from core.i18n import N_
from web import posts
from web.pages import PhonePage

MOST_FILES = 3
LARGEST_FILE = 12 * 1024 * 1024
LARGEST_FIELD = 64 * 1024
TOO_LARGE = N_("Ảnh nặng quá. Nhiều nhất {files} ảnh, mỗi ảnh {most} MB.")
BROKEN = N_("Điện thoại gửi chưa trọn. Xin gửi lại.")


@dataclass(frozen=True)
class Brought:
    """A file as it came, whatever it says it is."""

    name: str
    content: bytes


class PageWithPhotos(PhonePage):
    """A page whose form brings photos."""

    most_files = MOST_FILES

    def sent(self, request: Request, form: Mapping[str, str], files: Sequence[Brought]) -> Response:
        """Do what the form asks, with what it brought."""
        raise NotImplementedError

    def pressed(self, request: Request, form: Mapping[str, str]) -> Response:
        """A form without photos."""
        return self.sent(request, form, ())

    async def post(self, request: Request) -> Response:
        """Take the form, its photos among it."""
        posts.pace(request)
        form, files = await form_of(request, most_files=self.most_files)
        return await run_in_threadpool(self.sent, request, form, files)


async def form_of(request: Request, *, most_files: int = MOST_FILES) -> tuple[Mapping[str, str], list[Brought]]:
    """The fields of a form, the last of equal names, and its files that are not empty.

    Raises:
        posts.Foreign, posts.WrongType: as `posts.form_of`. posts.TooLarge: more or larger files than are taken.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "multipart/form-data":
        return await posts.form_of(request), []
    posts.expect_ours(request)
    largest = most_files * LARGEST_FILE + LARGEST_FIELD
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > largest:
        raise _too_large(most_files)
    parser = MultiPartParser(
        request.headers, _counted(request, largest, most_files), max_files=most_files, max_fields=posts.MOST_FIELDS,
        max_part_size=LARGEST_FIELD,
    )  # fmt: skip
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise (_too_large(most_files) if "many files" in str(error) else posts.Unacceptable(BROKEN)) from None
    fields = posts.storable((name, value) for name, value in form.multi_items() if isinstance(value, str))
    files = [one for _, one in form.multi_items() if isinstance(one, UploadFile) and one.filename and one.size]
    if any((one.size or 0) > LARGEST_FILE for one in files):
        raise _too_large(most_files)
    return fields, [Brought(one.filename or "", await one.read()) for one in files]


async def _counted(request: Request, largest: int, most_files: int) -> AsyncGenerator[bytes, None]:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > largest:
            raise _too_large(most_files)
        yield chunk


def _too_large(most_files: int) -> posts.TooLarge:
    return posts.TooLarge(TOO_LARGE, files=most_files, most=LARGEST_FILE // 1024 // 1024)
