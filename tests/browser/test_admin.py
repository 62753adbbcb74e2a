"""Administration in the browser: a province's administrator makes somebody, tries a text, and finds the act again."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.site import DESK, Site, violations

pytestmark = pytest.mark.browser


@pytest.fixture
def page(site: Site) -> Iterator[Page]:
    yield site.page(site.state("admin.21"), site.base, "zh", viewport=DESK)


def test_somebody_is_made_by_keyboard_and_the_act_is_in_the_log(page: Page, site: Site) -> None:
    site.forgive("401", "WebSocket")  # whose account ends
    page.goto("/admin")
    page.get_by_role("link", name="人员").click()
    page.get_by_label("登录名", exact=True).fill("wang.wei")
    page.keyboard.press("Tab")
    page.keyboard.type("王伟")
    page.get_by_label("区域代码").fill("210202")
    page.keyboard.press("Enter")
    password = page.locator("#passwords code").inner_text()
    assert violations(page) == []
    page.goto("/admin/audit?object=staff:wang.wei")
    expect(page.locator("tbody tr")).to_have_count(1)
    other = site.page(None, site.base, "zh", viewport=DESK)
    other.goto("/login")
    other.get_by_label("登录名").fill("wang.wei")
    other.get_by_label("密码").fill(password)
    other.keyboard.press("Enter")
    expect(other).to_have_url(re.compile("/cases"))
    page.goto("/admin/staff?q=wang.wei")
    page.get_by_role("button", name="停用 wang.wei").click()
    expect(page.get_by_text("已停用账号 wang.wei。")).to_be_visible()
    other.goto("/cases")
    expect(other).to_have_url(re.compile("/login"))


def test_a_text_is_tried_and_a_bad_file_told(page: Page, site: Site) -> None:
    site.forgive("422")
    page.goto("/admin/categories")
    page.get_by_label("诉求").fill("大连市中山区，楼下垃圾堆了三天没有人清")
    page.get_by_role("button", name="试一试").click()
    expect(page.locator("#trial")).to_contain_text("中山区")
    assert violations(page) == []
    page.goto("/admin/regions")
    page.get_by_label("区域文件").set_input_files({"name": "a.geojson", "mimeType": "text/plain", "buffer": b"{"})
    page.get_by_role("button", name="试算").click()
    expect(page.get_by_role("alert")).to_contain_text("不是 GeoJSON")
    assert violations(page) == []


def test_health_renews_itself(page: Page) -> None:
    page.goto("/admin/health")
    with page.expect_response("**/admin/health/now", timeout=15_000) as answer:
        pass
    assert answer.value.status == 200
    expect(page.locator("#findings")).to_contain_text("数据库")
