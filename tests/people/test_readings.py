"""readings: common names of each script are read as they are romanised, and not as each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defa_id.people.grades import Grade
from defa_id.people.readings import READERS, plain, read_as, read_word

# Given names and surnames anybody may have, as they are usually romanised; "~" marks what agrees in its
# consonants only, "?" what these tables do not know.
COMMON = {
    "Thai": """
        สมชาย Somchai, สมชาย Somchay, ใจดี Jaidee, ใจดี Chaidi, สมศรี Somsri, ประเสริฐ Prasert, วิชัย Wichai, วิชัย Vichai
        วรรณา Wanna, พรทิพย์ Pornthip, พรทิพย์ Phonthip, จันทร์เพ็ญ Chanpen, ธนาวุฒิ Thanawut, กัญญา Kanya, อภิชาติ Apichart
        เกียรติศักดิ์ Kiattisak, ศิริพร Siriporn, ณัฐพล Nattapon, สุภาพร Supaporn, รัตนา Rattana, วีระ Weera, นภา Napa
        มานะ Mana, เสาวลักษณ์ Saowalak, บุญมี Boonmee, แสงเดือน Saengduean, โสภา Sopha, ไพโรจน์ Pairoj, ทองดี Thongdee
        ชวน Chuan, สวัสดิ์ Sawat, ธรรมศักดิ์ Thammasak, แก้ว Kaew, หนูนา Nuna, ไกรสร Kraisorn, บัว Bua, เพชร Phet, เจริญ ?Charoen
        แก้วตา Kaewta, กิตติ Kitti, ธิติ Thiti, เกียรติ์ Kiat, กล้า Kla, แพรวา Praewa, ยิ่งลักษณ์ ?Yingluck
    """,
    "Laoo": """
        ສົມສັກ Somsack, ສົມສັກ Somsak, ຄຳແພງ Khampheng, ບຸນມີ Bounmy, ວິໄລ Vilay, ພອນທິບ Phonethip, ຈັນທະລາ Chanthala
        ສຸກສະຫວັນ ~Souksavanh, ແກ້ວ Keo, ນາລີ Naly, ທອງລຸນ Thongloun, ໝາຍ Mai, ບົວ Boua, ເພັດ Phet, ເກດ Ket
        ວັນນາ Vanna, ໄຊຍະ Saya, ດວງໃຈ Douangchay, ສຸລິຍະ Souliya
    """,
    "Khmr": """
        សុខ Sok, ដារា Dara, ចាន់ Chan, វណ្ណា Vanna, សោភ័ណ Sophorn, បុប្ផា Bopha, សុភា Sophea, ធារិទ្ធ Thearith, រតនា Rattana
        ស្រីមុំ Sreymom, ពិសិដ្ឋ Piseth, ហេង Heng, ម៉ាលី Maly, គឹម Kim, លីម Lim, ម៉ៅ Mao
        ច័ន្ទ Chan, វិចិត្រ Vichet, សំណាង Samnang, វុទ្ធី Vuthy
    """,
    "Mymr": """
        အောင် Aung, ဆန်း San, စု Suu, ကြည် Kyi, ထွန်း Htun, ထွန်း Tun, မြင့် Myint, သန့် Thant, ကျော် Kyaw, ခင် Khin, လှ Hla
        ဇော် Zaw, မောင် Maung, တင် Tin, စိုး Soe, အေး Aye, ဝင်း Win, နိုင် Naing, မြ Mya, ဖြူ Phyu, ရွှေ Shwe, မိုး Moe
        သီတာ Thida, ချို Cho, နွယ် Nwe, လင်း Linn, ထက် Htet, ဖြိုး Phyo, ဗုဒ္ဓ Buddha, ဥမ္မာ Umma
    """,
    "Taml": """
        முருகன் Murugan, குமார் Kumar, லட்சுமி Letchumi, லட்சுமி Latchumi, சுப்பிரமணியம் ~Subramaniam, ராஜன் Rajan
        செல்வி Selvi, கணேசன் Ganesan, மீனாட்சி Meenatchi, பாலன் Balan, விஜயா Vijaya, தமிழ் Tamil, சரவணன் Saravanan
    """,
    "Arab": """
        احمد Ahmad, محمد Muhammad, محمد Mohamed, عبدالله Abdullah, سيتي Siti, علي Ali, فاطمه Fatimah, حسن Hassan
        نورالهدى Nurulhuda, ابراهيم Ibrahim, يوسف Yusof, عائشه Aishah, رحمن Rahman
    """,
}
GRADES = {"~": Grade.VARIANT, "?": None}


def rows() -> list[tuple[str, str, str, Grade | None]]:
    found = []
    for script, text in COMMON.items():
        for pair in text.replace("\n", ",").split(","):
            if pair.strip():
                native, roman = pair.split()
                found.append((script, native, roman.lstrip("~?"), GRADES.get(roman[0], Grade.TRANSLITERATED)))
    return found


ROWS = rows()


@pytest.mark.parametrize(("script", "native", "roman", "grade"), ROWS)
def test_common_names_are_read_as_they_are_romanised(script: str, native: str, roman: str, grade: Grade | None) -> None:
    found = read_word(native, roman, script)
    assert (found and found.grade) is grade
    assert read_word(native, roman.upper(), script) == found


@pytest.mark.parametrize("script", COMMON)
def test_and_not_as_each_other(script: str) -> None:
    own = [(native, roman) for where, native, roman, _ in ROWS if where == script]
    romans: dict[str, set[str]] = {}
    for native, roman in own:
        romans.setdefault(native, set()).add(roman)
    confused = [
        (native, roman)
        for native, mine in romans.items()
        for _, roman in own
        if roman not in mine and read_word(native, roman, script)
    ]
    assert confused == []


def test_what_is_measured_is_counted() -> None:
    assert len(ROWS) > 110
    assert sum(grade is Grade.TRANSLITERATED for *_, grade in ROWS) > 105
    assert READERS.keys() == COMMON.keys()


@pytest.mark.parametrize(
    ("script", "native", "roman", "grade", "reasons"),
    [
        ("Thai", "สมชาย ใจดี", "Somchai Jaidee", Grade.TRANSLITERATED, ("NAME_READING",)),
        ("Thai", "สมชาย ใจดี", "Jaidee Somchai", Grade.VARIANT, ("NAME_ORDER", "NAME_READING")),
        ("Thai", "สมชายใจดี", "Somchai Jaidee", Grade.TRANSLITERATED, ("NAME_READING",)),
        ("Thai", "สมชายใจดี", "Jaidee Somchai", Grade.VARIANT, ("NAME_ORDER", "NAME_READING")),
        ("Mymr", "အောင်ဆန်း", "Aung San", Grade.TRANSLITERATED, ("NAME_READING",)),
        ("Khmr", "សុខ ដារា", "Dara Sok", Grade.VARIANT, ("NAME_ORDER", "NAME_READING")),
    ],
)
def test_rows_of_words(script: str, native: str, roman: str, grade: Grade, reasons: tuple[str, ...]) -> None:
    assert read_as(native.split(), roman.split(), script) == (grade, reasons)


@pytest.mark.parametrize(("script", "native", "roman"), [("Khmr", "សុរិយ៍", "Sori"), ("Thai", "ศิลป์", "Sin")])
def test_letters_marked_as_silent_may_be_left_out(script: str, native: str, roman: str) -> None:
    assert read_word(native, roman, script) == (Grade.TRANSLITERATED, ("NAME_READING",))


def test_few_consonants_prove_nothing() -> None:
    # Two consonants agree in many names: p and t in both of these.
    assert read_word("ไพโรจน์", "Prayuth", "Thai") is None
    assert read_word("အောင်", "Naing", "Mymr") is None


@pytest.mark.parametrize(
    ("script", "native"),
    [
        ("Thai", "สม2"),
        ("Thai", "สมๆ"),
        ("Thai", "เ"),
        ("Laoo", "ເ"),
        ("Khmr", "ក១"),
        ("Mymr", "က၁"),
        ("Taml", "க1"),
        ("Arab", "ٹ"),
    ],
)
def test_what_is_in_no_table_is_not_read(script: str, native: str) -> None:
    assert READERS[script](native) is None
    assert read_word(native, "Som", script) is None


def test_only_latin_letters_are_read_as_romanised() -> None:
    assert plain("Sokhā") == "sokha"
    assert plain("D'Cruz") == "dcruz"
    assert plain("Иван") is None
    assert read_word("สม", "สม", "Thai") is None
    assert read_word("สม", "-", "Thai") is None


@pytest.mark.parametrize("script", READERS)
@given(data=st.data())
def test_no_row_of_letters_is_too_much(script: str, data: st.DataObject) -> None:
    blocks = {"Thai": (0xE00, 0xE7F), "Laoo": (0xE80, 0xEFF), "Khmr": (0x1780, 0x17FF), "Mymr": (0x1000, 0x109F)}
    blocks |= {"Taml": (0xB80, 0xBFF), "Arab": (0x600, 0x6FF)}
    native = data.draw(st.text(st.characters(min_codepoint=blocks[script][0], max_codepoint=blocks[script][1])))
    units = READERS[script](native)
    assert units is None or all(isinstance(spelling, str) for unit in units for spelling in unit)
    found = read_word(native, data.draw(st.text("aeioukstpn", max_size=20)), script)
    assert found is None or found.grade in (Grade.TRANSLITERATED, Grade.VARIANT)
