"""A store that speaks enough S3 to be copied to, over a real socket: it keeps what came, lists it by pages, and fails as told."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.serving import served

BUCKET, KEY, SECRET = "ward-backups", "ACCESSKEY", "a secret of tests"
PAGE = 2  # names in one answer


@dataclass
class FakeS3:
    """What it keeps, and how it misbehaves: `says` answers everything, `bends` changes what is stored."""

    port: int = 0
    kept: dict[str, bytes] = field(default_factory=dict)
    says: tuple[int, str] | None = None
    bends: bool = False
    asked: list[str] = field(default_factory=list)
    _parts: dict[str, dict[int, bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, request: Request) -> Response:
        """One call of S3's."""
        bucket, name = request.path_params["bucket"], request.path_params.get("name", "")
        self.asked.append(f"{request.method} {bucket}/{name}")
        await request.body()  # what is not read would be taken for the next request
        if refused := self._refused(request, bucket):
            return refused
        if not name:
            return self._listed(request)
        if request.method in ("PUT", "POST"):
            return await self._written(request, name)
        if request.method == "DELETE":
            self.kept.pop(name, None)
            return Response(status_code=204)
        return (
            Response(self.kept[name], headers={"etag": _tag(self.kept[name])}) if name in self.kept else _error(404, "NoSuchKey")
        )

    def _refused(self, request: Request, bucket: str) -> Response | None:
        if self.says:
            return _error(*self.says)
        if f"Credential={KEY}/" not in request.headers.get("authorization", ""):
            return _error(403, "InvalidAccessKeyId")
        if bucket != BUCKET:
            return _error(404, "NoSuchBucket")
        return None

    async def _written(self, request: Request, name: str) -> Response:
        query, body = request.query_params, _plain(await request.body(), request)
        if "uploads" in query:
            self._parts["one"] = {}
            return _xml(f"<InitiateMultipartUploadResult><Bucket>{BUCKET}</Bucket><Key>{escape(name)}</Key>"
                        "<UploadId>one</UploadId></InitiateMultipartUploadResult>")  # fmt: skip
        if "partNumber" in query:
            self._parts[query["uploadId"]][int(query["partNumber"])] = body
            return Response(headers={"etag": _tag(body)})
        if "uploadId" in query:
            parts = self._parts.pop(query["uploadId"])
            body = b"".join(parts[n] for n in sorted(parts))
        self.kept[name] = body[:-1] + b"?" if self.bends else body
        if "uploadId" in query:
            return _xml(f"<CompleteMultipartUploadResult><ETag>{_tag(body)}</ETag></CompleteMultipartUploadResult>")
        return Response(headers={"etag": _tag(body)})

    def _listed(self, request: Request) -> Response:
        begin = int(request.query_params.get("continuation-token", "0"))
        names = sorted(self.kept)
        some = "".join(f"<Contents><Key>{escape(one)}</Key><Size>1</Size></Contents>" for one in names[begin : begin + PAGE])
        is_more = begin + PAGE < len(names)
        more = f"<NextContinuationToken>{begin + PAGE}</NextContinuationToken>" if is_more else ""
        return _xml(f"<ListBucketResult><IsTruncated>{str(is_more).lower()}</IsTruncated>{more}{some}</ListBucketResult>")


@contextmanager
def fake_s3() -> Iterator[FakeS3]:
    """One that listens on a port of its own until the block ends."""
    store = FakeS3()
    methods = ["GET", "HEAD", "PUT", "POST", "DELETE"]
    routes = [Route("/{bucket}", store.answer, methods=methods), Route("/{bucket}/{name:path}", store.answer, methods=methods)]
    with served(Starlette(routes=routes)) as store.port:
        yield store


def _plain(body: bytes, request: Request) -> bytes:
    """Without the marks of a body that is signed piece by piece."""
    if "aws-chunked" not in request.headers.get("content-encoding", ""):
        return body
    plain = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size.split(b";")[0], 16)
        if not length:
            break
        plain, body = plain + body[:length], body[length + 2 :]
    return plain


def _tag(body: bytes) -> str:
    return f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'


def _xml(words: str) -> Response:
    return Response(f'<?xml version="1.0"?>{words}', media_type="application/xml")


def _error(status: int, code: str) -> Response:
    return Response(f"<Error><Code>{code}</Code><Message>no</Message></Error>", status, media_type="application/xml")
