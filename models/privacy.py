"""Protection of personal data: what it is used for, who agreed to what, what people ask for, what went wrong.

Law 91/2025/QH15 and Decree 356/2025/NĐ-CP; docs/privacy.md says which feature lives where.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index, false
from sqlmodel import Field

from core.i18n import N_
from models.base import Instant, Model, choice, index_where


class LegalBasis(StrEnum):
    """What allows a purpose: duties of the committee rest on the law (Điều 19), extras on consent."""

    DUTY = "duty"
    EMERGENCY = "emergency"
    AGREEMENT = "agreement"
    CONSENT = "consent"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "duty": N_("nhiệm vụ của cơ quan nhà nước (Điều 19)"), "emergency": N_("khẩn cấp, thiên tai, dịch bệnh (Điều 19)"),
            "agreement": N_("thỏa thuận với người dân (Điều 19)"), "consent": N_("sự đồng ý của người dân"),
        }[self]  # fmt: skip


class ProcessingPurpose(Model, table=True):
    """A line of a ward's record of processing: what for, on what ground, which data, who sees it, how long it is kept."""

    __table_args__ = (
        Index("uq_processingpurpose_unit_id_name", "unit_id", "name", unique=True),
        CheckConstraint("months IS NULL OR months BETWEEN 1 AND 600", name="months"),
    )

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="CASCADE")
    name: str
    basis: LegalBasis = Field(sa_type=choice(LegalBasis))
    document: str = ""  # number of the law, decision or plan it rests on
    subjects: str = ""  # whose data
    fields: str = ""  # which data
    seen_by: str = ""
    receivers: str = ""  # outside the ward
    months: int | None = None  # None: as long as the household lives here
    is_sensitive: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    has_children: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    ended_on: date | None = None
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class Extra(StrEnum):
    """What a household may say yes or no to, one by one."""

    MESSAGES = "messages"
    SURVEYS = "surveys"
    CARD = "card"
    PHOTOS = "photos"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "messages": N_("nhận tin nhắn SMS, Zalo của phường"), "surveys": N_("được hỏi trong các đợt khảo sát"),
            "card": N_("gắn điện thoại với thẻ hộ"), "photos": N_("ảnh có người trong hộ được đăng"),
        }[self]  # fmt: skip


class ConsentWay(StrEnum):
    """How somebody said so."""

    PAPER = "paper"
    PAGE = "page"
    DESK = "desk"
    CALL = "call"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "paper": N_("giấy có chữ ký"), "page": N_("bấm trên trang"), "desk": N_("nói tại quầy"),
            "call": N_("gọi điện, có người chứng kiến"),
        }[self]  # fmt: skip


class Consent(Model, table=True):
    """What a household says to one extra, until it says otherwise. Nothing said is no row, and no consent."""

    __table_args__ = (
        index_where("uq_consent_household_id_extra_open", "household_id", "extra", where="ended_at IS NULL", unique=True),
        CheckConstraint("ended_at IS NULL OR ended_at >= said_at", name="ended_at"),
    )  # fmt: skip

    household_id: UUID = Field(foreign_key="household.id", ondelete="CASCADE", index=True)
    extra: Extra = Field(sa_type=choice(Extra))
    is_given: bool
    wording: str  # version of the text before them
    way: ConsentWay = Field(sa_type=choice(ConsentWay))
    said_by: str = ""  # who of the household, where somebody wrote it down
    evidence: str = ""  # where the paper lies, who was there
    recorded_by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    said_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class RequestKind(StrEnum):
    """What somebody asks about the own data."""

    VIEW = "view"
    COPY = "copy"
    CORRECT = "correct"
    RESTRICT = "restrict"
    OBJECT = "object"
    WITHDRAW = "withdraw"
    ERASE = "erase"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "view": N_("xem dữ liệu"), "copy": N_("xin bản sao dữ liệu"), "correct": N_("sửa dữ liệu"),
            "restrict": N_("hạn chế xử lý"), "object": N_("phản đối xử lý"), "withdraw": N_("rút sự đồng ý"),
            "erase": N_("xóa dữ liệu"),
        }[self]  # fmt: skip


class IdentityCheck(StrEnum):
    """How it was made sure that whoever asks may ask. No number and no picture of a paper is kept."""

    NONE = "none"
    PAPERS = "papers"
    CARD = "card"
    CALL_BACK = "call_back"
    KNOWN = "known"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "none": N_("chưa xác minh"), "papers": N_("xem giấy tờ tại quầy, không sao chụp"),
            "card": N_("đưa thẻ hộ gia đình"), "call_back": N_("gọi lại số phường đang giữ"),
            "known": N_("tổ trưởng xác nhận"),
        }[self]  # fmt: skip


class RequestStatus(StrEnum):
    """Where a request stands."""

    NEW = "new"
    ANSWERED = "answered"
    DONE = "done"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "new": N_("chờ trả lời tiếp nhận"), "answered": N_("đang thực hiện"), "done": N_("đã thực hiện"),
            "refused": N_("đã từ chối, có lý do"),
        }[self]  # fmt: skip


class SubjectRequest(Model, table=True):
    """What somebody asks about the own data, by when it is answered and done, and what came of it."""

    __table_args__ = (
        Index("ix_subjectrequest_unit_id_status_due_on", "unit_id", "status", "due_on"),
        CheckConstraint("(closed_at IS NULL) = (status IN ('new', 'answered'))", name="closed_at"),
    )

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")  # the ward
    household_id: UUID | None = Field(default=None, foreign_key="household.id", ondelete="SET NULL", index=True)
    kind: RequestKind = Field(sa_type=choice(RequestKind))
    asked_by: str
    contact: str = ""  # where the answer goes
    words: str = ""
    way: ConsentWay = Field(sa_type=choice(ConsentWay))
    asked_on: date
    identity: IdentityCheck = Field(default=IdentityCheck.NONE, sa_type=choice(IdentityCheck))
    identity_note: str = ""
    has_processor: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  # somebody outside must act as well
    status: RequestStatus = Field(default=RequestStatus.NEW, sa_type=choice(RequestStatus))
    answer_by: date
    due_on: date
    extended_from: date | None = None  # what the day was before it was put off, once
    extension_reason: str = ""
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    outcome: str = ""
    handled_by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class LetterStage(StrEnum):
    """What a letter of a request tells: that it was taken in, that it is put off, what came of it."""

    TAKEN_IN = "taken_in"
    EXTENDED = "extended"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "taken_in": N_("thư báo đã tiếp nhận"), "extended": N_("thư báo gia hạn"), "closed": N_("thư báo kết quả"),
        }[self]  # fmt: skip


class SubjectLetter(Model, table=True):
    """That a letter of a request went out: its number and day in the clerk's register. From then on its words stand."""

    __table_args__ = (
        Index("uq_subjectletter_request_id_stage", "request_id", "stage", unique=True),
        Index("uq_subjectletter_unit_id_year_number", "unit_id", "year", "number", unique=True),
        CheckConstraint("number > 0", name="number"),
    )

    request_id: UUID = Field(foreign_key="subjectrequest.id", ondelete="CASCADE")
    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")  # the ward whose register it is
    stage: LetterStage = Field(sa_type=choice(LetterStage))
    number: int
    year: int
    issued_on: date
    numbered_by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    asks_to_come: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  # it was not known yet who asks


class LegalHold(Model, table=True):
    """What of a household must be kept for a matter of law: nothing of it is erased until that ends."""

    __table_args__ = (
        index_where("uq_legalhold_household_id_open", "household_id", where="ended_at IS NULL", unique=True),
    )  # fmt: skip

    household_id: UUID = Field(foreign_key="household.id", ondelete="CASCADE")
    document: str  # who asks that it is kept: number of the paper
    by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class Erasure(Model, table=True):
    """That a household's data was erased, when, and how many rows of what; nothing of what stood in them."""

    household_id: UUID = Field(foreign_key="household.id", ondelete="CASCADE", unique=True)
    request_id: UUID | None = Field(default=None, foreign_key="subjectrequest.id", ondelete="SET NULL")
    by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    rows: dict[str, int] = Field(default_factory=dict, sa_type=JSON)  # kind: how many
    erased: int = 0


class Tombstone(Model, table=True):
    """A keyed digest of what an erased household was known by, so that an old list does not bring it back."""

    __table_args__ = (Index("uq_tombstone_digest_erasure_id", "digest", "erasure_id", unique=True),)

    erasure_id: UUID = Field(foreign_key="erasure.id", ondelete="CASCADE", index=True)
    digest: str


class RetentionRule(Model, table=True):
    """How long a kind is kept where the house keeps it otherwise than usual; held, nothing of it is forgotten."""

    __table_args__ = (CheckConstraint("days BETWEEN 1 AND 3660", name="days"),)

    kind: str = Field(unique=True)
    days: int
    held_because: str = ""  # the paper that demands it
    by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")


class PrivacyFile(Model, table=True):
    """Whom to turn to about personal data in a ward, and where its assessment of the impact lies."""

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="CASCADE", unique=True)
    officer: str = ""
    phone: str | None = None  # of the office, shown to all
    email: str = ""
    notice: str = ""  # the ward's own words beside those of the page
    notice_on: date | None = None  # the version of the notice
    assessment: str = ""  # number of the paper
    assessed_on: date | None = None
    look_again_on: date | None = None
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class Processor(Model, table=True):
    """Somebody outside who gets personal data for the ward: which, where, by which contract."""

    __table_args__ = (Index("uq_processor_unit_id_name", "unit_id", "name", unique=True),)

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="CASCADE")
    name: str
    does: str = ""
    fields: str = ""
    country: str = "VN"  # ISO 3166-1
    contract: str = ""
    channels: list[str] = Field(default_factory=list, sa_type=JSON)  # values of Channel that it is behind
    ended_on: date | None = None

    @property
    def is_abroad(self) -> bool:
        """Whether data leaves the country."""
        return self.country != "VN"


class BreachScope(StrEnum):
    """What the data got out of."""

    UNIT = "unit"
    ACCOUNT = "account"
    EXPORT = "export"
    LEADER_PAGE = "leader_page"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "unit": N_("dữ liệu của một đơn vị"), "account": N_("một tài khoản gửi tin"),
            "export": N_("một danh sách đã tải về"), "leader_page": N_("trang trên điện thoại của tổ trưởng"),
        }[self]  # fmt: skip


class BreachField(StrEnum):
    """Which data was touched."""

    NAMES = "names"
    ADDRESSES = "addresses"
    PHONES = "phones"
    NEEDS = "needs"
    INQUIRIES = "inquiries"
    ACCOUNTS = "accounts"
    PHOTOS = "photos"

    @property
    def label(self) -> str:
        """For screens, to be translated."""
        return {
            "names": N_("họ tên chủ hộ"), "addresses": N_("địa chỉ"), "phones": N_("số điện thoại"),
            "needs": N_("hoàn cảnh của hộ (nhạy cảm)"), "inquiries": N_("câu hỏi, phản ánh"),
            "accounts": N_("tài khoản Zalo"), "photos": N_("ảnh"),
        }[self]  # fmt: skip


class Breach(Model, table=True):
    """A line of a ward's register of breaches, with the clock of seventy-two hours from its discovery."""

    __table_args__ = (
        Index("ix_breach_unit_id_found_at", "unit_id", "found_at"),
        CheckConstraint("until IS NULL OR since IS NULL OR until >= since", name="until"),
        CheckConstraint("people >= 0 AND households >= 0", name="counts"),
    )

    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")  # the ward
    title: str
    found_at: datetime = Field(sa_type=Instant)
    since: datetime | None = Field(default=None, sa_type=Instant)
    until: datetime | None = Field(default=None, sa_type=Instant)
    scope: BreachScope = Field(sa_type=choice(BreachScope))
    scope_id: str  # of the unit, account, line of the audit, page
    fields: list[str] = Field(default_factory=list, sa_type=JSON)  # values of BreachField
    nature: str = ""
    consequences: str = ""
    measures: str = ""
    households: int = 0  # as counted when last looked at
    people: int = 0
    authority_told_at: datetime | None = Field(default=None, sa_type=Instant)
    people_told_at: datetime | None = Field(default=None, sa_type=Instant)
    not_told_because: str = ""
    announcement_id: UUID | None = Field(default=None, foreign_key="announcement.id", ondelete="SET NULL")
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class BreachLetter(Model, table=True):
    """That a notice of a breach went to the authority: its number in the clerk's register, and its words, which stand."""

    __table_args__ = (
        Index("uq_breachletter_breach_id_place", "breach_id", "place", unique=True),
        Index("uq_breachletter_unit_id_year_number", "unit_id", "year", "number", unique=True),
        CheckConstraint("number > 0", name="number"),
    )

    breach_id: UUID = Field(foreign_key="breach.id", ondelete="CASCADE")
    place: int = Field(default=1, sa_column_kwargs={"server_default": "1"})  # 1 the first, then those of what was learned later
    unit_id: UUID = Field(foreign_key="unit.id", ondelete="RESTRICT")  # the ward whose register it is
    number: int
    year: int
    issued_on: date
    numbered_by_id: UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL")
    body: list[list[str]] = Field(sa_type=JSON)  # paragraphs: what stands bold at the beginning, or "", and the words
