"""What a leader posts in the group when a text that is already there no longer holds. In the ward's language, always."""

from services.relays import RelayWork


def text_for(work: RelayWork) -> str:
    """The few lines to paste: withdrawn, or changed with the address where the right version is shown."""
    greeting = f"Kính gửi bà con {work.unit_label}."
    if work.status == "corrected":
        return f"{greeting}\nThông báo “{work.announcement_title}” có chỗ đã đổi. Xin bà con xem bản đúng: {work.link_url}"
    return (
        f"{greeting}\nPhường đã thu hồi thông báo “{work.announcement_title}”. Xin bà con không làm theo bản cũ; "
        f"khi có tin mới phường sẽ báo.\nChi tiết: {work.link_url}"
    )
