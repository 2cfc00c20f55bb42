"""Chinese family names in Latin letters: one character is spelt by the language it is spoken in, and by hanyu pinyin.

What is said here is general knowledge (G) and not complete. It never makes two names agree; it only says that
a difference between them proves nothing, because the same characters may stand behind both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

# By character: hanyu pinyin, then Hokkien, Teochew, Cantonese, Hakka, Hainanese as they are spelt in the region.
_SPELLINGS: Final = {
    "陈": "chen, tan, chan, chin, ting, tang",
    "林": "lin, lim, lam, lum",
    "黄": "huang, ng, ooi, wee, oei, wong, bong, vong, ui",
    "李": "li, lee, lie, ly, loy",
    "王": "wang, ong, heng, wong, vong",
    "吴": "wu, goh, gouw, ng, eng, ngo",
    "张": "zhang, teo, teoh, tio, cheong, cheung, chong, chang, thio",
    "刘": "liu, low, lau, lao, lew, liew",
    "蔡": "cai, chua, chuah, tjoa, choy, choi, chai, tsai",
    "郑": "zheng, tay, teh, tee, cheng, chang, ching",
    "杨": "yang, yeo, yong, yeoh, yeung, njoo, iu",
    "许": "xu, koh, khoh, khaw, kho, hui, hii, hsu",
    "谢": "xie, chia, cheah, tjia, tse, hsieh, sia",
    "郭": "guo, kuek, quek, kwek, kweh, kok, kwok, keh, kwee",
    "叶": "ye, yap, yeap, ip, yip, yeh",
    "苏": "su, soh, saw, so, soo",
    "庄": "zhuang, chng, ching, chong, tsng",
    "何": "he, ho, hor, hoe, foo",
    "周": "zhou, chew, chiew, chow, tjioe, chau, chou",
    "洪": "hong, ang, hung, fung",
    "高": "gao, koh, ko, kao, kou",
    "曾": "zeng, chan, tsang, chen, tseng, cham, chang, can",
    "邱": "qiu, khoo, hew, yau, chiu, khu, kiu",
    "沈": "shen, sim, sum, sam, shum",
    "梁": "liang, neo, leong, leung, niu, liong",
    "徐": "xu, chee, cher, tsui, swee, chui, hsu",
    "朱": "zhu, choo, chu, tjoe",
    "罗": "luo, lo, law, loh, low",
    "赵": "zhao, tio, chew, chiu, chao",
    "颜": "yan, gan, ngan, nyan",
    "卢": "lu, loh, loo, low, lo",
    "傅": "fu, poh, pho, foo",
    "方": "fang, png, pung, fong, hng",
    "韩": "han, hang, hon",
    "符": "fu, foo, hoo, phu",
    "冯": "feng, pang, foong, fung, fong",
    "余": "yu, eu, yee, yii, er, ee, yue",
    "施": "shi, see, sie, sze",
    "白": "bai, peh, pek, pak",
    "康": "kang, kng, khng, hong",
}
_CHARACTERS: Final[Mapping[str, frozenset[str]]] = {
    spelling: frozenset(character for character, row in _SPELLINGS.items() if spelling in row.split(", "))
    for row in _SPELLINGS.values()
    for spelling in row.split(", ")
}


def may_be_one_family(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether a word at the edge of each name spells the same family name, each in another way.

    Words are in small letters, as `words.key` makes them. A family name stands first, or last where a given
    name of another language was put before it.
    """
    ends = [{row[0], row[-1]} for row in (tuple(one), tuple(other)) if row]
    if len(ends) < 2:
        return False
    return any(
        first != second and _CHARACTERS.get(first, frozenset()) & _CHARACTERS.get(second, frozenset())
        for first in ends[0]
        for second in ends[1]
    )
