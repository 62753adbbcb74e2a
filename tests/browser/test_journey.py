"""The journey of a matter, seen by everybody on its way: agent, manager, attendant, agent again; and by a citizen."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests import world
from tests.browser import camera
from tests.browser.server import Server
from tests.browser.site import Site, phone, same_document, wait_live

pytestmark = pytest.mark.browser

CELL = "210102002001001"  # the first cell of 文安路社区
SNAP_CELL = "210102001002001"
AT_ONCE = 2_000  # ms from the answer until a board elsewhere shows it
POLL = 8_000  # ms: a citizen's page asks every five seconds
TAPS = 4
CALL = """坐席：您好，12345 热线，请问有什么可以帮您？
市民：你好，我们楼门口的垃圾三天没人清了，满地都是，味道特别大。
坐席：请问在什么位置？
市民：沈阳市和平区南湖街道文安路社区，文安路 12 号楼。
坐席：您贵姓，电话是多少？
市民：免贵姓姜，13900001234。
坐席：好的，姜先生，已经记下了。
"""
TYPED = "文安路 12 号楼西侧的垃圾箱满了，垃圾堆到了路上。市民姓姜，电话 13900001234。"
STEPS = ["受理", "派单", "签收", "联系", "反馈办理结果", "回访"]


def test_a_call_is_dispatched_handled_and_called_back(site: Site, server: Server, tmp_path: Path) -> None:
    agent = site.enter("agent.2101")
    board, sibling = (wait_live(site.enter(f"manager.{code}")) for code in ("210102", "210103"))
    before, beside = open_count(board), shown(sibling)
    upload(agent, tmp_path)
    expect(total(board, "open")).to_have_text(str(before + 1), timeout=AT_ONCE)
    attendant = site.enter(f"attendant.{CELL}", **phone(*world.centre(CELL)))
    wait_live(attendant)
    number = dispatch_by_hand(agent)
    expect(total(board, "open")).to_have_text(str(before + 2), timeout=AT_ONCE)
    assert handle(attendant, number) <= TAPS
    call_back(agent, number)
    expect(total(board, "open")).to_have_text(str(before + 1), timeout=AT_ONCE)
    assert same_document(board) and same_document(sibling)
    assert shown(sibling) == beside
    agent.goto(f"/tickets/{number}")
    expect(agent.locator(".chip--state").first).to_have_text("已办结")
    assert agent.locator("ol.timeline li .body > b").all_inner_texts() == STEPS


def upload(agent: Page, folder: Path) -> None:
    """A transcript at the desk: number and promised time beside the file's name; the words prove the community."""
    file = folder / "来电 0817.txt"
    file.write_text(CALL, encoding="utf-8")
    agent.set_input_files("#drop-files", file)
    result = agent.locator("#drop-results li")
    number = result.get_by_role("link")
    expect(number).to_have_text(re.compile(r"^\d{11}$"))
    expect(result).to_have_text(re.compile(r"\d\d-\d\d \d\d:\d\d 前"))
    told = agent.context.request.get(f"/api/v1/tickets/{number.inner_text()}").json()
    assert (told["region"]["name"], told["holder"]["name"]) == ("文安路社区", "文安路社区中心")
    assert told["address"].endswith("文安路 12 号楼")


def dispatch_by_hand(agent: Page) -> str:
    """The same at the desk while talking, with a point: the number to read out, and the time that is promised."""
    lon, lat = world.centre(CELL)
    agent.fill("#description", TYPED)
    agent.locator("details.point summary").click()
    agent.fill("#g-lon", str(lon))
    agent.fill("#g-lat", str(lat))
    agent.locator("#g-lat").blur()
    expect(agent.locator("#place-path")).to_have_text(re.compile("文安路社区 › 001 网格"))
    expect(agent.locator("#place-route")).to_have_text("001 网格中心")
    expect(agent.locator("#g-caller_phone")).to_have_value("13900001234")
    agent.locator("#description").press("Control+Enter")
    number = re.sub(r"\D", "", agent.locator("#saved-number").inner_text())
    expect(agent.locator(".promise")).to_have_text(re.compile(r"承诺反馈\s*\d\d-\d\d \d\d:\d\d 前"))
    expect(agent.locator("#description")).to_be_empty()
    wait_live(agent)
    return number


def handle(attendant: Page, number: str) -> int:
    """The attendant's way from the list to the feedback; how many taps it took, the camera aside."""
    taps: list[str] = []

    def tap(target: Locator) -> None:
        taps.append(target.inner_text())
        target.tap()

    expect(attendant.locator("[data-waiting]")).to_be_visible()
    assert same_document(attendant)
    tap(attendant.locator("[data-waiting]"))
    expect(attendant.locator(f"[data-number='{number}']")).to_be_visible()
    tap(attendant.locator(".dock .actionbar").get_by_role("button"))
    attendant.wait_for_url(f"**/cases/{number}")
    expect(attendant.locator("[data-step=contact]")).to_have_attribute("aria-current", "step")
    tap(attendant.locator(".dock").get_by_role("button"))
    expect(attendant.locator("[data-step=photo]")).to_have_attribute("aria-current", "step")
    with attendant.expect_file_chooser() as chooser:
        attendant.locator(".dock [data-shoot]").tap()
    chooser.value.set_files(camera.photo(CELL))
    expect(attendant.locator("[data-shots] img")).to_be_visible()
    tap(attendant.locator(".dock [data-to-handle]"))
    attendant.wait_for_url("**/cases?done=handle*")
    expect(attendant.locator(f"[data-number='{number}']")).to_have_count(0)
    return len(taps)


def call_back(agent: Page, number: str) -> None:
    """The agent's list of call-backs brings it without a reload; resolved, very satisfied."""
    agent.locator("#more-call-backs").click()
    assert same_document(agent)
    item = agent.locator(f"#call-backs [data-number='{number}']")
    item.locator("summary").click()
    item.locator("[name=resolved][value=true]").check()
    item.locator("[name=satisfaction]").select_option("5")
    item.locator("form button").click()
    expect(agent.locator(".notices")).to_contain_text(number)


def test_a_citizen_snaps_follows_and_rates(site: Site, server: Server) -> None:
    citizen = site.enter(None, "/", **phone())
    with citizen.expect_file_chooser() as chooser:
        citizen.locator("[data-camera-label]").tap()
    chooser.value.set_files(camera.photo(SNAP_CELL))
    expect(citizen.locator("[data-under]")).to_have_text("太原第2社区 001 网格")
    sent = time.monotonic()
    citizen.locator("[data-send]").tap()
    citizen.wait_for_url(re.compile(r"/snap/\d{11}\?token="))
    number = re.sub(r"\D", "", citizen.locator(".done__number").inner_text())
    assert time.monotonic() - sent < 5
    expect(citizen.locator(".facts")).to_have_text(re.compile(r"承诺办结\s*\d\d-\d\d \d\d:\d\d"))
    link = citizen.locator("#link").input_value()
    citizen.get_by_role("link", name="看进度").tap()
    expect(citizen).to_have_url(link)
    follow(citizen, server, number)
    rate(citizen)


def follow(citizen: Page, server: Server, number: str) -> None:
    """What happens at the unit appears on the citizen's page, which stays open all the time."""
    attendant, status = f"attendant.{SNAP_CELL}", citizen.locator(".status__word")
    citizen.evaluate("window.sameDocument = true")
    expect(status).to_have_text("已交给 001 网格中心，等他们接手")
    server.call(attendant, f"/tickets/{number}/sign_in")
    expect(status).to_have_text("001 网格中心 正在办理", timeout=POLL)
    server.call(attendant, f"/tickets/{number}/contact")
    expect(citizen.locator("[data-part=timeline]")).to_contain_text("办理人员已与您联系", timeout=POLL)
    server.call(attendant, f"/tickets/{number}/handle", files=camera.upload(SNAP_CELL), note="已清扫，附照片")
    expect(status).to_have_text("001 网格中心 说办好了，请您看看", timeout=POLL)
    expect(citizen.locator("[data-part=photos]")).to_contain_text("办理后")
    assert same_document(citizen)


def rate(citizen: Page) -> None:
    citizen.locator("label", has_text="解决了").first.tap()
    citizen.locator("label", has_text="很满意").tap()
    citizen.get_by_role("button", name="提交评价").tap()
    expect(citizen.locator(".said")).to_have_text("谢谢，您的评价已收到")
    expect(citizen.locator(".status__word")).to_have_text("已办结")


def total(board: Page, name: str) -> Locator:
    return board.locator(f"[data-total={name}]")


def open_count(board: Page) -> int:
    return int(total(board, "open").inner_text())


def shown(board: Page) -> list[str]:
    """The figures of a board and the numbers of its tickets."""
    numbers = board.locator("#rows > li").evaluate_all("rows => rows.map((row) => row.dataset.number)")
    return [*board.locator("[data-total]").all_inner_texts(), *numbers, board.locator("#waiting").inner_text()]
