"""Invented people: names drawn from lists, addresses, telephone numbers that belong to nobody."""

from random import Random

# Family names as they are common among Kinh, Tày, Nùng and Dao of the region; who bears which is left to chance.
FAMILIES = (
    ("Nguyễn", 14), ("Hoàng", 12), ("Nông", 10), ("Triệu", 8), ("Hà", 7), ("Ma", 6), ("Lý", 6), ("Trần", 5), ("Bế", 4),
    ("Lường", 4), ("Đinh", 4), ("Vi", 3), ("Đàm", 3), ("Lê", 3), ("Phạm", 3), ("Hứa", 3), ("Bàn", 3), ("Đặng", 3),
    ("Lộc", 2), ("Mông", 2), ("Chu", 2), ("La", 2), ("Phùng", 2), ("Sằm", 1), ("Dương", 2), ("Vũ", 2), ("Lèng", 1), ("Ngô", 1),
)  # fmt: skip
MIDDLE_OF_MEN = ("Văn", "Văn", "Văn", "Văn", "Hữu", "Quang", "Đình", "Ngọc", "Trung", "Thanh")
MEN = (
    "An", "Bắc", "Bình", "Chiến", "Cường", "Dũng", "Đoàn", "Đức", "Hải", "Hào", "Hiếu", "Hùng", "Hưng", "Khánh", "Khoa", "Kiên",
    "Lâm", "Long", "Nam", "Nghĩa", "Phong", "Phúc", "Quân", "Quyết", "Sơn", "Tài", "Tân", "Thái", "Thắng", "Thành", "Thiện",
    "Tiến", "Toàn", "Toản", "Tuấn", "Tùng", "Tuyên", "Việt", "Vinh", "Vượng",
)  # fmt: skip
MIDDLE_OF_WOMEN = ("Thị", "Thị", "Thị", "Thị", "Thị", "Thu", "Hồng", "Minh", "Thanh", "Kim")
WOMEN = (
    "Ánh", "Bích", "Chinh", "Chuyên", "Dung", "Duyên", "Hà", "Hạnh", "Hằng", "Hiền", "Hoa", "Hoài", "Hòa", "Hợi", "Huệ", "Hương",
    "Hường", "Lan", "Liên", "Linh", "Loan", "Mai", "Mến", "Mơ", "Mùi", "Nga", "Nhàn", "Nhung", "Oanh", "Phượng", "Sen", "Tâm",
    "Thảo", "Thoa", "Thơm", "Thủy", "Tươi", "Tuyết", "Vân", "Xuân", "Yến",
)  # fmt: skip
LODGINGS = ("Thành Đạt", "Hoa Ban", "Sao Mai", "Bình Minh")
CLUSTERS = ("xóm trên", "xóm giữa", "xóm dưới", "gần cầu", "đầu thôn", "cuối thôn")

_FAMILY_NAMES = [name for name, _ in FAMILIES]
_FAMILY_WEIGHTS = [sum(weight for _, weight in FAMILIES[: place + 1]) for place in range(len(FAMILIES))]

# No operator was given 0590 and 0591; the numbers have a valid shape and ring at nobody's.
HOUSEHOLD_PREFIX = "+84590"
LEADER_PREFIX = "+84591"
NUMBERS = 1_000_000
_STEP = 618_033  # has no factor in common with NUMBERS: every number is met once before one repeats


def person(dice: Random) -> str:
    """The name of a head of household."""
    family = dice.choices(_FAMILY_NAMES, cum_weights=_FAMILY_WEIGHTS)[0]
    if dice.random() < 0.62:
        return f"{family} {dice.choice(MIDDLE_OF_MEN)} {dice.choice(MEN)}"
    return f"{family} {dice.choice(MIDDLE_OF_WOMEN)} {dice.choice(WOMEN)}"


def address(dice: Random, streets: tuple[str, ...]) -> str:
    """A house in one of the streets; in a village, whose only street is its name, a part of it."""
    street = dice.choice(streets)
    if street.startswith("thôn "):
        return f"{dice.choice(CLUSTERS).capitalize()}, {street}"
    number = dice.randint(1, 180)
    return f"Số {number}, {street}" if dice.random() < 0.4 else f"Số {number}, ngõ {dice.randint(2, 40)}, {street}"


def rented_room(dice: Random, streets: tuple[str, ...]) -> str:
    """A room to let."""
    return f"Nhà trọ {dice.choice(LODGINGS)}, phòng {dice.randint(1, 24)}, {streets[0]}"


class Phones:
    """Numbers of households, each given once."""

    def __init__(self, dice: Random) -> None:
        self._next = dice.randrange(NUMBERS)

    def next(self) -> str:
        """The next number, E.164."""
        self._next = (self._next + _STEP) % NUMBERS
        return f"{HOUSEHOLD_PREFIX}{self._next:06d}"
