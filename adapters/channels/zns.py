"""ZNS: an approved template to any Zalo phone (contracts/channels.md §4)."""

from typing import Any

from adapters.channels.answers import NO_PHONE
from adapters.channels.keys import AccessToken, needed, unwell
from adapters.channels.zalo import OfficialAccount, blanks_of, number, part_of
from adapters.channels.zalo_codes import ZNS
from services.senders import Accepted, AccountHealth, AccountKeys, Message, Outcome, Rejected

DIGITS = 11  # 84 and nine


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
            "phone": phone, "template_id": needed(account, "template_id"), "template_data": blanks_of(message),
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
        """What is left of the day's quota."""
        told: dict[str, Any] = {}
        outcome = await AccessToken(account).used(lambda token: self._read(token, told, "/message/quota"))
        if not isinstance(outcome, Accepted):
            return unwell(outcome)
        left, total = number(told.get("remainingQuota")), number(told.get("dailyQuota"))
        return AccountHealth(is_well=True, says="", quota_left=left, quota_total=total, per_second=told.get("per_second"))
