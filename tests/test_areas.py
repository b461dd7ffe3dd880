"""行政区划 (areas): code arithmetic on all shapes of code, and the two file formats."""

from __future__ import annotations

import tarfile
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrity.areas_file import SHIPPED, AreaRow, build_areas, open_source, read_areas, write_areas
from integrity.errors import Invalid
from integrity.rules import areas
from integrity.terms import AreaLevel


@st.composite
def codes(draw: st.DrawFn) -> str:
    """A well-formed code of any level, 12 digits."""
    province = draw(st.sampled_from(["11", "37", "42", "44", "50", "65"]))
    parts = [province, f"{draw(st.integers(1, 99)):02}", f"{draw(st.integers(0, 99)):02}"]
    parts += [f"{draw(st.integers(1, 999)):03}", f"{draw(st.integers(1, 999)):03}"]
    return "".join(parts[: draw(st.integers(1, 5))]).ljust(12, "0")


@pytest.mark.parametrize(
    ("code", "level", "parent"),
    [
        ("CN", AreaLevel.NATION, ""),
        ("370000000000", AreaLevel.PROVINCE, "CN"),
        ("370800", AreaLevel.CITY, "370000000000"),
        ("370811", AreaLevel.COUNTY, "370800000000"),
        ("370811001", AreaLevel.TOWNSHIP, "370811000000"),
        ("370811001001", AreaLevel.VILLAGE, "370811001000"),
        ("442000", AreaLevel.CITY, "440000000000"),
        ("442000001000", AreaLevel.TOWNSHIP, "442000000000"),
        ("442000001007", AreaLevel.VILLAGE, "442000001000"),
        ("429004000000", AreaLevel.COUNTY, "420000000000"),
        ("110101000000", AreaLevel.COUNTY, "110000000000"),
        ("500230000000", AreaLevel.COUNTY, "500000000000"),
    ],
)
def test_level_and_parent_of_a_code(code: str, level: AreaLevel, parent: str) -> None:
    assert areas.level_of(code) is level
    assert areas.parent_of(code) == parent


def test_policies_are_looked_up_from_the_township_to_the_nation() -> None:
    chain = ("370811001000", "370811", "370800", "370000", "CN")
    assert areas.policy_regions("370811001001") == chain
    assert areas.policy_regions("370811001") == chain
    assert areas.policy_regions("370811") == chain[1:]
    assert areas.policy_regions("442000001007") == ("442000001000", "442000", "440000", "CN")
    assert areas.policy_regions("429004") == ("429004", "420000", "CN")
    assert areas.policy_regions("CN") == ("CN",)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "应为12位"), ("3708x1", "数字以外"), ("３７０８", "数字以外"), ("37081", "5位"), ("990000", "不是省级"),
        ("370011", "缺少地级代码"), ("370811000001", "缺少乡级代码"), ("3708110010010", "13位"), ("-37081", "数字以外"),
    ],
)  # fmt: skip
def test_a_malformed_code_is_refused_with_the_reason(code: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        areas.check(code)


def test_an_empty_scope_holds_no_code() -> None:
    low, high = areas.code_range("")
    assert not low <= "370811001001" < high
    assert not low <= "" < high


@given(codes(), codes())
def test_a_scope_holds_exactly_the_area_and_what_lies_below(scope: str, code: str) -> None:
    low, high = areas.code_range(scope)
    below = code == scope or scope in areas.ancestors(code)
    grouping = not areas.is_government(scope)
    assert (low <= code < high) == below or grouping
    assert len(low) == len(high) == 12
    assert low.isdigit()
    assert high.isdigit()


@given(codes())
def test_every_parent_is_wider_and_the_chain_ends_with_the_nation(code: str) -> None:
    chain = [code, *areas.ancestors(code)]
    assert chain[-1] == areas.NATION
    for lower, upper in pairwise(chain):
        assert areas.level_of(upper).number < areas.level_of(lower).number
        low, high = areas.code_range(upper)
        assert low <= lower < high or upper == areas.NATION


def test_the_nation_scope_holds_every_code() -> None:
    low, high = areas.code_range("CN")
    assert low <= "110000000000" < high
    assert low <= "820000000000" < high


def test_the_shipped_file_is_the_whole_tree_of_jining() -> None:
    rows = list(read_areas(SHIPPED / "370800.csv.xz"))
    known = {row.code for row in rows}
    levels = [areas.level_of(row.code) for row in rows]
    assert {level: levels.count(level) for level in set(levels)} == {
        AreaLevel.PROVINCE: 1, AreaLevel.CITY: 1, AreaLevel.COUNTY: 12,
        AreaLevel.TOWNSHIP: 158, AreaLevel.VILLAGE: 4927,
    }  # fmt: skip
    assert all(areas.parent_of(row.code) in known | {"CN"} for row in rows)
    assert AreaRow("370811000000", "任城区") in rows
    assert [row.code for row in rows] == sorted(known)


PUBLIC = {
    "provinces.csv": 'code,name\n42,"湖北省"\n44,"广东省"\n',
    "cities.csv": 'code,name,provinceCode\n4201,"武汉市",42\n4290,"省直辖县级行政区划",42\n4420,"中山市",44\n',
    "areas.csv": 'code,name,cityCode,provinceCode\n429004,"仙桃市",4290,42\n442000,"中山市",4420,44\n',
    "streets.csv": 'code,name,areaCode,provinceCode,cityCode\n429004001,"沙嘴街道",429004,42,4290\n'
    '442000001,"石岐街道",442000,44,4420\n',
    "villages.csv": 'code,name,streetCode,provinceCode,cityCode,areaCode\n'
    '429004001001,"何坝社区居委会",429004001,42,4290,429004\n442000001007,"桂园社区居民委员会",442000001,44,4420,442000\n',
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    dist = tmp_path / "package" / "dist"
    dist.mkdir(parents=True)
    for name, text in PUBLIC.items():
        (dist / name).write_text(text, encoding="utf-8")
    with tarfile.open(tmp_path / "china-division.tgz", "w:gz") as archive:
        archive.add(tmp_path / "package", "package")
    return tmp_path


def test_one_subtree_of_the_public_package_comes_from_directory_and_archive(package: Path) -> None:
    for source in (package / "package", package / "package" / "dist", package / "china-division.tgz"):
        rows = list(open_source(source, "442000"))
        assert [row.code for row in rows] == ["440000000000", "442000000000", "442000001000", "442000001007"]
        assert rows[1].name == "中山市"


def test_a_county_directly_under_its_province_keeps_no_grouping_row(package: Path) -> None:
    rows = list(open_source(package / "package", "429004"))
    assert [row.name for row in rows] == ["湖北省", "仙桃市", "沙嘴街道", "何坝社区居委会"]


def test_a_built_file_reads_back_the_same(package: Path) -> None:
    for name in ("442000.csv", "442000.csv.xz"):
        assert build_areas(package / "package", "442000", package / name) == 4
        built = list(open_source(package / name, "442000"))
        assert built == list(open_source(package / "package", "442000"))


def test_validity_dates_and_successors_survive_writing(tmp_path: Path) -> None:
    row = AreaRow("370802000000", "市中区", date(1983, 10, 1), date(2013, 10, 14), "370811000000")
    write_areas([row], tmp_path / "old.csv")
    assert list(read_areas(tmp_path / "old.csv")) == [row]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name\n任城区\n", "第1行缺少列：code"),
        ("code,name\n3708x1,任城区\n", "第2行：行政区划代码“3708x1”含有数字以外的字符"),
        ("code,name\n370811,任城区\n370812,\n", "第3行：名称为空"),
        ("code,name\n370811,任城区\n370811,任城区\n", "第3行：代码370811000000重复"),
        ("code,name,since\n370811,任城区,2013/10/15\n", "第2行：since：日期“2013/10/15”应写作"),
        ("code,name,since,until\n370811,任城区,2013-10-15,2012-01-01\n", "第2行：启用日期2013-10-15晚于"),
        ("code,name\n370811,任城区,多\n", "第2行：列数多于表头"),
        ("code,name\nCN,全国\n", "第2行：行政区划代码“CN”不是数字代码"),
    ],
)
def test_a_faulty_row_is_refused_with_its_number_and_reason(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "areas.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Invalid, match=reason):
        list(read_areas(path))


def test_a_damaged_or_unknown_file_is_refused_in_chinese(tmp_path: Path, package: Path) -> None:
    broken = tmp_path / "broken.csv.xz"
    broken.write_bytes((SHIPPED / "370800.csv.xz").read_bytes()[:400])
    with pytest.raises(Invalid, match="文件损坏"):
        list(read_areas(broken))
    archive = tmp_path / "half.tgz"
    archive.write_bytes((package / "china-division.tgz").read_bytes()[:300])
    with pytest.raises(Invalid, match="文件损坏"):
        list(open_source(archive, "442000"))
    gbk = tmp_path / "gbk.csv"
    gbk.write_bytes("code,name\n370811,任城区\n".encode("gbk"))
    with pytest.raises(Invalid, match="不是 UTF-8"):
        list(read_areas(gbk))
    with pytest.raises(Invalid, match="应为"):
        list(open_source(tmp_path / "areas.json", "370800"))
    with pytest.raises(Invalid, match="没有找到"):
        list(open_source(package / "package", "370800"))
    with pytest.raises(Invalid, match=r"缺少provinces\.csv"):
        list(open_source(tmp_path, "370800"))
