"""`procedure`: `/p/{code}` from 200 connections beside a bare route that returns the same bytes.

Both servers live through the whole measurement and are asked in short turns. The ward has 250 procedures, of which people read
thirty; each page has its documents, steps and pictures.
"""

import json
import os
import statistics
import tempfile
import urllib.request
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import Session

from bench.opens import CLIENTS, ROUNDS, SECONDS, WARM_UP, asked, served
from bench.redirect import AGENTS
from core.db import make_engine
from core.settings import settings
from models import Model, Procedure, ProcedureLevel, Unit, UnitKind
from services.procedure_values import search_terms

EVERY, READ = 250, 30


def run() -> dict[str, Any]:
    """The median of the rounds, and the ratio of what stood side by side."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        codes = ward(folder / "caunoi.db")[:READ]
        requests = folder / "requests"
        requests.write_text("\n".join(_request(code, agent).hex() for code in codes for agent in AGENTS))
        with served("web.public:app", folder) as ours:
            body = folder / "body.html"
            size = body.write_bytes(urllib.request.urlopen(f"http://127.0.0.1:{ours}/p/{codes[0]}").read())
            with served("bench.bare_page:app", folder, CAUNOI_BENCH_BODY=str(body), ready=f"/p/{codes[0]}") as bare:
                for port in (bare, ours):
                    asked(port, WARM_UP, requests)
                pairs, answers = [], 0
                for turn in range(ROUNDS):
                    told = {port: asked(port, SECONDS, requests) for port in ((bare, ours) if turn % 2 else (ours, bare))}
                    pairs.append(tuple(told[port]["answers"] / told[port]["seconds"] for port in (ours, bare)))
                    answers += told[ours]["answers"]
    return {
        "name": "procedure", "ours": round(statistics.median(one for one, _ in pairs)),
        "baseline": round(statistics.median(two for _, two in pairs)),
        "ratio": round(statistics.median(one / two for one, two in pairs), 3), "unit": "req/s", "n": answers,
        "connections": CLIENTS, "bytes": size,
    }  # fmt: skip


def ward(database: Path) -> list[str]:
    """A database with a ward and its procedures; their codes."""
    os.environ["CAUNOI_SECRET_KEY"] = "a key for this measurement only"
    settings.cache_clear()
    engine = make_engine(f"sqlite:///{database}", writes=True)
    Model.metadata.create_all(engine)
    codes = [f"1.{number:06}" for number in range(1, EVERY + 1)]
    with Session(engine) as session, session.begin():
        home = Unit(code="01843", name="Phường Bắc Kạn", kind=UnitKind.COMMUNE, path="", phone="+842093870123")
        home.path = f"{home.id}/"
        session.add(home)
        session.flush()
        session.add_all([_procedure(home, code) for code in codes])
    engine.dispose()
    return codes


def _procedure(home: Unit, code: str) -> Procedure:
    made = Procedure(
        unit_id=home.id, code=code, name=f"Đăng ký thường trú, trường hợp {code}", field="Cư trú", level=ProcedureLevel.FULL,
        documents="\n".join(f"Giấy tờ thứ {number}, bản chính hoặc bản sao có chứng thực" for number in range(1, 6)), days=7,
        fee=20_000, portal_url="https://dichvucong.gov.vn/p/home/dvc-chi-tiet-thu-tuc-hanh-chinh.html", desk="Quầy 3, Một cửa",
        steps=[f"Bước {number}: chọn mục trên màn hình, điền đủ rồi bấm tiếp tục" for number in range(1, 7)],
        stands_since=date(2026, 7, 1),
        pictures=[
            {"sha256": "a" * 64, "name": "buoc.jpg", "media_type": "image/jpeg", "bytes": 85_000, "step": step} for step in (1, 4)
        ],
    )  # fmt: skip
    made.search = search_terms(made)
    return made


def _request(code: str, agent: str) -> bytes:
    return (
        f"GET /p/{code} HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: {agent}\r\n"
        "accept: text/html,application/xhtml+xml,*/*;q=0.8\r\naccept-language: vi-VN,vi;q=0.9\r\n\r\n"
    ).encode()


if __name__ == "__main__":
    print(json.dumps(run()))
