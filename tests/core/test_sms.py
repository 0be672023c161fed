"""How long a text is as an SMS."""

import pytest

from core import sms


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3),
        ("ạ" * 70, 1), ("ạ" * 71, 2), ("ạ" * 134, 2), ("ạ" * 135, 3),
        ("€" * 80, 1), ("€" * 81, 2), ("🙂" * 35, 1), ("🙂" * 36, 2),
    ],
)  # fmt: skip
def test_a_network_counts_segments(text: str, segments: int) -> None:
    assert sms.segments(text) == segments


def test_a_text_goes_out_without_marks_and_printed_signs() -> None:
    sent = sms.as_sent("Mời Đặng Thị Ấm “khám” – 7 giờ…")

    assert sent == 'Moi Dang Thi Am "kham" - 7 gio...'
    assert sms.is_plain(sent)
