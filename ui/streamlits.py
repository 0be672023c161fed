"""Streamlit's own English, and what stands there instead. Its interface has no setting for a language.

A small script of ours, `speak.js`, writes these words over the English ones as they appear, in the reader's language.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from core.i18n import LANGUAGES, N_, translate

SPEAKER = Path(__file__).parent / "speak.js"
PATH = "speak.js"
ENGLISH = "en"
LOST = N_("Chưa nối được với máy chủ của phường. Trang tự nối lại; nếu quá một phút, xin kiểm tra mạng rồi tải lại trang.")
NOWHERE = N_("Không có trang này. Đang mở trang đầu.")

# A {blank} is whatever stands there. tests/ui/test_streamlits.py finds each of them in the Streamlit that is installed.
WORDS: Mapping[str, str] = {
    # when the network or the server fails
    "Connection error": N_("Mất kết nối"),
    "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:": LOST,
    "Streamlit server is not responding. Are you connected to the internet?": LOST,
    "Connection timed out.": LOST,
    "Connection failed with status {status}.": LOST,
    "Connection failed with status {status}, and response:": LOST,
    "Connection lost. Please wait for the app to reconnect, then try again.": LOST,
    "Connecting": N_("Đang nối"),
    "Connecting to Streamlit server": N_("Đang nối với máy chủ"),
    "Unable to connect to Streamlit server": N_("Không nối được với máy chủ"),
    "Script execution error": N_("Trang này gặp lỗi"),
    "Error": N_("Lỗi"),
    "Download failed": N_("Chưa tải được"),
    # an address inside the screens that is none
    "Page not found": N_("Không có trang này"),
    "The page that you have requested does not seem to exist. Running the app's main page.": NOWHERE,
    "You have requested page /{page}, but no corresponding file was found in the app's pages/ directory. Running the app's main "
    "page.": NOWHERE,
    # around the page
    "Skip to main content": N_("Tới nội dung chính"),
    "Navigate to home page": N_("Về trang đầu"),
    "App pages": N_("Các trang"),
    "Sidebar": N_("Thanh bên"),
    "Expand sidebar": N_("Mở menu"),
    "Collapse sidebar": N_("Đóng menu"),
    "Main menu": N_("Menu"),
    "{n} more": N_("thêm {n}"),  # sections that the menu has no room for
    "Notifications": N_("Tin nhắn của trang"),
    "Running...": N_("Đang làm…"),
    "Stop": N_("Dừng"),
    "Stopping...": N_("Đang dừng…"),
    "Rerun": N_("Chạy lại"),
    "Close": N_("Đóng"),
    "Dismiss": N_("Đóng"),
    # menus and fields
    "Open": N_("Mở"),
    "No results": N_("Không có mục nào khớp"),
    "Choose an option": N_("Chọn"),
    "Choose options": N_("Chọn"),
    "No options to select": N_("Không có gì để chọn"),
    "{n} options available.": N_("Có {n} mục."),
    "{n} option available.": N_("Có {n} mục."),
    "Select all": N_("Chọn tất cả"),
    "Select {n} matches": N_("Chọn {n} mục khớp"),
    "Selected values": N_("Các mục đã chọn"),
    "Clear all": N_("Bỏ hết"),
    "Clear value": N_("Xóa"),
    "Clear entry": N_("Xóa"),
    "Remove {name}": N_("Bỏ {name}"),
    "Show password": N_("Hiện mật khẩu"),
    "Hide password": N_("Ẩn mật khẩu"),
    "Increment": N_("Tăng"),
    "Decrement": N_("Giảm"),
    "Error: Number is outside the allowed range. Please enter a value between {least} and {most}.":
        N_("Xin nhập từ {least} đến {most}."),
    "Error: Number is below the allowed range. Please enter a value greater than or equal to {least}.":
        N_("Xin nhập từ {least} trở lên."),
    "Error: Number is above the allowed range. Please enter a value less than or equal to {most}.":
        N_("Xin nhập nhiều nhất {most}."),
    # days and hours; the names of months and days follow the language that speak.js gives
    "Choose date": N_("Chọn ngày"),
    "Clear date": N_("Xóa ngày"),
    "Clear time": N_("Xóa giờ"),
    "Previous month": N_("Tháng trước"),
    "Next": N_("Tháng sau"),
    "Next month": N_("Tháng sau"),
    "Use arrow keys to navigate dates. Enter to select. Escape to close.": N_("Phím mũi tên để đi, Enter để chọn, Esc để đóng."),
    ": Date set outside allowed range. Please select a date on or before {day}.": N_(": ngày muộn nhất là {day}."),
    ": Date set outside allowed range. Please select a date on or after {day}.": N_(": ngày sớm nhất là {day}."),
    ": Date set outside allowed range. Please select a date between {first} and {last}.": N_(": ngày từ {first} đến {last}."),
    # files
    "file upload": N_("tệp"),
    "Upload": N_("Tải lên"),
    "Add files": N_("Thêm tệp"),
    "Drag and drop a file here": N_("Thả tệp vào đây"),
    "Drag and drop files here": N_("Thả các tệp vào đây"),
    "{size} per file": N_("mỗi tệp nhiều nhất {size}"),
    "File is larger than {size}": N_("Tệp nặng quá {size}"),
    "File type must be {kind}": N_("Tệp phải là {kind}"),
    "Too many files": N_("Quá nhiều tệp"),
    # page numbers
    "Pagination": N_("Số trang"),
    "Previous page": N_("Trang trước"),
    "Next page": N_("Trang sau"),
    "Page {n}": N_("Trang {n}"),
    # charts, pictures, tables
    "Fullscreen": N_("Xem to"),
    "Close fullscreen": N_("Thu nhỏ"),
    "Show data": N_("Xem số liệu"),
    "Show chart": N_("Xem biểu đồ"),
    "Download as PNG": N_("Tải hình"),
    "Download as CSV": N_("Tải bảng (CSV)"),
    "Copy Vega-Lite spec": N_("Chép mô tả biểu đồ"),
    "Search": N_("Tìm"),
    "Type to search": N_("Gõ để tìm"),
    "Close Search": N_("Đóng ô tìm"),
    "Previous Result": N_("Chỗ trước"),
    "Next Result": N_("Chỗ sau"),
    "Show/hide columns": N_("Ẩn, hiện cột"),
    "Dataframe column menu": N_("Việc với cột"),
    "Copy column name": N_("Chép tên cột"),
    "Sort ascending": N_("Xếp tăng dần"),
    "Sort descending": N_("Xếp giảm dần"),
    "Statistics": N_("Tóm tắt số"),
    "Format": N_("Cách viết số"),
    "Autosize": N_("Vừa bề rộng"),
    "Pin column": N_("Ghim cột"),
    "Unpin column": N_("Bỏ ghim cột"),
    "Hide column": N_("Ẩn cột"),
    "Add row": N_("Thêm dòng"),
    "Delete row(s)": N_("Xóa dòng"),
    "Clear selection": N_("Bỏ chọn"),
    "Copy to clipboard": N_("Chép"),
    "Copied": N_("Đã chép"),
}  # fmt: skip


@cache
def script() -> bytes:
    """The script with its words in every language but English, in which nothing is to be said."""
    spoken = {
        language: {english: translate(ours, language=language) for english, ours in WORDS.items()}
        for language in LANGUAGES
        if language != ENGLISH
    }
    return f"const WORDS = {json.dumps(spoken, ensure_ascii=False)};\n{SPEAKER.read_text(encoding='utf-8')}".encode()


@cache
def address() -> str:
    """Where a page finds the script: another address for other words, so that browsers may keep it for good."""
    return f"{PATH}?v={hashlib.sha256(script()).hexdigest()[:12]}"
