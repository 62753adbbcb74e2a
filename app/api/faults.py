"""What the request schemas refuse, in the user's language: marshmallow says it in English sentences of its own."""

import re

from flask_babel import gettext
from flask_babel import lazy_gettext as _

FAULTS = (
    (r"Missing data for required field\.|Field may not be null\.", _("必填")),
    (r"Not a valid (number|integer)\.|Special numeric values .*", _("不是数字")),
    (r"Number too large\.", _("数字太大")),
    (r"Not a valid boolean\.", _("请填是或否")),
    (r"Not a valid (aware )?datetime\.", _("不是时间，例如 2026-11-23T09:00:00+08:00")),
    (r"Not a valid (utf-8 )?string\.", _("不是文字")),
    (r"Must be one of: (?P<choices>[\w, ]+)\.", _("须是 %(choices)s 之一")),
    (r"Not a valid list\.", _("不是列表")),
    (r"Invalid input type\.", _("不是 JSON 对象")),
    (
        r"Must be greater than or equal to (?P<low>[\d.-]*\d) and less than or equal to (?P<high>[\d.-]*\d)\.",
        _("须在 %(low)s 与 %(high)s 之间"),
    ),
    (r"Must be greater than or equal to (?P<low>[\d.-]*\d)\.", _("不能小于 %(low)s")),
    (r"Must be less than or equal to (?P<high>[\d.-]*\d)\.", _("不能大于 %(high)s")),
)


def words_of_fault(message: str) -> str:
    """The sentence for one of marshmallow's; a general one for what it may say in a later version."""
    for pattern, sentence in FAULTS:
        found = re.fullmatch(pattern, message)
        if found:
            return str(sentence) % found.groupdict()
    return gettext("内容不对")
