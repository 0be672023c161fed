"""The parts of the first screen: what waits, what is on its way, how the ward does."""

from datetime import datetime

import streamlit as st
from markupsafe import Markup

from models import Announcement, ShortLink, Unit
from services.broken_accounts import BrokenAccount
from services.progress import Progress
from services.relay_pace import RelayTimes
from services.today import Late, Review, Today
from ui import asked_days, callouts, channels, doors, home_visits, inbox, parts, privacy, roster
from ui.parts import Figure
from ui.previews import stamp_of, until
from ui.words import _, hour, near, number, share, span


def waiting(seen: Today, ward: Unit, *, now: datetime) -> None:
    """What waits for this person, the most pressing first; nothing here but links."""
    things = seen.things - len(seen.second_looks)
    parts.section(_("Việc đang chờ"), _("{n} việc, gấp nhất trước", n=number(things)) if things else "")
    for place, late in enumerate(seen.late):
        _late(place, late, now)
    for place, one in enumerate(seen.reviews):
        _review(place, one)
    privacy.on_today(seen.requests, seen.breaches, seen.breach_due, now=now)
    _codes(seen)
    for place, account in enumerate(seen.broken_accounts):
        _account(place, account)
    for place, copy in enumerate(seen.lost_copies):
        words = copy.message or _("Chưa có bản nào tới đó trong một ngày qua.")
        parts.action(
            f"copy{place}", "overdue", _("Bản sao lưu chưa tới {place}", place=copy.place), words, _("Xem"),
            page="pages/status.py",
        )  # fmt: skip
    callouts.draw(seen.callouts)
    doors.on_today(seen.doors)
    roster.on_today(seen.duty_gaps)
    home_visits.on_today(seen.home_visits)
    inbox.on_today(seen.inquiries, late=seen.inquiries_late)
    if seen.below_target:
        missing = sum(row.households - row.joined for row in seen.below_target)
        goal = share(ward.target_percent / 100, 0)
        parts.action(
            "below", "unknown", _("{n} tổ dưới mục tiêu {share}", n=number(len(seen.below_target)), share=goal),
            _("{n} hộ chưa ở trong nhóm nào của tổ.", n=number(missing)), _("Xem"), page="pages/groups.py",
        )  # fmt: skip
    if seen.differences:
        parts.action(
            "differences", "waiting", _("{n} thủ tục tỉnh đã đổi", n=number(seen.differences)),
            _("Xem cạnh bản đang dùng, nhận hoặc giữ."), _("Xem"), page="pages/procedures.py",
        )  # fmt: skip
    if seen.alike:
        parts.action(
            "alike", "unknown", _("{n} cặp hộ có thể trùng nhau", n=number(seen.alike)),
            _("Xem cạnh nhau, ghép hoặc ghi là hai hộ."), _("Xem"), page="pages/alike.py",
        )  # fmt: skip
    if not things:
        parts.empty(
            _("Không có việc nào đang chờ"), _("Khi có bản chờ duyệt, tổ quá hạn hay mã hỏng, việc đó hiện ở đây."),
            _("Soạn thông báo"), page="pages/compose.py",
        )  # fmt: skip


def _codes(seen: Today) -> None:
    """Codes whose pages are dead or will be, and sheets that still hang and should not."""
    for place, link in enumerate(seen.broken_links):
        parts.action(
            f"link{place}", "overdue", _("Mã QR hỏng: {title}", title=link.title or link.slug),
            _broken_words(link), _("Đổi"), page="pages/link.py", ma=link.slug,
        )  # fmt: skip
    if (more := seen.links_broken - len(seen.broken_links)) > 0:
        words = _("Mã của cùng một trang đổi được bằng một lần bấm.")
        parts.action("links", "overdue", _("Còn {n} mã QR hỏng nữa", n=number(more)), words, _("Xem"), page="pages/links.py")
    if seen.links_soon:
        parts.action(
            "soon", "waiting", _("{n} mã QR sắp hỏng", n=number(seen.links_soon)),
            _("Trang tới đã dời hẳn, hoặc chứng thư sắp hết hạn."), _("Xem"), page="pages/links.py",
        )  # fmt: skip
    if seen.posters_down:
        parts.action(
            "posters", "waiting", _("{n} tờ phải gỡ xuống", n=number(seen.posters_down)),
            _("Đã thay bằng tờ khác, hoặc mã đã ngừng."), _("Xem"), page="pages/posters.py",
        )  # fmt: skip


def _broken_words(link: ShortLink) -> str:
    """Where it hangs, and the new address where the site itself names one."""
    place = link.place or _("chưa ghi nơi treo")
    if link.replaced_by:
        return _("{place}. Trang ấy báo địa chỉ mới: {url}", place=place, url=link.replaced_by)
    return _("{place}. Chỉ đổi đường dẫn, không phải in lại.", place=place)


def _account(place: int, one: BrokenAccount) -> None:
    """A provider lets nothing in: why, and the way to its mending for whoever may go it."""
    title = _("{channel} chưa gửi được: {n} tin đang chờ", channel=channels.name_of(one.channel), n=number(one.waiting))
    if one.may_mend:
        parts.action(f"account{place}", "overdue", title, _(one.why), _("Sửa"), page="pages/channel.py", id=str(one.account_id))
    else:
        with parts.line(f"account{place}", "overdue", title, _("{why} Nhờ quản trị viên sửa ở trang Kênh gửi.", why=_(one.why))):
            pass


def _late(place: int, late: Late, now: datetime) -> None:
    has_time = late.must_reach_by is not None and late.must_reach_by > now
    limit = " " + _("Hạn đến mọi hộ: {at}.", at=near(late.must_reach_by)) if has_time and late.must_reach_by else ""
    words = _("Quá hạn {span}, {n} hộ chưa thấy tin.", span=span(now - (late.due_at or now)), n=number(late.households))
    parts.action(
        f"late{place}", "overdue", _("{n} tổ chưa đăng: {title}", n=number(late.groups), title=late.title), words + limit,
        _("Theo dõi"), page="pages/announcement.py", id=str(late.announcement_id),
    )  # fmt: skip


def _review(place: int, one: Review) -> None:
    item = one.announcement
    if one.is_returned:
        parts.action(
            f"back{place}", "waiting", _("Sửa lại: {title}", title=item.title), item.return_reason, _("Sửa"),
            page="pages/compose.py", id=str(item.id),
        )  # fmt: skip
        return
    by = _("phải tới trước {at}", at=near(item.must_reach_by)) if item.must_reach_by else _("không có hạn")
    words = _(
        "{urgency}, {by}. {author} soạn, gửi {n} hộ.",
        urgency=_(item.urgency.label), by=by, author=one.author or "–", n=number(one.households),
    )  # fmt: skip
    parts.action(
        f"review{place}", "waiting", _("Duyệt: {title}", title=item.title), words, _("Duyệt"), page="pages/review.py",
        id=str(item.id),
    )  # fmt: skip


def second_look(place: int, item: Announcement) -> bool:
    """An emergency its author sent alone, with the way to its text; True when it was looked at."""
    title = _("Xem lại tin hỏa tốc: {title}", title=item.title)
    why = _("Người soạn đã gửi ngay, cần người thứ hai xem lại.")
    with parts.line(f"look{place}", "waiting", title, why), st.container(horizontal=True, width="content", key=f"looks{place}"):
        st.page_link("pages/announcement.py", label=_("Đọc"), query_params={"id": str(item.id)})
        return st.button(_("Đã xem lại"), key=f"look{place}")


def running(items: list[Progress], all_of_them: int, *, now: datetime) -> None:
    """What the ward looks at first: how far each has come; the others by a link."""
    parts.section(_("Đang đi tới bà con"), _("cập nhật {at}", at=hour(now)))
    for one in items:
        item, everyone = one.announcement, one.announcement.households or 1
        title = parts.joined(parts.link(item.title, "announcement", id=str(item.id)), " ", stamp_of(item.urgency))
        line = parts.bar(one.known / everyone if one.counts_known else None, one.estimated / everyone)
        parts.lines(title, *([until(item.must_reach_by)] if item.must_reach_by else []), line, _come(one))
    parts.html(parts.bar_key())
    if more := all_of_them - len(items):
        parts.lines(parts.link(_("Còn {n} thông báo đang đi", n=number(more)), "announcements", loc="running"))


def _come(one: Progress) -> Markup:
    """How far one has come, in words: known beside estimated, never mixed."""
    everyone = number(one.announcement.households)
    if not one.counts_known:
        words = _(
            "{estimated} / {all} hộ ước tính, mở trên {n} máy; không hỏi lại",
            estimated=number(one.estimated), all=everyone, n=number(one.opens),
        )  # fmt: skip
    elif one.known > one.by_opens:
        words = _(
            "{known} / {all} hộ biết chắc, nhiều hơn số máy đã mở ({n})",
            known=number(one.known),
            all=everyone,
            n=number(one.opens),
        )
    else:
        words = _(
            "{known} hộ biết chắc, {estimated} ước tính, trên {all} hộ",
            known=number(one.known), estimated=number(one.estimated), all=everyone,
        )  # fmt: skip
    posted = _("{posted} / {groups} tổ đã đăng", posted=number(one.posted), groups=number(one.relays))
    return parts.joined(words, "; ", posted)


def month(seen: Today) -> None:
    """Four figures of the ward against thirty days before."""
    total, before = seen.total, seen.month_ago
    parts.section(_("Phường tháng này"), _("so với 30 ngày trước"))
    parts.figures(
        Figure(
            _("Hộ trong nhóm"), share(total.coverage), "",
            _("{n} / {all} hộ, thêm {more}", n=number(total.joined), all=number(total.households),
              more=number(total.joined - before.joined)),
            about="coverage",
        ),
        Figure(
            _("Tổ đăng tin sau"), *_pace(seen.relay_times), _("trung vị {n} thông báo", n=number(seen.relay_times.announcements)),
            about="relay_median",
        ),
        Figure(
            _("Mã QR còn dùng"), number(seen.links_alive), _("/ {n} mã", n=number(seen.links)),
            _("{n} mã hỏng", n=number(seen.links_broken)), "overdue" if seen.links_broken else None,
        ),
        Figure(
            _("Điện thoại thông minh"), share(total.smartphone_rate, 0), _("người"),
            _("{n} / {all} người", n=number(total.smartphones), all=number(total.people)), about="smartphone_rate",
        ),
        of_what=asked_days.last(30),
    )  # fmt: skip


def _pace(times: RelayTimes) -> tuple[str, str]:
    """The median and its unit; "at least so much" while the median group has not posted."""
    if times.median_minutes is None:
        return "–", ""
    minutes = number(times.median_minutes)
    return (_("hơn {n} phút", n=minutes), "") if times.median_is_running else (minutes, _("phút"))
