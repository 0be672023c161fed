"""The rows behind a chart, on the screen and in a workbook."""

from datetime import UTC, date, datetime

from streamlit.testing.v1 import AppTest

from ui import tables
from ui.tables import Field, Table

SENT = datetime(2026, 11, 20, 11, 30, tzinfo=UTC)
TABLE = Table(
    "Độ phủ",
    [Field("Tổ"), Field("Số hộ", "count"), Field("Tỷ lệ", "share", short="%"), Field("Ngày", "day"), Field("Tháng", "month"),
     Field("Gửi lúc", "moment", on_phone=False)],
    [("Tổ 13 <b>", 1_250, 0.8972, date(2026, 11, 24), date(2026, 11, 1), SENT), ("Tổ 14", None, None, None, None, None)],
    note="Tính đến hôm nay",
)  # fmt: skip


def test_a_workbook_gets_values_to_count_with() -> None:
    name, headers, rows = tables.sheet(TABLE)

    assert (name, headers) == ("Độ phủ", ["Tổ", "Số hộ", "Tỷ lệ (%)", "Ngày", "Tháng", "Gửi lúc"])
    assert rows == [
        ["Tổ 13 <b>", 1_250, 89.7, date(2026, 11, 24), "11/2026", SENT], ["Tổ 14", None, None, None, None, None],
    ]  # fmt: skip


def test_the_screen_gets_words_and_harmless_names() -> None:
    def script() -> None:
        from tests.ui.test_tables import TABLE  # noqa: PLC0415 - the script is taken out of this file
        from ui import tables  # noqa: PLC0415

        tables.draw(TABLE)

    at = AppTest.from_function(script).run()

    note, drawn = (block.proto.body for block in at.get("html"))
    assert "Tính đến hôm nay" in note
    assert '<td class="cn-num">1.250</td><td class="cn-num">89,7\xa0%</td>' in drawn
    assert "Tổ 13 &lt;b&gt;" in drawn
    assert '<td class="">24/11/2026</td><td class="">11/2026</td>' in drawn
    assert '<td class="desk">18\xa0giờ\xa030, thứ Sáu 20/11/2026</td>' in drawn
    assert drawn.count(">–</td>") == 5
    assert ">%</th>" in drawn
