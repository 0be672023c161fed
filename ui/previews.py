"""What a receiver will see or hear, side by side: the paste, the page behind its link, the SMS, the paper, the loudspeaker."""

from datetime import datetime
from urllib.parse import urlsplit

from markupsafe import Markup

from core import clock, formats
from core.settings import settings
from models import FACT_LABELS, Announcement, AnnouncementKind, Unit, Urgency
from services import links, relays, resident_page, spoken
from services.lengths import Lengths
from ui import parts
from ui.words import _, moment, money, near, number, span

# Paper is in the ward's language, whoever looks at it: Nghị định 30/2020/NĐ-CP, Phụ lục I and III.
_PAPERS = {AnnouncementKind.INVITATION: ("GIẤY MỜI", "GM"), AnnouncementKind.CAMPAIGN: ("KẾ HOẠCH", "KH")}
_KINDS_OF_UNIT = ("Phường ", "Xã ", "Đặc khu ", "Thị trấn ")


def stamp_of(urgency: Urgency) -> Markup:
    """The stamp of an urgency as on paper, filled for the highest; nothing for the usual one."""
    words = resident_page.stamp_of(urgency)
    if urgency is Urgency.EMERGENCY:
        return Markup('<span class="cn-stamp max">{}</span>').format(_(words))
    return parts.stamp(_(words) if words else "")


def until(must_reach_by: datetime) -> Markup:
    """By when every household must have it, and how long that is."""
    left = must_reach_by - clock.now()
    is_over = left.total_seconds() <= 0
    words = _("đã qua") if is_over else _("còn {span}", span=span(left))
    return parts.deadline("overdue" if is_over else "waiting", _("Đến mọi hộ trước {at},", at=near(must_reach_by)), words)


def side_by_side(announcement: Announcement, *, ward: Unit, unit_label: str, lengths: Lengths) -> None:
    """All five ways to meet an announcement, each with what it measures. For composing and for review alike."""
    script = spoken.script(announcement, ward_name=f"Ủy ban nhân dân {ward.name[:1].lower()}{ward.name[1:]}")
    sms, chat = lengths.sms, lengths.chat
    cost = _("khoảng {cost} một hộ") if sms.price.is_estimate else _("{cost} một hộ")
    chat_note = _("{lines} dòng, {letters} chữ", lines=number(chat.lines), letters=number(chat.letters))
    left_out = Markup("")
    if script.left_out:
        note = _("Không đủ giờ đọc, đã bỏ: {sentences}", sentences=" ".join(script.left_out))
        left_out = Markup('<p class="cn-soft cn-small">{}</p>').format(note)
    pasted = relays.ready_text(announcement, unit_label=unit_label, url=links.sample_url())
    cards = (
        parts.card(_("Tổ trưởng dán vào nhóm"), chat_note, parts.joined(_bubble(pasted), _link_card(announcement, ward))),
        parts.card(_("Bà con mở trên điện thoại"), "", _page(announcement, ward, unit_label)),
        parts.card(
            _("Tin nhắn SMS"),
            _("{n} tin, {cost}", n=number(sms.segments), cost=cost.format(cost=money(sms.cost))),
            Markup('<div class="cn-bubble sms">{}</div>').format(sms.shown),
        ),
        parts.card(_("Tờ thông báo in"), _("theo Nghị định 30"), paper_of(announcement, ward=ward), kind="broad"),
        parts.card(
            _("Bài đọc loa"), _("khoảng {n} giây", n=number(round(script.seconds))),
            parts.joined(Markup('<div class="cn-script">{}</div>').format(script.text), left_out),
        ),
    )  # fmt: skip
    parts.html(Markup('<div class="cn-prevs">{}</div>').format(parts.joined(*cards)))


def paper_of(announcement: Announcement, *, ward: Unit) -> Markup:
    """The printed notice as Nghị định 30 lays it out, a draft: no number, no seal, no signature."""
    name, symbol = _PAPERS.get(announcement.kind, ("THÔNG BÁO", "TB"))
    day = clock.local(announcement.sent_at or announcement.send_at or clock.now()).date()
    place = next((ward.name.removeprefix(kind) for kind in _KINDS_OF_UNIT if ward.name.startswith(kind)), ward.name)
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    written = f"{place}, ngày {day.day:02d} tháng {month} năm {day.year}"
    paragraphs = (Markup("<p>{}</p>").format(line) for line in announcement.body.split("\n") if line.strip())
    number_line = f"Số:{formats.NO_BREAK * 8}/{symbol}-UBND"
    stamp = Markup("<span class='urgent'>{}</span>").format(announcement.urgency.label.upper())
    return Markup(
        '<div class="cn-paper" lang="vi"><div class="heads"><div><b>ỦY BAN NHÂN DÂN<br>{}</b><i class="rule"></i><span>{}</span>'
        '{}<span class="draft">DỰ THẢO</span></div><div><b>CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM</b>'
        '<b>Độc lập - Tự do - Hạnh phúc</b><i class="rule long"></i><em>{}</em></div></div><div class="name">{}</div>'
        '<div class="about">{}</div><i class="rule"></i><div class="text">{}</div><div class="heads low"><div class="to">'
        "<b><em>Nơi nhận:</em></b><span>- Các hộ dân;</span><span>- Lưu: VT.</span></div>"
        "<div><b>TM. ỦY BAN NHÂN DÂN</b><b>CHỦ TỊCH</b></div></div></div>"
    ).format(
        ward.name.upper(), number_line, "" if announcement.urgency is Urgency.NORMAL else stamp, written, name,
        announcement.title, parts.joined(*paragraphs),
    )  # fmt: skip


def _bubble(text: str) -> Markup:
    return Markup('<div class="cn-bubble">{}</div>').format(text)


def _link_card(announcement: Announcement, ward: Unit) -> Markup:
    """What a chat makes of the link: the head that our page gives it."""
    first = next((announcement.facts[name] for name in ("when", "where") if announcement.facts.get(name)), announcement.body)
    host = urlsplit(settings().public_url).hostname or ""
    return Markup('<div class="cn-linkcard"><b>{}</b><span>{}</span><small>{}</small></div>').format(
        announcement.title or _("(chưa có tiêu đề)"), f"{ward.name}: {first}"[:140], host
    )


def _page(announcement: Announcement, ward: Unit, unit_label: str) -> Markup:
    at = moment(announcement.sent_at or announcement.send_at or clock.now())
    to = Markup("{}<br>").format(_("gửi bà con {unit}", unit=unit_label)) if unit_label else ""
    table, asked = _facts(announcement), _question(announcement)
    body = Markup('<p class="cn-text">{}</p>').format(announcement.body)
    return Markup(
        '<div class="cn-page"><p class="cn-soft cn-small"><b>{}</b></p><p class="cn-line">{}<span>{}{}</span></p>'
        '<p class="title">{}</p>{}{}</div>'
    ).format(
        ward.name, stamp_of(announcement.urgency), to, at, announcement.title or _("(chưa có tiêu đề)"),
        parts.joined(table, asked, body) if table else parts.joined(body, asked), _buttons(announcement, ward),
    )  # fmt: skip


def _facts(announcement: Announcement) -> Markup:
    rows = [
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(_(label), announcement.facts[name])
        for name, label in FACT_LABELS.items()
        if announcement.facts.get(name)
    ]
    return Markup('<dl class="cn-facts">{}</dl>').format(parts.joined(*rows)) if rows else Markup("")


def _question(announcement: Announcement) -> Markup:
    choices = resident_page.choices_of(announcement.asks_for, is_counted=bool(announcement.places))
    if not choices:
        return Markup("")
    boxes = (Markup('<span class="other">{}</span>').format(_(words)) for _value, words in choices)
    return Markup('<p class="ask"><b>{}</b></p><div class="pick">{}</div>').format(
        _(resident_page.QUESTION), parts.joined(*boxes)
    )


def _buttons(announcement: Announcement, ward: Unit) -> Markup:
    words = resident_page.button_of(announcement.asks_for, announcement.urgency, ward=ward)
    if not words:
        return Markup("")
    calls = resident_page.is_pressing(announcement.urgency, ward=ward)
    call = Markup('<span class="other">{}</span>').format(_("Gọi phường")) if calls else ""
    return Markup('<div class="bar">{}<span class="go">{}</span></div>').format(call, _(words))
