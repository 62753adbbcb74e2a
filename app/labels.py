"""The field's words for codes, in the user's language."""

from flask_babel import lazy_gettext as _
from flask_babel import lazy_pgettext

LABELS = {
    "status": {
        "RECEIVED": _("已受理"),
        "DISPATCHED": _("已派单"),
        "SIGNED_IN": _("办理中"),
        "HANDLED": _("已反馈"),
        "CLOSED": _("已办结"),
        "REJECTED": _("不予受理"),
    },
    "kind": {
        "consultation": _("咨询"),
        "help": _("求助"),
        "complaint": _("投诉"),
        "report": _("举报"),
        "suggestion": _("建议"),
        "praise": _("表扬"),
    },
    "urgency": {
        "emergency": _("特急"),
        "urgent": _("紧急"),
        "ordinary": _("普通"),
        "complex": _("复杂"),
    },
    "clock": {
        "DISPATCH": _("派单"),
        "SIGN_IN": _("签收"),
        "CONTACT": _("联系"),
        "HANDLE": _("办理"),
        "CALL_BACK": _("回访"),
    },
    "channel": {
        "phone": _("电话"),
        "snap": _("随手拍"),
        "web": _("网站"),
        "open311": _("开放接口"),
        "import": _("导入"),
    },
    "level": {
        "province": _("省"),
        "city": _("市"),
        "district": _("区县"),
        "street": _("街道"),
        "community": _("社区"),
        "cell": _("网格"),
    },
    "role": {
        "agent": _("接线员"),
        "attendant": _("网格员"),
        "manager": _("管理员"),
        "admin": _("系统管理员"),
        "citizen": _("市民"),
        "system": _("系统"),
    },
    "light": {
        "ok": _("正常"),
        "half": _("过半"),
        "near": _("临期"),
        "over": _("超期"),
    },
    "clock_state": {
        "running": _("计时中"),
        "paused": _("暂停"),
        "met": _("按时"),
        "breached": _("超期"),
    },
    "verb": {
        "receive": _("受理"),
        "answer": _("直接答复"),
        "reject": lazy_pgettext("verb", "不予受理"),
        "dispatch": _("派单"),
        "sign_in": _("签收"),
        "contact": _("联系"),
        "report_up": _("上报"),
        "give_back": _("退单"),
        "handle": _("反馈办理结果"),
        "call_back": _("回访"),
        "rate": _("评价"),
        "redo": _("重办"),
        "reopen": _("重开"),
        "relocate": _("改址"),
        "urge": _("催办"),
        "note": _("备注"),
        "reveal": _("显示全号"),
        "warn": _("时限提醒"),
        "escalate": _("升级"),
    },
    "input": {
        "unit": _("单位"),
        "reason": _("原因"),
        "note": _("内容"),
        "basis": _("依据"),
        "article": _("知识库条目"),
        "turn_to": _("请向何处反映"),
        "resolved": _("是否解决"),
        "satisfaction": _("满意程度"),
        "contacted": _("是否联系上"),
        "lon": _("经度"),
        "lat": _("纬度"),
        "datum": _("坐标系"),
        "region": _("区域"),
        "address": _("地址"),
        "photos": _("照片"),
    },
    "drop_reason": {
        "nothing": _("没有诉求"),
        "duplicate": _("与已有工单重复"),
        "wrong_number": _("打错或骚扰电话"),
        "settled": _("已当场答复"),
        "garbled": _("转写有误，听录音无诉求"),
    },
    "draft_state": {
        "open": _("待处理"),
        "filed": _("已立单"),
        "dropped": _("已弃用"),
    },
    # Names that stand in calendars and policies as data; another name is shown as it is.
    "festival": {
        "元旦": _("元旦"),
        "春节": _("春节"),
        "清明": _("清明"),
        "劳动节": _("劳动节"),
        "端午": _("端午"),
        "中秋": _("中秋"),
        "国庆节": _("国庆节"),
        "中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日": _("抗战胜利 70 周年纪念日"),
    },
    "source": {
        "default": _("本平台起始值"),
        "Beijing 12345": _("北京 12345"),
        "Shandong 12345": _("山东 12345"),
        "Shenyang mailbox": _("沈阳市民信箱"),
        "city management field cases": _("城市管理立案结案标准"),
    },
}


def label(group: str, code: str | None) -> str:
    """The word for a code, or the code itself where there is none."""
    return str(LABELS.get(group, {}).get(code or "", code or ""))
