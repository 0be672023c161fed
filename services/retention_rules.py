"""How long each kind of personal data is kept: one table, with bounds that nobody can leave, and what must be held for a while.

The law says "no longer than the purpose needs" and leaves the figures to whoever processes; these are the house's own choice, for
a ward's legal officer to confirm. The house has one table: only who sees every ward may change it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, select

from core import clock
from core.errors import Invalid, NotAllowed, NotFound
from core.i18n import N_
from core.text import clean
from models import RetentionRule, Unit, UnitKind
from services import access, audit
from services.access import Actor, May

LINE_MAX = 200


@dataclass(frozen=True)
class Kind:
    """A kind of personal data: how long it is usually kept, between which bounds, and what is done then."""

    name: str
    label: str
    does: str
    usual: int  # days
    least: int
    most: int


KINDS = (
    Kind("scans", N_("lượt mở mã QR, từng lượt"), N_("xóa; số đếm theo giờ giữ lại"), 90, 1, 365),
    Kind("join_requests", N_("lời xin vào nhóm chưa ai trả lời"), N_("xóa"), 60, 7, 180),
    Kind("guests", N_("tên khách của buổi đã xong"), N_("bỏ tên; số người giữ lại"), 7, 1, 30),
    Kind("home_visits", N_("lời hẹn hỗ trợ tại nhà đã xong"), N_("bỏ tên, số, địa chỉ, ghi chú"), 90, 30, 365),
    Kind("report_photos", N_("ảnh báo cáo của tổ trưởng"), N_("xóa ảnh; số người giữ lại"), 90, 30, 365),
    Kind("events", N_("tin báo của nhà cung cấp kênh"), N_("xóa"), 30, 7, 90),
    Kind("door_notes", N_("ghi chú lúc gõ cửa"), N_("bỏ ghi chú; kết quả giữ lại"), 180, 30, 730),
    Kind("proposals", N_("đề nghị của tổ trưởng đã trả lời"), N_("bỏ nội dung đề nghị"), 180, 30, 730),
    Kind("untied_phones", N_("máy đã gỡ khỏi hộ"), N_("xóa"), 90, 30, 365),
    Kind("inquiries", N_("câu hỏi, phản ánh đã xong"), N_("bỏ tên, số, lời, ảnh; lĩnh vực và thời gian giữ lại"), 365, 90, 1825),
    Kind("recipients", N_("số và tài khoản nhận tin trong sổ gửi"), N_("bỏ người nhận; kết quả, giá giữ lại"), 730, 180, 1825),
    Kind("changes", N_("bản trước khi sửa của những lần nhập danh sách"), N_("bỏ tên, số, địa chỉ trong bản cũ"), 365, 90, 1825),
    Kind("households", N_("hộ đã chuyển đi"), N_("bỏ tên, số, địa chỉ; số đếm giữ lại"), 1825, 365, 3650),
    Kind("consents", N_("lời đồng ý, từ chối đã hết hiệu lực"), N_("bỏ tên người nói và nơi để giấy"), 1825, 730, 3650),
    Kind("erasure_requests", N_("tên người yêu cầu xóa, sau khi trả lời"), N_("bỏ tên, cách liên hệ"), 30, 7, 90),
    Kind("requests", N_("yêu cầu khác về dữ liệu, sau khi trả lời"), N_("bỏ tên, lời, cách liên hệ"), 730, 365, 1825),
)
BY_NAME = {kind.name: kind for kind in KINDS}
# What has an end of its own that nobody changes: said on the same page.
FIXED = (
    (N_("tệp danh sách vừa đưa lên"), N_("12 giờ")),
    (N_("tờ in làm sẵn"), N_("7 ngày")),
    (N_("tệp kèm theo không còn ai dùng"), N_("7 ngày")),
    (N_("danh sách đích danh"), N_("ngày ghi khi đưa lên, nhiều nhất 90 ngày")),
    (N_("lần nhập sai mật khẩu"), N_("1 ngày")),
    (N_("nhật ký: ai làm gì, không tên không số của người dân"), N_("giữ mãi, chỉ thêm")),
)


@dataclass(frozen=True)
class Rule:
    """A kind as the house keeps it today."""

    kind: Kind
    days: int
    held_because: str = ""

    @property
    def before(self) -> datetime:
        """What is older than this instant goes."""
        return clock.now() - timedelta(days=self.days)


def rules(session: Session) -> list[Rule]:
    """All kinds, in the order of the table. It tells nobody's data."""
    own = {rule.kind: rule for rule in session.exec(select(RetentionRule))}
    found = []
    for kind in KINDS:
        rule = own.get(kind.name)
        found.append(Rule(kind, rule.days, rule.held_because) if rule else Rule(kind, kind.usual))
    return found


def rule_of(session: Session, *, kind: str) -> Rule:
    """One of them.

    Raises:
        NotFound: there is no such kind.
    """
    if kind not in BY_NAME:
        raise NotFound(N_("Không có loại dữ liệu này."))
    own = session.exec(select(RetentionRule).where(RetentionRule.kind == kind)).first()
    return Rule(BY_NAME[kind], own.days, own.held_because) if own else Rule(BY_NAME[kind], BY_NAME[kind].usual)


def held_because(session: Session, *, kind: str) -> str:
    """Which paper demands that nothing of a kind is forgotten; "" where none does."""
    return rule_of(session, kind=kind).held_because


def may_change(session: Session, *, actor: Actor) -> bool:
    """Whether the actor decides for every ward of the house."""
    if not access.may(actor, May.DECIDE_PRIVACY):
        return False
    outside = select(Unit.id).where(Unit.kind == UnitKind.COMMUNE, ~access.path_range(actor.unit_path))
    return session.exec(outside.limit(1)).first() is None


def change(session: Session, *, actor: Actor, kind: str, days: int, held_because: str = "") -> Rule:
    """Set how long a kind is kept, within its bounds, and which paper demands that it is held (""): none does.

    Raises:
        Invalid: outside the bounds. NotAllowed: others' wards would be touched. NotFound: there is no such kind.
    """
    if not may_change(session, actor=actor):
        raise NotAllowed(N_("Bảng thời hạn lưu chung cho mọi phường trên máy này: chỉ quản trị, lãnh đạo thấy hết mới đổi được."))
    now = rule_of(session, kind=kind)
    if not now.kind.least <= days <= now.kind.most:
        raise Invalid(
            N_("“{name}” giữ từ {least} đến {most} ngày."), name=now.kind.label, least=now.kind.least, most=now.kind.most,
            field=kind,
        )  # fmt: skip
    why = clean(held_because)[:LINE_MAX]
    if (days, why) == (now.days, now.held_because):
        return now
    own = session.exec(select(RetentionRule).where(RetentionRule.kind == kind).with_for_update()).first()
    own = own or RetentionRule(kind=kind, days=days)
    own.days, own.held_because, own.by_id = days, why, actor.id
    session.add(own)
    session.flush()
    audit.record(
        session, actor=actor, action="retention.changed", subject_kind="retention", subject_id=kind, days=days, before=now.days,
        held_because=why,
    )  # fmt: skip
    return Rule(now.kind, days, why)
