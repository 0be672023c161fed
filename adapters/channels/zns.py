"""ZNS: an approved template to any Zalo phone (contracts/channels.md §4)."""

from functools import partial
from typing import Any
from urllib.parse import quote

from adapters.channels.answers import NO_PHONE
from adapters.channels.keys import BROKEN, AccessToken, Missing, needed, unwell
from adapters.channels.zalo import OfficialAccount, filled, number, part_of
from adapters.channels.zalo_codes import ZNS
from core.i18n import N_
from services.channel_values import blanks_of
from services.messages import USUAL_BLANKS
from services.senders import Accepted, AccountHealth, AccountKeys, Message, Outcome, Rejected

DIGITS = 11  # 84 and nine
BLANKS_DIFFER = N_("Mẫu ZNS có chỗ trống chưa khai. Sửa mục Các chỗ trống của mẫu theo account.zalo.cloud rồi kiểm tra lại.")


def without_plus(phone: str) -> str | None:
    """A phone in E.164 as Vietnamese gateways take it, `84987654321`; None where it is none of a Vietnamese mobile."""
    digits = phone.removeprefix("+")
    return digits if digits.isascii() and digits.isdigit() and digits.startswith("84") and len(digits) == DIGITS else None


class Zns(OfficialAccount):
    """By phone. Our key travels as `tracking_id`: it dedupes nothing, but receipts carry it."""

    path = "/message/template"
    meanings = ZNS
    longest = 400  # of one blank, the most a template allows

    def body(self, account: AccountKeys, message: Message) -> dict[str, Any] | Rejected:
        """§4."""
        if (phone := without_plus(message.recipient)) is None:
            return Rejected("recipient", "", NO_PHONE)
        return {
            "phone": phone, "template_id": needed(account, "template_id"), "template_data": filled(message),
            "tracking_id": message.key,
        }  # fmt: skip

    def accepted(self, part: dict[str, Any]) -> Outcome:
        """Its number, and what is left of the day's quota."""
        quota = part_of(part, "quota")
        return Accepted(
            message_id=str(part.get("msg_id") or ""), quota_left=number(quota.get("remainingQuota")),
            quota_total=number(quota.get("dailyQuota")),
        )  # fmt: skip

    async def check(self, account: AccountKeys) -> AccountHealth:
        """What is left of the day's quota, and whether the template is there with the blanks that we fill."""
        try:
            template = needed(account, "template_id")
        except Missing:
            return unwell(BROKEN)
        told: dict[str, Any] = {}
        token = AccessToken(account)
        for path in ("/message/quota", f"/template/info/v2?template_id={quote(template, safe='')}"):
            outcome = await token.used(partial(self._read, told=told, path=path))
            if not isinstance(outcome, Accepted):
                return unwell(outcome)
        blanks = told.get("listParams")
        names = {str(one.get("name")) for one in blanks if isinstance(one, dict)} if isinstance(blanks, list) else set()
        if names - set(blanks_of({"blanks": account.settings.get("blanks") or USUAL_BLANKS})):
            return AccountHealth(is_well=False, says=BLANKS_DIFFER)
        left, total = number(told.get("remainingQuota")), number(told.get("dailyQuota"))
        return AccountHealth(is_well=True, says="", quota_left=left, quota_total=total, per_second=told.get("per_second"))
