"""The reach plan on screen: a line a path, and behind each number the households, a page at a time or as a workbook."""

from functools import partial

import streamlit as st

from core.db import reading, transaction
from core.i18n import N_, translate
from models import Announcement, Channel
from services import audiences, drafts, plan_list, plans, sayable, sessions
from services.access import Actor
from services.channel_fields import LABELS as CHANNELS
from services.drafts import Words
from services.household_phones import shown
from services.plan_list import PlannedHousehold, Source
from services.plans import Plan
from services.ports import Shown, ports
from services.reach_rules import LABELS
from ui import also_groups, folds, household_needs, paging, parts, proving, token
from ui.parts import Column, Text
from ui.tables import XLSX
from ui.words import _, language, money, number

HEADS = (N_("Mã hộ"), N_("Chủ hộ"), N_("Tổ, thôn"), N_("Địa chỉ"), N_("Điện thoại"), N_("Là đường đầu tiên"))


def behind(plan: Plan, source: Source, *, actor: Actor, key: str = "plan") -> None:
    """Closed at first; opened, the paths with their cost and the list behind each. Nothing is read while it is closed."""
    box = folds.opened(_("Từng hộ được báo bằng đường nào"), key=key, icon=":material/alt_route:")
    if box is None:
        return
    with box:
        _paths(plan)
        counts = {Channel(path): n + plan.also.get(path, 0) for path, n in (dict.fromkeys(plan.also, 0) | plan.paths).items()}
        chosen = st.pills(
            _("Xem danh sách hộ"), [path for path, n in counts.items() if n], key=f"{key}_path",
            format_func=lambda path: f"{_(LABELS[path])} ({number(counts[path])})", on_change=paging.first,
            args=(f"{key}_trang",),
        )  # fmt: skip
        if chosen:
            _households(source, chosen, actor=actor, key=key)


def of_words(words: Words, *, actor: Actor, draft: Announcement | None) -> Plan:
    """The plan of what is being written, another form of `draft` where there is one, as if it left now."""
    with reading() as session:
        segments = plans.sms_segments(words.group_text or words.body)
        return plans.preview(
            session, actor=actor, unit_ids=words.unit_ids, needs=[need.value for need in words.needs], streets=words.streets,
            channels=words.channels, urgency=words.urgency, segments=segments, draft=draft,
        )  # fmt: skip


def behind_words(plan: Plan, words: Words, *, actor: Actor) -> None:
    """What is behind the plan of what is being written."""
    text = words.group_text or words.body
    if words.unit_ids:
        said = Announcement(
            unit_id=words.unit_ids[0], title=words.title, body=words.body, group_text=words.group_text,
            must_reach_by=words.must_reach_by, expires_at=words.expires_at,
            plan={"channels": [channel.value for channel in words.channels]},
        )  # fmt: skip
        _unsayable(plan, said, actor=actor)
    source = Source(None, tuple(words.unit_ids), tuple(words.channels), words.urgency, text, tuple(words.needs),
                    tuple(words.streets))  # fmt: skip
    behind(plan, source, actor=actor)


def behind_announcement(plan: Plan, announcement: Announcement, *, actor: Actor) -> None:
    """The same for an announcement that is written, and the groups that are told beside those of households."""
    also_groups.named(announcement)
    with reading() as session:
        audience = drafts.audience_of(session, announcement.id)
    if streets := audiences.streets_of(audience):
        parts.item("unknown", _("Chỉ báo cho hộ ở đường, ngõ"), "; ".join(streets))
    if narrowed := audiences.needs_of(audience):
        only = ", ".join(_(need.label) for need in narrowed)
        parts.item("unknown", _("Chỉ báo cho hộ có hoàn cảnh"), only)
    if announcement.sent_at is None:
        _unsayable(plan, announcement, actor=actor)
    behind(plan, Source(announcement_id=announcement.id), actor=actor)


def _unsayable(plan: Plan, announcement: Announcement, *, actor: Actor) -> None:
    """What an account of the plan would refuse in the words, before anybody approves them."""
    if not (announcement.title or announcement.body):
        return
    with reading() as session:
        found = sayable.found_in(session, actor=actor, announcement=announcement, plan=plan)
    for one in found:
        reached = _("{n} hộ sẽ không nhận được bằng đường này.", n=number(one.households)) if one.households else ""
        parts.item(
            "overdue", _("{channel} sẽ không gửi được", channel=_(CHANNELS[one.channel])), f"{_(one.why)} {reached}".strip()
        )


def _paths(plan: Plan) -> None:
    """One line a path: households by their first, those told by it as well, messages, money."""
    names = [path for path in dict.fromkeys([*plan.paths, *plan.also]) if plan.paths.get(path) or plan.also.get(path)]
    rows: list[tuple[Text, ...]] = [
        (
            _(LABELS[Channel(path)]), number(plan.paths.get(path, 0)), number(plan.also[path]) if plan.also.get(path) else "",
            number(plan.messages[path]) if path in plan.messages else "–", money(plan.costs.get(path, 0)),
        ) for path in names
    ]  # fmt: skip
    rows.append((parts.cell(_("Tất cả")), number(plan.households), "", "", money(plan.cost)))
    heads: list[Column | str] = [
        _("Đường"), Column(_("Hộ"), "num"), Column(_("Báo thêm"), "num desk"), Column(_("Tin trả tiền"), "num desk"),
        Column(_("Chi phí"), "num"),
    ]  # fmt: skip
    parts.table(heads, rows, fold=False)
    if plan.budget is not None:
        parts.hint(_("Phường chi tối đa {money} cho một thông báo; hết tiền thì gõ cửa.", money=money(plan.budget)))


def _households(source: Source, path: Channel, *, actor: Actor, key: str) -> None:
    with reading() as session:
        told = plan_list.needs_told(session, actor=actor, source=source, path=path)
    if not household_needs.of_list(told, actor=actor):
        return
    with reading() as session:
        found = plan_list.page(session, actor=actor, source=source, path=path, page=paging.asked(f"{key}_trang"))
    rows: list[tuple[Text, ...]] = [
        (parts.cell(row.head_name, row.code), row.unit_label, row.address or "–", shown(actor, row.phone) or "–")
        for row in found.rows
    ]
    heads: list[Column | str] = [_("Chủ hộ"), Column(_("Tổ, thôn"), "desk"), _("Địa chỉ"), Column(_("Điện thoại"), "desk")]
    parts.table(heads, rows)
    paging.turn(found.pages, f"{key}_trang")
    made = partial(_workbook, source, path, token(), language())
    proving.download(actor, _("Tải danh sách này (Excel)"), made, "ke-hoach-dua-tin.xlsx", XLSX, key=f"{key}_xlsx")


def _workbook(source: Source, path: Channel, cookie: str, speaks: str) -> bytes:
    """Made outside the page's run: who asks is looked up anew, the language is handed in."""
    with transaction() as session:
        actor = sessions.asker(session, token=cookie)
        found = plan_list.take(session, actor=actor, source=source, path=path)
    heads = [translate(head, language=speaks) for head in HEADS]
    yes = translate(N_("có"), language=speaks)
    rows = [_row(one, actor, yes) for one in found]
    return ports().tables.xlsx([(translate(LABELS[path], language=speaks), heads, rows)])


def _row(one: PlannedHousehold, actor: Actor, yes: str) -> list[Shown]:
    return [
        one.code, one.head_name, one.unit_label, one.address, shown(actor, one.phone), yes if one.is_first else "",
    ]  # fmt: skip
