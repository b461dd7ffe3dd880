"""姓名 (names): invented, from lists of surnames and given names; each generation has its own, some are rare."""

from __future__ import annotations

from random import Random

from integrity.terms import Sex

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯"
    "邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文孟颜仲步满闵展翟国亓解仇单查朴区"
)
_PAIRS = ("欧阳", "司马", "上官", "东方", "诸葛", "皇甫", "公孙", "令狐")
_LISTS = {
    (Sex.MALE, 0): "德福 传玉 广才 兆祥 继忠 宪文 庆和 守仁 振山 长海 建国 保田 玉堂 忠义 同喜 学礼",
    (Sex.FEMALE, 0): "秀英 桂兰 玉珍 凤英 秀兰 素云 桂荣 爱香 玉荣 翠英 金凤 瑞华 兰芝 月娥 春梅 培英",
    (Sex.MALE, 1): "卫东 建军 爱民 志强 国庆 红旗 洪涛 文革 海峰 新华 宏伟 立新 保国 永强 勇 伟",
    (Sex.FEMALE, 1): "红梅 丽华 秋菊 爱华 春霞 敏 燕 玲 桂芳 淑贞 彩霞 海燕 秀丽 艳 萍 建华",
    (Sex.MALE, 2): "鹏 磊 超 浩 凯 帅 志远 文博 晓东 宁 天宇 明哲 亚楠 飞 龙 俊杰",
    (Sex.FEMALE, 2): "婷 静 娜 雪 倩 莉 晓彤 梦瑶 丹丹 慧 雅文 佳 露 璐 盼盼 蕾",
    (Sex.MALE, 3): "子轩 浩然 梓豪 宇航 奕辰 一诺 俊熙 沐阳 铭泽 佑安 嘉懿 博文 皓轩 景行 睿 晨曦",
    (Sex.FEMALE, 3): "梓涵 欣怡 诗涵 雨桐 可馨 若曦 思琪 语嫣 一冉 佳琪 艺馨 沐瑶 芷若 夏 安然 书瑶",
}
_GIVEN = {generation: names.split() for generation, names in _LISTS.items()}
_GENERATIONS = (1958, 1978, 2002)
_RARE = ("䶮", "㛃", "𬭎", "𬘭", "玥䶮", "子㛃", "𬭎文")
_DOTTED = {
    Sex.MALE: ("买买提·吐逊", "艾力·阿不都", "热合曼·玉素甫"),
    Sex.FEMALE: ("阿依古丽·麦麦提", "古丽米热·艾合买提", "帕提古丽·吐尔逊"),
}
_RARE_SHARE, _DOTTED_SHARE, _PAIR_SHARE = 0.008, 0.004, 0.01


def surname(rng: Random) -> str:
    """姓 (surname): one character, now and then two."""
    return rng.choice(_PAIRS) if rng.random() < _PAIR_SHARE else rng.choice(_SURNAMES)


def full_name(rng: Random, family_name: str, sex: Sex, born_year: int) -> str:
    """姓名 (full name) of a person of a family; the family name gives way in names written with a dot."""
    chance = rng.random()
    if chance < _DOTTED_SHARE:
        return rng.choice(_DOTTED[sex])
    if chance < _DOTTED_SHARE + _RARE_SHARE:
        return family_name + rng.choice(_RARE)
    generation = sum(born_year >= year for year in _GENERATIONS)
    return family_name + rng.choice(_GIVEN[sex, generation])
