"""A ward after its merger, for tests of lists: group numbers repeat between former wards, villages came with a commune."""

from sqlmodel import Session, select

from models import Unit, UnitKind
from tests.factories import make_unit


def make_bac_kan(session: Session) -> Unit:
    """Phường Bắc Kạn with groups of Sông Cầu and Phùng Chí Kiên, villages of Nông Thượng, and one group named in full."""
    province = make_unit(session, kind=UnitKind.PROVINCE, code="19", name="Tỉnh Thái Nguyên")
    ward = make_unit(session, parent=province, kind=UnitKind.COMMUNE, code="01843", name="Phường Bắc Kạn")
    for number, area in ((5, "Sông Cầu"), (12, "Sông Cầu"), (13, "Sông Cầu"), (5, "Phùng Chí Kiên"), (13, "Phùng Chí Kiên")):
        code = f"01843-{''.join(word[0] for word in area.split())}{number}"
        label = f"Tổ {number}, {area}"
        make_unit(session, parent=ward, code=code, name=f"Tổ dân phố {number}", short_name=label, area=area)
    for name, code in (("Thôn Bản Pò", "NT1"), ("Thôn Nam Yên", "NT2"), ("Thôn 3", "NT3")):
        make_unit(session, parent=ward, code=f"01843-{code}", name=name, area="Nông Thượng")
    make_unit(session, parent=ward, code="01843-XH4", name="Tổ dân phố Xuất Hóa 4", area="Xuất Hóa")
    return ward


def group_of(session: Session, code: str) -> Unit:
    """One of its units by the end of its code: "SC13"."""
    return session.exec(select(Unit).where(Unit.code == f"01843-{code}")).one()
