"""One call, several matters: split where the caller begins another one, and nowhere else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.transcript import CallReading, extract_all
from dispatch.transcript.extract import QUESTIONS
from tests.calls.score import CALLED_AT, GAZETTEER, TAXONOMY, talk, value


def read(*lines: str) -> CallReading:
    return extract_all(talk(*lines), GAZETTEER, TAXONOMY, called_at=CALLED_AT)


def topics(*lines: str) -> list[str | bool | None]:
    return [value(matter.category) for matter in read(*lines).matters]


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        (["民:路灯不亮。还有一件事，垃圾没人清运"], ["light.street", "cityscape.rubbish"]),
        (["民:反映两个问题，第一个路灯不亮，第二个垃圾没人清运"], ["light.street", "cityscape.rubbish"]),
        (["民:一个是路灯不亮，还有一个是垃圾没人清运"], ["light.street", "cityscape.rubbish"]),
        (["民:一是路灯不亮，二是垃圾没人清运"], ["light.street", "cityscape.rubbish"]),
        (["民:路灯不亮", "坐:还有别的问题吗", "民:有，垃圾桶满了没人清运"], ["light.street", "cityscape.rubbish"]),
        (["民:路灯不亮，另外垃圾没人清运"], ["light.street", "cityscape.rubbish"]),
        (["民:我要投诉楼下烧烤油烟大，顺便咨询一下公积金怎么提取"], ["environment.fumes", "housing.fund"]),
        (["民:家里停水了。对了，还有个事儿，楼道灯也坏了"], ["water.outage", "light.corridor"]),
        (["民:暖气不热。再一个就是拖欠工资的事，老板欠我三个月工资"], ["heat.indoor", "labour.wages"]),
        (["民:路灯不亮", "坐:记下了", "民:还想反映小区里有人养鸡"], ["light.street", "cityscape.pets"]),
        (["民:我说三个事，第一停水，第二停电，第三停气"], ["water.outage", "power.outage", "gas.outage"]),
        (["民:我想反映两个问题一个是路灯不亮还有一个是垃圾没人清运"], ["light.street", "cityscape.rubbish"]),
        (
            ["民:在文安路社区路灯不亮。另一件事，南湖街道那边的路灯也不亮"],
            ["light.street", "light.street"],
        ),
    ],
)
def test_matters_that_are_announced(lines: list[str], codes: list[str]) -> None:
    assert topics(*lines) == codes


ONE = [
    "暖气不热，屋里冷，孩子都冻感冒了，还有老人也受不了",
    "楼上漏水，把我家墙都泡了，另外地板也鼓了",
    "停水三天了，还有就是打电话没人接",
    "停水三天了，另外水务局说没接到通知",
    "工地半夜施工，另外扬尘也特别大",
    "饭店油烟大，同时噪音也吵得睡不着",
    "垃圾没人清，臭得不行，还有苍蝇",
    "这个路口总堵车，一是停车多，二是没有红绿灯，三是没人管",
    "我要投诉物业，第一不打扫卫生，第二不修门禁，第三态度还不好，总之就是物业不作为",
    "第一天停水，第二天停水，第三天还停水",
    "我第二次打电话了，路灯还是不亮",
    "先是找社区，社区让找街道，街道又让找城管，就是违建没人拆",
    "公积金怎么提取，另外都要什么材料",
    "低保怎么申请，还有多长时间能批下来",
    "老板拖欠工资，还有他电话也不接，另外劳动监察也找过了",
    "下水道堵了，污水冒出来，楼道里全是味，还有人滑倒",
    "井盖没了，另外什么时候能给修",
    "路灯不亮，还有一个情况，就是之前反映过也没给答复",
    "孩子入学报名，另外我们是外地户口",
    "电梯坏了，另外赔偿怎么算",
    "小区停电，电梯也停了，冰箱里的东西都坏了",
    "我们楼里还有三户也不热，暖气都是凉的",
    "狗叫一晚上，另外他家狗还不拴绳",
    "宽带断了，再打客服电话也没人接",
    "开发商延期交房，另外当初的宣传也是骗人的",
    "树倒了压着车，另外车里的东西也坏了",
    "供热公司不给退费，还有就是态度恶劣",
    "修路把我家门口挖了，还有水管子也挖断了，停水一天了",
    "楼上装修吵，第二个月了还没完",
    "装修公司收了定金人找不着了，另外我去派出所报过案，说不管",
    "停车位被占，另外一辆车也停在消防通道",
]


@pytest.mark.parametrize("line", ONE)
def test_one_matter_stays_one(line: str) -> None:
    assert len(read(f"民:{line}").matters) == 1


@pytest.mark.parametrize(
    "lines",
    [
        ["民:路灯不亮", "坐:还有其他问题吗", "民:没有了，谢谢"],
        ["民:路灯不亮", "坐:还有别的吗", "民:就这个，尽快修"],
        ["民:路灯不亮", "坐:还有其他需要补充的吗", "民:有，都黑了一个月了"],
        ["民:路灯不亮", "坐:另外请问您的电话", "民:13940001234"],
        ["坐:还有什么问题吗", "民:路灯不亮"],
        ["民:喂", "坐:您好", "民:还有人吗，路灯不亮"],
        ["民:我家停水了，楼下也停水了", "坐:还有哪家", "民:还有一家饭店也没水"],
    ],
)
def test_questions_of_the_agent_begin_no_matter(lines: list[str]) -> None:
    assert len(read(*lines).matters) == 1


def test_each_matter_has_its_own_place_time_and_urgency() -> None:
    reading = read(
        "民:我反映两件事，第一个，昨天晚上八点我家停电了，在沈阳市和平区南湖街道文安路社区",
        "坐:嗯，第二个呢",
        "民:第二个是沈河区五里河街道，有人在河边烧垃圾，每天都烧",
        "坐:您的电话",
        "民:13940001234",
    )
    first, second = reading.matters
    assert value(reading.phone) == "13940001234"
    assert first.place and second.place
    assert (first.place.value, second.place.value) == ("210102019009", "210103018")
    assert (first.urgency.value, second.urgency.value) == ("urgent", "ordinary")
    assert first.happened and first.happened.at == "2026-11-22T20:00+08:00" and not first.happened.recurring
    assert second.happened and second.happened.recurring
    assert {span.turn for span in first.quotes} == {0} and {span.turn for span in second.quotes} == {2}


def test_a_later_matter_inherits_the_place_less_surely() -> None:
    first, second = read("民:和平区南湖街道文安路社区路灯不亮。另外垃圾没人清运").matters
    assert first.place and second.place and first.place.value == second.place.value
    assert second.place.confidence < first.place.confidence
    assert [span.text for span in second.place.spans] == [span.text for span in first.place.spans]


def test_a_later_matter_with_a_road_of_its_own_takes_only_the_district() -> None:
    _, second = read("民:和平区南湖街道文安路社区路灯不亮。另外青年大街那边垃圾没人清运").matters
    assert second.place and second.place.value == "210102"
    assert value(second.address) == "沈阳市和平区青年大街"


def test_a_district_said_once_decides_for_a_street_said_later() -> None:
    _, second = read("民:大连市沙河口区西安路街道路灯不亮。还有一件事，李家街道垃圾没人清运").matters
    assert second.place and second.place.value == "210204011"


def test_the_agent_may_go_back_to_the_first_matter() -> None:
    first, second = read(
        "民:一个是路灯不亮，还有一个是自来水没水压",
        "坐:路灯在哪里",
        "民:和平区南湖街道",
        "坐:水压的这个地址呢",
        "民:沈河区五里河街道",
    ).matters
    assert first.place and second.place
    assert (first.place.value, second.place.value) == ("210102019", "210103018")


@pytest.mark.parametrize(
    ("lines", "kinds"),
    [
        (["民:我要投诉，路灯不亮没人管，另外垃圾也没清"], ["complaint", "complaint"]),
        (["民:我要投诉楼下饭店油烟。另外咨询一下公积金怎么提取"], ["complaint", "consultation"]),
        (["民:我想表扬网格员，特别热心。另外楼道灯坏了，麻烦修一下"], ["praise", "help"]),
        (["民:我想咨询一下，快递不送上门", "坐:您要投诉吗", "民:对，我要投诉"], ["complaint"]),
        (["民:帮忙修一下路灯，我要投诉，都一个月了"], ["complaint"]),
        (["民:我要投诉这家饭店，无证经营"], ["complaint"]),
        (["民:我不是投诉，就是问一下"], ["consultation"]),
        (["民:路灯不亮"], ["help"]),
        (["民:小贩占道经营"], ["complaint"]),
    ],
)
def test_kinds_are_never_milder_than_said(lines: list[str], kinds: list[str]) -> None:
    assert [matter.kind.value for matter in read(*lines).matters] == kinds


def test_descriptions_name_nobody() -> None:
    reading = read(
        "民:你好，我叫赵铁柱，电话13940001234，我想反映两个事儿，头一个是我家停水了，打我13940001234就行",
        "民:再一个，楼道灯坏了，找赵铁柱，幺三九四洞洞洞幺两三四",
    )
    said = " ".join(str(value(matter.matter)) for matter in reading.matters)
    assert len(reading.matters) == 2
    assert "停水" in said and "楼道灯" in said
    assert "赵铁柱" not in said and "1394" not in said and "洞洞洞" not in said


WORDS = [
    *(
        "和平区",
        "南湖街道",
        "另外",
        "还有一件事，",
        "第一",
        "第二个是",
        "路灯不亮",
        "垃圾没人清运",
        "着火了",
        "没有",
        "我要投诉",
    ),
    *(
        "，",
        "。",
        "昨天晚上八点",
        "我姓王",
        "139",
        "四零零零",
        "一二三四",
        "三个八",
        "不是",
        "对",
        "青年大街",
        "停水两天了",
        "咨询公积金",
    ),
    *(" ", "\n", "？", "北京市", "身份证", "一个是", "再一个"),
]
LINES = st.lists(st.tuples(st.sampled_from("坐民"), st.lists(st.sampled_from(WORDS), max_size=9)), max_size=7)


@given(LINES, st.sampled_from([CALLED_AT, None]))
@settings(deadline=None, max_examples=150)
def test_whatever_is_said_the_reading_rests_on_it(said: list[tuple[str, list[str]]], called_at: object) -> None:
    """Spans lie in the words, confidences in 0..1, questions are known, and the same call reads the same again."""
    turns = talk(*(f"{side}:{''.join(words)}" for side, words in said))
    reading = extract_all(turns, GAZETTEER, TAXONOMY, called_at=called_at)  # type: ignore[arg-type]
    assert reading == extract_all(turns, GAZETTEER, TAXONOMY, called_at=called_at)  # type: ignore[arg-type]
    assert reading.matters
    for matter in reading.matters:
        found = [
            matter.place,
            matter.address,
            matter.happened,
            matter.matter,
            matter.kind,
            matter.category,
            matter.urgency,
        ]
        spans = [*matter.quotes, *(span for one in found if one for span in one.spans)]
        assert all(turns[span.turn].text[span.start : span.end] == span.text for span in spans)
        assert all(0 <= one.confidence <= 1 for one in found if one)
        assert set(matter.questions) <= set(QUESTIONS)
        assert len(str(value(matter.matter) or "")) <= 120
