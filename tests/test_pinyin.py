"""拼音 (pinyin): surnames are read as surnames, every reading is kept, and the table is what it was drawn from."""

from __future__ import annotations

import unicodedata

import pytest

from integrity.rules.pinyin import Reading, _table, plain, readings, typed

SURNAMES = (
    "曾zeng 单shan 查zha 仇qiu 朴piao 区ou 解xie 任ren 盖ge 翟zhai 覃qin 繁po 员yun 乐yue 召shao 祭zhai 冼xian 华hua "
    "卜bu 缪miao 宓mi 葛ge 过guo 牟mu 宁ning 秘bi 郗xi 纪ji 黑he 晁chao 佴nai 种chong 隗wei 费fei 贲ben 那na 能nai "
    "盛sheng 沈shen 石shi 车che 句gou 阚kan 瞿qu 幺yao 亓qi 於yu 郇xun 郄qie 逄pang 逯lu 眭sui 璩qu 谌chen 莘shen 薄bo "
    "柏bai 折she 行xing 适kuo 炅gui 都du 应ying 强qiang 干gan 藏zang 占zhan 佘she 褚chu 角jue 燕yan 隽juan 戏xi 宿su "
    "焉yan 吕lv 颉xie 妫gui 昝zan 臧zang 笪da 王wang 李li 张zhang 刘liu 陈chen 杨yang 赵zhao 黄huang 周zhou 吴wu 徐xu "
    "孙sun 马ma 朱zhu 胡hu 郭guo 何he 高gao 林lin 罗luo 郑zheng 梁liang 谢xie 宋song 唐tang"
)
COMPOUND = {
    "尉迟恭": "yuchigong", "万俟乐": "moqile", "澹台明": "tantaiming", "长孙无忌": "zhangsunwuji",
    "单于平": "chanyuping", "令狐冲": "linghuchong", "欧阳修": "ouyangxiu", "司马光": "simaguang",
    "诸葛亮": "zhugeliang", "皇甫嵩": "huangfusong",
}  # fmt: skip


def test_a_surname_is_read_as_one() -> None:
    pairs = {pair[0]: pair[1:] for pair in SURNAMES.split()}
    wanted = {name: Reading(f"{said}ping", f"{said[0]}p") for name, said in pairs.items()}
    assert {name: readings(f"{name}平")[0] for name in pairs} == wanted


def test_a_compound_surname_is_read_as_a_whole() -> None:
    assert {name: readings(name)[0].full for name in COMPOUND} == COMPOUND


def test_every_reading_is_kept_and_none_too_many() -> None:
    assert {one.full for one in readings("曾乐")} == {"zengle", "zengyue", "cengle", "cengyue"}
    assert len(readings("乐乐乐乐乐乐")) == 8
    assert readings("䶮𬭎") == (Reading("yanhong", "yh"),), "rare characters are read as well"
    assert readings("·—") == readings("") == ()


def test_dots_blanks_and_spellings_do_not_matter() -> None:
    assert plain("买买提·吐逊") == plain("买买提 吐逊") == plain("买买提•吐逊")
    assert readings("阿卜杜拉·艾合买提")[0].initials == "abdlahmt"
    assert typed("LYU Wei") == typed("lü wei") == typed("lv'wei") == "lvwei"


def test_the_table_is_what_pypinyin_says() -> None:
    pinyin_dict = pytest.importorskip("pypinyin.pinyin_dict").pinyin_dict

    def bare(said: str) -> str:
        marked = unicodedata.normalize("NFD", said.split(",")[0]).replace("u\u0308", "v")
        return "".join(one for one in marked if not unicodedata.combining(one))

    assert _table() == {chr(code): bare(said) for code, said in pinyin_dict.items()}
