"""What is wrong with a file that is imported, in words: of a row, of the file, of a region. Chinese is the source."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from grids.import_rows import Problem
from grids.region_files import BadFile
from grids.units import BadRow

ROWS = {
    "no_column": _("缺少“%(column)s”这一列"),
    "missing": _("没有填 %(column)s"),
    "too_long": _("%(column)s 超过 %(limit)s 个字"),
    "unknown": _("%(column)s 是“%(value)s”，只能是 %(known)s"),
    "no_region": _("没有区域 %(region)s"),
    "no_unit": _("没有单位 %(unit)s"),
    "no_shape": _("区域 %(region)s 没有边界，或不存在"),
    "bad_area": _("area 要么是用 | 隔开的区域代码，要么是有效的 WKT 面（经度 纬度，度）"),
    "bad_login": _("“%(login)s”不能作账号：是空的或带空格"),
    "short_password": _("密码至少要 %(least)s 个字符"),
    "centre_of_region": _("%(unit)s：中心随区域一起建，文件只能改它的名称"),
    "beyond_you": _("%(what)s 不在您的辖区内"),
    "login_taken": _("账号 %(login)s 已经有了"),
    "too_many_here": _("页面一次最多导入 %(most)s 行，更多的请用命令行"),
    "file_too_large": _("文件超过 %(most)s MB"),
    "file_encoding": _("文件既不是 UTF-8 也不是 GB 18030 文字"),
    "yourself": _("不能停用自己的账号，也不能改自己的岗位或辖区"),
}

FILES = {
    "empty": _("文件里没有可以导入的内容"),
    "not_geojson": _("文件不是 GeoJSON 的 FeatureCollection：%(problem)s"),
    "needs_pyogrio": _("读取 %(suffix)s 需要另装 pyogrio（pip install pyogrio）；GeoJSON 不需要"),
    "not_readable": _("文件读不出来：%(problem)s"),
    "bad_crs": _("坐标须是以度为单位的 WGS-84 或 CGCS2000，不能是 %(crs)s，请先转换"),
    "bad_geometry": _("第 %(number)s 个要素：图形读不出来"),
    "too_large": _("文件超过 %(limit)s 字节"),
    "too_many": _("文件超过 %(limit)s 行"),
    "bad_encoding": _("文件既不是 UTF-8 也不是 GB 18030"),
    "not_csv": _("文件不是 CSV：%(problem)s"),
    "no_columns": _("缺少这些列：%(columns)s"),
    "bad_level": _("第 %(number)s 个要素：级别是“%(level)s”，请写 1 到 6，或 province 到 cell，或指定默认级别"),
}

REGIONS = {
    "duplicate": _("代码出现了 %(times)s 次"),
    "bad_code": _("第 %(number)s 个要素：“%(value)s”不能作代码，只能是 1 到 20 个字母、数字、- 和 _"),
    "long_name": _("第 %(number)s 个要素：名称超过 %(limit)s 个字"),
    "no_name": _("第 %(number)s 个要素：新区域要有名称"),
    "no_outline": _("没有边界"),
    "no_polygon": _("第 %(number)s 个要素：图形是 %(kind)s 或是空的，须是面"),
    "invalid_polygon": _("边界无效：%(reason)s"),
    "not_lon_lat": _("第 %(number)s 个要素：坐标不是以度为单位的（经度，纬度）"),
    "other_level": _("文件说是第 %(level)s 级，树里是第 %(present)s 级"),
    "moved": _("文件说它在 %(parent)s，树里它在 %(present)s；导入不移动区域"),
    "orphan": _("孤立：它的上级“%(parent)s”不存在或已撤销"),
    "parent_retired": _("孤立：它在用，而上级 %(parent)s 已撤销"),
    "overlap": _("与 %(other)s 重叠 %(area_m2)s 平方米，在 (%(lon)s, %(lat)s) 附近"),
    "gap": _("有 %(area_m2)s 平方米没有下级区域覆盖，在 (%(lon)s, %(lat)s) 附近"),
    "sticks_out": _("伸出 %(parent)s 外 %(area_m2)s 平方米"),
    "wrong_path": _("路径或级别与上级不符"),
    "no_centre": _("没有中心单位"),
}


def row_words(problem: BadRow) -> str:
    told = gettext(str(ROWS[problem.code]), **problem.params)
    return gettext("第 %(line)s 行：%(told)s", line=problem.line, told=told) if problem.line else told


def file_words(problem: BadFile) -> str:
    return gettext(str(FILES[problem.code]), **problem.params)


def region_words(problem: Problem) -> str:
    return gettext(str(REGIONS[problem.code]), **problem.params)
