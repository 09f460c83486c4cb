"""Invented names of the four peoples of the province, each in its own manner. No list of real persons was used.

Kinh and Hoa: family name, middle name, given name. Khmer of Tri Tôn and Tịnh Biên: «Chau» for men, «Néang» for
women, which say the sex and not the family. Chăm of Châu Đốc, An Phú, Tân Châu: «bin» or «binti» and the father's
name; single names occur.
"""

from random import Random

KINH_FAMILY = (
    "Nguyễn", "Nguyễn", "Nguyễn", "Nguyễn", "Trần", "Trần", "Lê", "Lê", "Phạm", "Huỳnh", "Huỳnh", "Võ", "Phan",
    "Trương", "Bùi", "Đặng", "Đỗ", "Hồ", "Ngô", "Dương", "Lý", "Đoàn", "Mai", "Lâm", "Cao", "Thái", "Tạ", "Châu",
)  # fmt: skip
KINH_MIDDLE = {
    "nam": ("Văn", "Văn", "Văn", "Hoàng", "Minh", "Thanh", "Quốc", "Hữu", "Công", "Tấn", "Phước", "Trọng", "Gia"),
    "nu": ("Thị", "Thị", "Thị", "Thị Ngọc", "Thị Kim", "Ngọc", "Kim", "Thanh", "Thị Mỹ", "Bích", "Thị Hồng", "Bảo"),
}
KINH_GIVEN = {
    "nam": (
        "An", "Ân", "Bình", "Cường", "Dũng", "Đạt", "Đức", "Giang", "Hải", "Hiếu", "Hòa", "Hùng", "Huy", "Khang",
        "Khánh", "Khoa", "Kiệt", "Lâm", "Linh", "Lộc", "Long", "Lợi", "Mẫn", "Minh", "Nam", "Nghĩa", "Nhân", "Phát",
        "Phong", "Phúc", "Quang", "Quân", "Sang", "Sơn", "Tài", "Tâm", "Thành", "Thắng", "Thiện", "Tiến", "Toàn",
        "Trí", "Trung", "Tú", "Tuấn", "Vinh", "Vũ", "Út", "Tèo", "Đen",
    ),
    "nu": (
        "An", "Anh", "Ánh", "Bé", "Châu", "Chi", "Diễm", "Dung", "Duyên", "Giang", "Hà", "Hân", "Hằng", "Hạnh",
        "Hoa", "Hồng", "Huệ", "Hương", "Lan", "Liên", "Linh", "Loan", "Mai", "My", "Mỹ", "Nga", "Ngân", "Ngọc",
        "Nhi", "Như", "Nhung", "Oanh", "Phượng", "Phương", "Quyên", "Tâm", "Thảo", "Thơ", "Thu", "Thúy", "Tiên",
        "Trâm", "Trang", "Trinh", "Tuyền", "Tuyết", "Vân", "Vy", "Xuân", "Yến",
    ),
}  # fmt: skip
KHMER_FAMILY = {"nam": ("Chau", "Chau", "Chau", "Chau", "Danh", "Thạch"), "nu": ("Néang", "Néang", "Néang", "Neang")}
KHMER_GIVEN = {
    "nam": (
        "Som", "Sóc Kha", "Đa Ra", "Kim Sên", "Rít Thy", "Sa Rương", "Phon", "Thươl", "Mo Ni", "Kim Sóc", "Chanh Đa",
        "Sô Phia", "Ry", "Sóc Khom", "Ươn", "Nhanh", "Kim Sung", "Vanh Na", "Bun Thơn", "Rích",
    ),
    "nu": (
        "Sóc Khum", "Sa Rây", "Chanh Ty", "Phi Rum", "Sóc Nim", "Oanh Na", "Kim Hoa", "Sa Vươn", "Srây Mom",
        "Chanh Thu", "Mo Lika", "Ngọc", "Sô Thia", "Nim", "Srây Pich", "Phal", "Khê Ma Ra", "Thương", "Oanh", "Kim So",
    ),
}  # fmt: skip
CHAM_GIVEN = {
    "nam": (
        "Mohamad", "Ysa", "Abdulloh", "Musa", "Saleh", "Sulaiman", "Rofi", "Karim", "Haji", "Ibrohim", "Hosen",
        "Amin", "Jamal", "Ali", "Sofy", "Yusof", "Zakaria",
    ),
    "nu": (
        "Rohimah", "Sophiah", "Mariyam", "Ainah", "Khotijah", "Salamah", "Zainab", "Fatimah", "Asiyah", "Haniyah",
        "Rukiyah", "Safinah", "Aminah", "Jamilah", "Hafsoh",
    ),
}  # fmt: skip
HOA_FAMILY = ("Lâm", "Quách", "Trương", "Mã", "Vương", "Lưu", "Tăng", "Châu", "Ông", "Diệp", "La", "Trịnh")
HOA_MIDDLE = {"nam": ("Chí", "Vĩnh", "Gia", "Quốc", "Cẩm", "Diệu"), "nu": ("Mỹ", "Ái", "Lệ", "Tuyết", "Bội", "Huệ")}
HOA_GIVEN = {
    "nam": ("Hào", "Cường", "Hưng", "Nghiệp", "Phú", "Thạnh", "Vinh", "Khiêm", "Xương", "Quyền"),
    "nu": ("Linh", "Phụng", "Trân", "Châu", "Muối", "Nghi", "Dung", "Hà", "Quân", "Hoa"),
}


def full_name(rng: Random, people: str, sex: str) -> str:
    """A full name; `people` is kinh, khmer, cham or hoa, `sex` nam or nu."""
    if people == "khmer":
        return f"{rng.choice(KHMER_FAMILY[sex])} {rng.choice(KHMER_GIVEN[sex])}"
    if people == "cham":
        given = rng.choice(CHAM_GIVEN[sex])
        if rng.random() < 0.12:
            return given
        return f"{given} {'bin' if sex == 'nam' else 'binti'} {rng.choice(CHAM_GIVEN['nam'])}"
    if people == "hoa":
        return f"{rng.choice(HOA_FAMILY)} {rng.choice(HOA_MIDDLE[sex])} {rng.choice(HOA_GIVEN[sex])}"
    return f"{rng.choice(KINH_FAMILY)} {rng.choice(KINH_MIDDLE[sex])} {rng.choice(KINH_GIVEN[sex])}"


def parent_names(rng: Random, people: str, child: str) -> tuple[str, str]:
    """(mother, father) that fit a child's name: the father's family name, or the name after bin or binti."""
    mother, father = full_name(rng, people, "nu"), full_name(rng, people, "nam")
    first = child.split()[0]
    if people in ("kinh", "hoa"):
        father = f"{first} {father.partition(' ')[2]}"
    elif " bin" in child:
        father = child.split()[-1]
    return mother, father


def people_of(rng: Random, district: str) -> str:
    """Which people, by the name of the district: Khmer in the mountains, Chăm along the border rivers."""
    draw = rng.random()
    if district in ("Tri Tôn", "Tịnh Biên"):
        return "khmer" if draw < 0.38 else "hoa" if draw < 0.40 else "kinh"
    if district in ("An Phú", "Tân Châu", "Châu Đốc", "Châu Phú"):
        return "cham" if draw < 0.09 else "hoa" if draw < 0.11 else "kinh"
    return "hoa" if draw < 0.02 else "khmer" if draw < 0.03 else "kinh"


def personal_number(rng: Random, sex: str, year: int) -> str:
    """Twelve digits: province 089, century and sex (even: male), year of birth, six more. Invented."""
    century = (0 if year < 2000 else 2) + (sex == "nu")
    return f"089{century}{year % 100:02d}{rng.randrange(10**6):06d}"
