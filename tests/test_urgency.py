"""Emergencies are flagged at once; what is denied, feared, past, or only asked about is none."""

import pytest

from dispatch.transcript.urgency import EMERGENCY, find_urgency, happening
from tests.calls.score import talk

NOW = """
我家厨房一股煤气味
楼道里闻着有天然气味
邻居家燃气泄漏了，刺鼻
液化气罐漏气了，呲呲响
我媳妇好像煤气中毒了，迷糊
三楼着火了，窗户往外冒黑烟
电动车起火了，就在楼道里
仓库失火了，烧着了旁边的树
变压器爆炸了，还冒火星
配电箱冒烟了，噼里啪啦响
我家房子塌了一半
工地的墙倒塌了，压着人了
挡土墙要塌，底下就是幼儿园
有人被车撞了，流了好多血
我爸从房顶摔下来，骨折了
老太太晕倒在路边，没有反应
电线杆漏电，一个孩子触电了
路灯杆带电，狗碰上就死了
高压线掉地上了，还打火
电梯里困着三个人
电梯卡在八楼，我妈在里面出不来
我被关在电梯里了
孩子反锁在屋里了，灶上还烧着水
一个小孩锁在车里了，车窗都关着
有个孩子溺水了
有人掉河里了
老头掉到下水井里了
有人要跳楼，在楼顶坐着
楼下有人拿刀砍人
我老伴快不行了，喘不上气
停电了，家里老人用呼吸机
开水管道爆了，烫伤了两个人
河里有人落水，快来
房顶掉砖，砸着我孩子的头了
工人被困在塔吊上下不来
学校好多孩子食物中毒了
两台车撞上了，撞伤好几个人
没有人管，楼上着火了
天花板塌下来了，没人受伤，但是还有一块要塌
我害怕，屋里都是煤气味
""".strip().splitlines()

NOT_NOW = """
没有着火，就是冒点水汽
幸好没有人受伤
楼道堆杂物，有火灾隐患
路面有坑，怕有人摔伤
井盖松了，容易掉下去人
万一着火了消防车都进不来
担心哪天房子塌了
要是漏气了怎么办，管子都老化了
去年这里着过火，现在墙还是黑的
前年我在工地受伤了，到现在没给赔偿
三年前这里塌方过
以前这里有人溺水，建议加个护栏
咨询一下火灾保险怎么理赔
请问煤气中毒怎么预防
想问问触电急救培训在哪报名
燃气泄漏报警器坏了，想换一个
消防演习冒烟，吓一跳
停车场收费乱，业主群都快爆炸了
打不着火，没气了
灶点不着火
上个月电梯困人了，到现在也没修
差点掉坑里
险些被砸伤
希望加装护栏，避免有人落水
灭火器过期了，一旦起火没法用
我的手机掉下水道里了
宠物狗掉进井里了
楼上装修，噪音太大，要命
没有燃气味，就是想开通天然气
不是着火，是烧烤店冒烟
工伤认定怎么办理
老旧小区漏水，墙皮往下掉
火车站打车难
举报有人偷电
供暖公司的态度恶劣，气得我够呛
电话漏接了好几个
没人受伤
没伤着人
着火点附近的护栏坏了，火早就扑灭了
昨天小区着火了，已经扑灭了，我想问损失谁赔
如果发生火灾，这个通道根本出不去
刚才有个车库着火了，消防车到了，火灭了，就是路太堵
""".strip().splitlines()


@pytest.mark.parametrize("line", NOW)
def test_dangers_that_are_happening(line: str) -> None:
    found = find_urgency(talk(f"民:{line}"), "help", None)
    assert found.value == "emergency"
    assert found.spans and all(span.text in line for span in found.spans)


@pytest.mark.parametrize("line", NOT_NOW)
def test_dangers_that_are_not(line: str) -> None:
    assert [span.text for span in happening(talk(f"民:{line}"), EMERGENCY)] == []


def test_only_the_caller_tells_of_a_danger() -> None:
    turns = talk("坐:如果有燃气泄漏请拨打119，着火了也是", "民:好的，我家路灯坏了")
    assert find_urgency(turns, "help", None).value == "ordinary"


@pytest.mark.parametrize(
    ("line", "kind", "default", "urgency"),
    [
        ("家里停水一天了", "help", None, "urgent"),
        ("暖气一点都不热", "complaint", None, "urgent"),
        ("屋里才十三度", "help", "urgent", "urgent"),
        ("马葫芦盖丢了", "help", None, "urgent"),
        ("热费怎么交", "consultation", "urgent", "ordinary"),
        ("停水通知在哪看", "consultation", None, "ordinary"),
        ("路灯不亮", "help", None, "ordinary"),
        ("这是历史遗留问题", "complaint", None, "complex"),
        ("产权证办不下来", "complaint", "complex", "complex"),
    ],
)
def test_outages_are_urgent_and_the_category_decides_the_rest(
    line: str, kind: str, default: str | None, urgency: str
) -> None:
    assert find_urgency(talk(f"民:{line}"), kind, default).value == urgency
