"""sheet: 12,000 stickers on 500 pages, every code read back, beside qrcode's PNG and reportlab's drawImage without reading back.

The naive way prints a twentieth of the pages: its time grows with them, and the whole would take minutes. Its rate is counted.
"""

import io
import resource
import time
from typing import Any

import qrcode

from adapters.paper import TypstPaper
from adapters.paper.part import HERE
from services.ports import Label, SheetHead
from services.print_layouts import Layout

PAGES, NAIVE_PAGES = 500, 25
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
TITLES = ("Đăng ký tạm trú", "Đăng ký khai sinh", "Chứng thực bản sao", "Hỏi phường Bắc Kạn", "Xác nhận tình trạng hôn nhân")
PLACES = ("Nhà văn hóa Tổ 7", "Bảng tin Tổ 5 (Sông Cầu cũ)", "Cổng chợ Đức Xuân", "Bộ phận Một cửa, quầy 2")


def run(scale: int = PAGES) -> dict[str, Any]:
    """Stickers a second of ours and of the naive way, and the memory of our largest process in megabytes."""
    labels = [_label(number) for number in range(scale * Layout.TINY.pieces)]
    start = time.perf_counter()
    _file, pages = TypstPaper().qr_sheet(labels, layout=Layout.TINY, head=SheetHead("Phường Bắc Kạn"))
    ours = len(labels) / (time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024

    few = labels[: min(scale, NAIVE_PAGES) * Layout.TINY.pieces]
    start = time.perf_counter()
    naive(few)
    baseline = len(few) / (time.perf_counter() - start)
    return {
        "name": "sheet", "ours": round(ours, 1), "baseline": round(baseline, 1), "ratio": round(ours / baseline, 2),
        "unit": "stickers/s", "n": len(labels), "pages": pages, "baseline_n": len(few), "largest_process_mb": peak,
    }  # fmt: skip


def _label(number: int) -> Label:
    slug = "".join(ALPHABET[(number * 7919 // 31**place + place * 11) % 31] for place in range(7))
    address = f"phuongbackan.example/q/{slug}"
    return Label(f"https://{address}", TITLES[number % 5], PLACES[number % 4], address, str(number + 1))


def naive(labels: list[Label]) -> int:
    """A picture of each code, placed by hand; bytes of the file."""
    from reportlab.lib.units import mm
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen import canvas

    pdfmetrics.registerFont(TTFont("V", str(HERE / "fonts" / "BeVietnamPro-Regular.ttf")))
    out = io.BytesIO()
    sheet = canvas.Canvas(out)
    for first in range(0, len(labels), Layout.TINY.pieces):
        sheet.setFont("V", 7)
        for place, label in enumerate(labels[first : first + Layout.TINY.pieces]):
            x, y = place % 3 * 70 * mm, 297 * mm - (place // 3 + 1) * 37 * mm
            picture = io.BytesIO()
            qrcode.make(label.url, error_correction=qrcode.constants.ERROR_CORRECT_Q).convert("RGB").save(picture, "PNG")
            sheet.drawImage(ImageReader(picture), x + 6 * mm, y + 6 * mm, 25 * mm, 25 * mm)
            for line, words in enumerate((label.title, label.place, label.shown_url, label.number)):
                sheet.drawString(x + 35 * mm, y + (27 - 5 * line) * mm, words)
        sheet.showPage()
    sheet.save()
    return out.getbuffer().nbytes


if __name__ == "__main__":
    import json

    print(json.dumps(run()))
