"""What the daily visit found wrong, by the page that codes lead to: mended for all codes of a page by one press."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import streamlit as st

from services import link_targets, link_watch
from services.link_watch import Trouble
from ui import parts
from ui.words import _, day, number

SHOWN, PLACES_SHOWN = 6, 3


@dataclass(frozen=True)
class Mended:
    """Codes that are to lead to the page which the site itself names."""

    link_ids: Sequence[UUID]
    target_url: str


def section(troubles: Sequence[Trouble]) -> Mended | None:
    """The pages in trouble, those of the most scanned codes first; what was pressed just now."""
    mended = None
    for place, one in enumerate(troubles[:SHOWN]):
        many = len(one.links) > 1
        title = _("{n} mã dẫn tới {where}", n=number(len(one.links)), where=link_targets.host_of(one.url))
        tone: parts.Tone = "overdue" if one.trouble else "waiting"
        with parts.line(f"lt_{place}", tone, title if many else one.links[0].title or one.links[0].slug, _words(one)):
            if one.replaced_by and link_targets.is_trusted(one.replaced_by):
                if st.button(_("Đổi sang địa chỉ mới"), key=f"lt_mend_{one.links[0].slug}", icon=":material/link:"):
                    mended = Mended([link.id for link in one.links], one.replaced_by)
            elif many:
                st.page_link("pages/move_links.py", label=_("Đổi đường dẫn"), query_params={"tu": one.url})
            else:
                st.page_link("pages/link.py", label=_("Đổi đường dẫn"), query_params={"ma": one.links[0].slug})
    if (more := len(troubles) - SHOWN) > 0:
        parts.hint(_("Còn {n} trang nữa, hiện khi đổi xong các trang trên.", n=number(more)))
    return mended


def _words(one: Trouble) -> str:
    """What is wrong, what the site says about it, and where the codes hang."""
    said = [_(one.trouble.label).capitalize()] if one.trouble else []
    if one.replaced_by:
        said.append(_("Trang ấy tự báo địa chỉ mới: {url}", url=one.replaced_by))
    if one.certificate_ends_on and link_watch.ends_soon(one.certificate_ends_on):
        said.append(_("Chứng thư của trang tới hết hạn {day}", day=day(one.certificate_ends_on)))
    places = list(dict.fromkeys(link.place for link in one.links if link.place))
    if places:
        shown = ", ".join(places[:PLACES_SHOWN])
        more = len(places) - PLACES_SHOWN
        said.append(_("{places} và {n} nơi nữa", places=shown, n=number(more)) if more > 0 else shown)
    return ". ".join(said) + "."
