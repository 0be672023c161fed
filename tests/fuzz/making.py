"""Requests by chance, from a seed: every route, what opens it and what does not, each kind of body, and ways through forms."""

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from html import unescape
from random import Random
from typing import Any
from urllib.parse import quote, quote_from_bytes, urlencode

from starlette.routing import Route

from core import clock
from tests.fuzz.asking import Answer, Asked
from tests.fuzz.values import AGENTS, BYTES, CLIENTS, FILES, LANGUAGES, NAMES, OTHERS, STRANGE
from tests.fuzz.ward import SECRETS, ZALO_APP, ZALO_OA, Ward

BLANK = re.compile(r"\{([^}]*)\}")
FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL | re.IGNORECASE)
FIELD = re.compile(r"<(?:input|button|textarea|select|option)\b[^>]*>", re.IGNORECASE)
LINK = re.compile(r'href="(/[^"#]*)"')
ATTRIBUTE = re.compile(r'\b(name|value|action)="([^"]*)"')


def taken(route: Route) -> list[str]:
    """The methods that a route says it takes."""
    named = [one for one in ("get", "post", "put", "patch", "delete") if hasattr(route.endpoint, one)]
    return sorted(route.methods or {one.upper() for one in named})


class Maker:
    """One request after another; the same seed makes the same ones as long as the answers are the same."""

    def __init__(self, ward: Ward, routes: list[Route], seed: int) -> None:
        self.ward, self.dice = ward, Random(seed)  # noqa: S311
        self.routes = routes
        self.turn = 0
        self.forms: list[tuple[str, list[tuple[str, str]]]] = []
        self.links: list[str] = []
        self.visitor = ""

    def next(self) -> Asked:
        """Each route in its turn, or on through what the last answer offered."""
        chance = self.dice.random()
        if self.forms and chance < 0.45:
            return self._through_a_form()
        if self.links and chance < 0.55:
            return self._asked("GET", self._damaged(self.dice.choice(self.links).encode()))
        self.turn += 1
        return self._of(self.routes[self.turn % len(self.routes)])

    def saw(self, asked: Asked, answer: Answer) -> None:
        """Remember what an answer offers: its forms, its links, its cookie."""
        if cookie := answer.head(b"set-cookie"):
            self.visitor = cookie.split(b";")[0].decode("latin-1")
        if answer.status != 200 or not answer.head(b"content-type").startswith(b"text/html"):
            self.forms, self.links = ([], []) if self.dice.random() < 0.3 else (self.forms, self.links)
            return
        page = answer.body.decode("utf-8", "replace")
        here = asked.target.decode("latin-1").partition("?")[0]
        self.links = [unescape(one) for one in LINK.findall(page)][:20]
        self.forms = []
        for form in FORM.findall(page):
            opening = dict(ATTRIBUTE.findall(form.partition(">")[0]))
            fields, name = [], ""
            for tag in FIELD.findall(form):
                said = dict(ATTRIBUTE.findall(tag))
                name = said.get("name", name if tag.lower().startswith("<option") else "")
                if name:
                    fields.append((unescape(name), unescape(said.get("value", ""))))
            self.forms.append((unescape(opening.get("action", "")) or here, fields))

    # ---- parts

    def _of(self, route: Route) -> Asked:
        method = self.dice.choice(taken(route) if self.dice.random() < 0.85 else OTHERS)
        path = BLANK.sub(lambda found: self._blank(route.path, found[1]), route.path)
        if route.path.startswith("/webhooks/") and self.dice.random() < 0.7:
            return self._told(path)
        target = self._damaged(path.encode("ascii", "replace"))
        return self._asked(method, target, *self._body(method))

    def _blank(self, path: str, blank: str) -> str:
        name, _, kind = blank.partition(":")
        begun = path.partition("{")[0].rstrip("/")
        known = self.ward.values.get(begun, []) or self.ward.values.get("/" + begun.split("/")[1], [])
        chance = self.dice.random()
        if kind == "int" or name == "place":
            return str(self.dice.choice([0, 1, 2, 7, 10**30, 2**63])) if chance < 0.9 else "-1"
        if name == "name" and path.startswith("/api"):
            return self.dice.choice(["coverage", "households", "relay_time", "coverage.csv", "nothing", ".csv", "a" * 900])
        if known and chance < 0.85:
            return quote(self.dice.choice(known), safe="")
        if chance < 0.95:
            return quote(self.dice.choice(STRANGE)[:2000], safe="", errors="surrogatepass")
        return quote_from_bytes(self.dice.choice(BYTES), safe="")

    def _damaged(self, target: bytes) -> bytes:
        chance = self.dice.random()
        if chance < 0.35:
            pairs = [(self.dice.choice(NAMES), self.dice.choice(STRANGE)) for _ in range(self.dice.randint(1, 4))]
            target += (b"&" if b"?" in target else b"?") + urlencode(pairs).encode()
        elif chance < 0.40:
            target += b"?" + self.dice.choice([*BYTES, b"&" * 3000, b"a" * 20_000, b"=", b"=&=", b"a=%ff&b=%00"])
        elif chance < 0.43:
            target += self.dice.choice([b"/", b"//", b"/.", b"/..", b"%2f", b";x=1"])
        return target

    def _headers(self) -> list[tuple[bytes, bytes]]:
        choose = self.dice.choice
        heads = [(b"host", choose([b"ward.test"] * 60 + [b"evil.test", b"", b"ward.test:99999", b"[::1", b"a" * 3000]))]
        heads.append((b"user-agent", choose(AGENTS)))
        heads.append((b"accept-language", choose(LANGUAGES)))
        cookies = [self.visitor] if self.visitor and self.dice.random() < 0.6 else []
        if self.dice.random() < 0.25:
            cookies.append(choose(self.ward.cookies))
        cookie = "; ".join(cookies).encode("latin-1", "replace")
        if self.dice.random() < 0.1:
            cookie = choose(
                [b"cn_v=x", b"cn_v=" + b"A" * 22 + b"." + b"0" * 32, b"=;=;;", b"caunoi=\xff", b"a" * 20_000, b'cn_leader="\\']
            )
        if cookie:
            heads.append((b"cookie", cookie))
        token = choose([*self.ward.api_tokens, *self.ward.api_tokens, "wrong", "", "ă"])
        if self.dice.random() < 0.3:
            words = choose([f"Bearer {token}", f"bearer {token}", f"Basic {token}", "Bearer", "", " "])
            heads.append((b"authorization", words.encode("utf-8")))
        if self.dice.random() < 0.2:
            heads.append(
                choose(
                    [
                        (b"origin", b"http://ward.test"),
                        (b"origin", b"null"),
                        (b"origin", b"http://[::1"),
                        (b"origin", b"\xff"),
                        (b"sec-fetch-site", b"cross-site"),
                        (b"sec-fetch-site", b"none"),
                        (b"x-forwarded-for", b"1.1.1.1"),
                        (b"x-forwarded-host", b"evil.test"),
                        (b"accept", b"text/csv"),
                        (b"accept", b"\xff;q=x"),
                        (b"if-none-match", b'"x'),
                        (b"if-modified-since", b"yesterday"),
                        (b"range", b"bytes=9-1"),
                        (b"content-length", b"abc"),
                        (b"content-length", b"-5"),
                        (b"content-length", b"9" * 30),
                        (b"transfer-encoding", b"chunked"),
                        (b"sec-purpose", b"prefetch"),
                        (b"expect", b"100-continue"),
                        (b"x-http-method-override", b"DELETE"),
                    ]
                )
            )
        return heads

    def _asked(self, method: str, target: bytes, body: bytes = b"", kind: bytes = b"") -> Asked:
        heads = self._headers()
        if kind:
            heads.append((b"content-type", kind))
        if body and not any(name == b"content-length" for name, _ in heads):
            heads.append((b"content-length", str(len(body)).encode()))
        return Asked(method, target, heads, body, self.dice.choice(CLIENTS))

    def _body(self, method: str) -> tuple[bytes, bytes]:
        if method in ("GET", "HEAD") and self.dice.random() < 0.9:
            return b"", b""
        kinds: list[Callable[[], tuple[bytes, bytes]]] = [self._form, self._form, self._multipart, self._json, self._anything]
        return self.dice.choice(kinds)()

    def _form(self, fields: list[tuple[str, str]] | None = None) -> tuple[bytes, bytes]:
        pairs = fields or [(self.dice.choice(NAMES), self.dice.choice(STRANGE)) for _ in range(self.dice.randint(0, 30))]
        body = urlencode(pairs).encode()
        if self.dice.random() < 0.05:
            body += b"&" + self.dice.choice(BYTES)
        return body, b"application/x-www-form-urlencoded" + self.dice.choice([b"", b"", b"; charset=utf-16", b";"])

    def _multipart(self, fields: list[tuple[str, str]] | None = None) -> tuple[bytes, bytes]:
        parts = []
        for name, value in fields or [
            (self.dice.choice(NAMES), self.dice.choice(STRANGE)) for _ in range(self.dice.randint(0, 6))
        ]:
            head = f'content-disposition: form-data; name="{name}"'.encode("utf-8", "replace")
            parts.append(head + b"\r\n\r\n" + value.encode("utf-8", "surrogatepass"))
        for _ in range(self.dice.randint(0, 5)):
            file = self.dice.choice([b"a.jpg", b"../../x.png", b"", b'a"\r\nx: y', "ảnh.jpg".encode(), b"\xff.jpg", b"x" * 3000])
            head = b'content-disposition: form-data; name="photos"; filename="' + file + b'"\r\ncontent-type: image/jpeg'
            parts.append(head + b"\r\n\r\n" + self.dice.choice(FILES))
        body = b"".join(b"--xyz\r\n" + part + b"\r\n" for part in parts) + b"--xyz--\r\n"
        if self.dice.random() < 0.2:
            body = body[: self.dice.randint(0, len(body))]
        return body, self.dice.choice(
            [b"multipart/form-data; boundary=xyz"] * 6 + [b"multipart/form-data", b'multipart/form-data; boundary="']
        )

    def _json(self) -> tuple[bytes, bytes]:
        body = json.dumps(self._value(3)).encode()
        if self.dice.random() < 0.3:
            body = self.dice.choice(
                [b"[" * 60_000, b"{", b'{"a":' * 3000, b"\xff", b"1e999", b"-", b'"\\ud800"', body[: len(body) // 2]]
            )
        return body, b"application/json"

    def _anything(self) -> tuple[bytes, bytes]:
        body = self.dice.choice(
            [b"\0" * 70_000, b"x" * 1_100_000, self.dice.randbytes(300), b"<x>&y;</x>", b"", "ă".encode("utf-16")]
        )
        return body, self.dice.choice(
            [b"", b"text/plain", b"text/xml", b"\xff", b"application/x-www-form-urlencoded", b"a" * 4000]
        )

    def _value(self, depth: int) -> Any:
        chance = self.dice.random()
        if depth and chance < 0.35:
            return {
                self.dice.choice([*NAMES, "sender", "event_name"]): self._value(depth - 1) for _ in range(self.dice.randint(0, 4))
            }
        if depth and chance < 0.5:
            return [self._value(depth - 1) for _ in range(self.dice.randint(0, 4))]
        return self.dice.choice([*STRANGE, 0, -1, 10**40, 1.5, 1e308, None, True, [], {}])

    # ---- ways

    def _through_a_form(self) -> Asked:
        action, fields = self.dice.choice(self.forms)
        kept = [(name, value) for name, value in fields if self.dice.random() < 0.9]
        changed = [(name, self.dice.choice(STRANGE) if self.dice.random() < 0.25 else value) for name, value in kept]
        if self.dice.random() < 0.15:
            changed.append((self.dice.choice(NAMES), self.dice.choice(STRANGE)))
        body, kind = self._multipart(changed) if self.dice.random() < 0.2 else self._form(changed)
        return self._asked("POST", action.encode("utf-8", "surrogatepass"), body, kind)

    def _told(self, path: str) -> Asked:
        """An event with the signature of its provider, and whatever in it."""
        stamp = str(int(clock.now().timestamp() * 1000)) if self.dice.random() < 0.8 else self.dice.choice(STRANGE)
        said: dict[str, Any] = {
            "app_id": ZALO_APP,
            "oa_id": ZALO_OA,
            "timestamp": stamp,
            "sender": {"id": self.dice.choice(["9", *STRANGE])},
            "recipient": {"id": ZALO_OA},
            "message": self._value(2) if self.dice.random() < 0.5 else {"text": "Hỏi", "msg_id": "m", "delivery_time": stamp},
            "event_name": self.dice.choice(
                ["user_send_text", "user_send_image", "follow", "unfollow", "user_received_message", "user_seen_message", "x"]
            ),
            "object": "page",
            "entry": [
                {
                    "id": ZALO_OA,
                    "time": stamp,
                    "messaging": [self._value(3)],
                    "changes": [{"field": "feed", "value": self._value(2)}],
                }
            ],
            "result": self._value(3),
            "ok": True,
        }
        for name in list(said):
            if self.dice.random() < 0.15:
                said[name] = self._value(2)
        body = json.dumps(said).encode()
        asked = self._asked("POST", path.encode("ascii", "replace"), body, b"application/json")
        zalo = hashlib.sha256(
            ZALO_APP.encode() + body + f"{said['timestamp']}{SECRETS['oa_secret_key']}".encode("utf-8", "replace")
        ).hexdigest()
        facebook = hmac.digest(SECRETS["app_secret"].encode(), body, "sha256").hex()
        signed = [
            (b"x-zevent-signature", f"mac={zalo}".encode()),
            (b"x-hub-signature-256", f"sha256={facebook}".encode()),
            (b"x-bot-api-secret-token", self.dice.choice(self.ward.values["/webhooks"]).encode()),
        ]
        return Asked(asked.method, asked.target, [*asked.headers, *signed], body, asked.client)
