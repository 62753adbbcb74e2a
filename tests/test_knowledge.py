"""The knowledge base: which answers a text finds, the table that a deployment edits, and a call settled at the desk."""

import html
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import articles_door
from app.database import transaction
from dispatch.config import FILES, GEODATA, current_config
from dispatch.errors import BadInput
from dispatch.knowledge import Knowledge, read_articles
from dispatch.models import Event, Ticket
from tests.web import Visitor

SHIPPED = (GEODATA / FILES["articles"]).read_text(encoding="utf-8")
HEAD = "code,category,title,title_en,words,text,text_en,source\n"


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return read_articles(SHIPPED)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("你好，我想问一下沈阳几号开始供暖啊", "heating.period"),
        ("我离职了，公积金怎么提取", "housingfund.12329"),
        ("老板拖欠我三个月工资", "labour.12333"),
        ("上次那个工单现在什么进度了", "hotline.follow"),
        ("医保卡在外地看病怎么报销", "medical.12393"),
        ("打车遇到拒载", "transport.12328"),
        ("办事大厅周末上班吗", "hotline.hours"),
        ("法院判决我不服，你们能不能管", "hotline.scope"),
    ],
)
def test_a_question_finds_its_answer_first(knowledge: Knowledge, text: str, code: str) -> None:
    assert knowledge.search(text)[0].article.code == code


@pytest.mark.parametrize("text", ["", "你好", "楼下垃圾三天没人清", "路灯不亮", "井盖丢了很危险", "小区楼道堆满杂物"])
def test_what_is_to_be_handled_finds_no_answer(knowledge: Knowledge, text: str) -> None:
    assert knowledge.search(text) == []


def test_an_empty_knowledge_base_answers_nothing() -> None:
    assert read_articles(HEAD).search("几号供暖") == []


@pytest.mark.parametrize(
    ("text", "code", "params"),
    [
        ("code,title\n", "articles_columns", {"columns": "text"}),
        (HEAD + "a,,问题,,,,,\n", "articles_missing", {"line": 2, "column": "text"}),
        (HEAD + "a,,问,,,答,,\na,,问,,,答,,\n", "articles_twice", {"line": 3, "article": "a"}),
        (HEAD + f"a,,{'问' * 121},,,答,,\n", "articles_long", {"line": 2, "column": "title", "limit": 120}),
    ],
)
def test_a_wrong_table_is_told_with_its_line(text: str, code: str, params: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as told:
        read_articles(text)
    assert (told.value.code, told.value.params) == (code, params)


def test_every_article_that_ships_is_whole(knowledge: Knowledge) -> None:
    for one in knowledge.articles.values():
        assert one.title_en and one.text_en and one.source and one.words, one.code


# --- with the database ----------------------------------------------------------------------------------------------


def post(visitor: Visitor, path: str, **form: Any) -> Any:
    return visitor.post(path, data=form | {"csrf_token": visitor.token})


@pytest.mark.database
def test_the_desk_s_reading_offers_answers(app: Flask, caller: Any) -> None:
    told = caller("agent.2101").post("/api/v1/readings", json={"text": "请问公积金怎么提取"}).json
    assert told["articles"][0]["code"] == "housingfund.12329" and "12329" in told["articles"][0]["text"]
    english = caller("agent.2101").post(
        "/api/v1/readings", json={"text": "请问公积金怎么提取"}, headers={"Accept-Language": "en"}
    )
    assert english.json["articles"][0]["title"].startswith("Whom to call")


@pytest.mark.database
def test_a_call_is_settled_by_an_article_which_is_cited(app: Flask, clock: Any) -> None:
    agent = Visitor(app, "agent.2101")
    form = {"description": "和平区太原街街道，请问公积金怎么提取", "then": "answer", "article": "housingfund.12329"}
    done = post(agent, "/desk", **form)
    assert done.status_code == 302
    with transaction() as db:
        ticket = db.scalars(select(Ticket)).one()
        event = db.scalars(select(Event).where(Event.verb == "answer")).one()
        assert ticket.status == "CLOSED" and "12329" in event.detail["note"]
        assert event.detail["article"] == "公积金问题打什么电话"
    page = agent.get(done.location).text
    assert "已直接答复" in page and "data-undo" not in page


@pytest.mark.database
def test_an_article_that_is_gone_settles_nothing(app: Flask, clock: Any) -> None:
    answer = post(Visitor(app, "agent.2101"), "/desk", description="公积金", then="answer", article="nowhere")
    assert answer.status_code == 422 and "知识库里没有这一条" in answer.text
    with transaction() as db:
        assert db.scalars(select(Ticket)).first() is None


@pytest.mark.database
def test_the_table_is_tried_and_put_in_force_with_a_reason(app: Flask, kept_settings: None, clock: Any) -> None:
    admin = Visitor(app, "admin.21")
    draft = SHIPPED.replace("请拨 12329", "请先拨 12329") + "new.one,,新问题,,问新的事,新答案,,本市\n"
    tried = html.unescape(post(admin, "/admin/articles/try", text=draft).text)
    assert "2 行有变化" in tried and "新问题" in tried and "请先拨 12329" in tried
    assert post(admin, "/admin/articles/import", text=draft, reason=" ").status_code == 422
    assert post(admin, "/admin/articles/import", text=draft, reason="更新").status_code == 302
    with transaction() as db:
        assert current_config(db).knowledge.search("我要问新的事")[0].article.code == "new.one"
    gone = html.unescape(post(admin, "/admin/articles/try", text=SHIPPED).text)
    assert "删去 新问题" in gone
    assert "没有对得上的答案" in admin.get("/admin/articles?q=路灯不亮了").text


@pytest.mark.database
def test_the_command_line_does_the_same(app: Flask, kept_settings: None, clock: Any, tmp_path: Path) -> None:
    def run(*args: str) -> Any:
        return app.test_cli_runner().invoke(args=["articles", *args])

    assert run("show").output == SHIPPED
    path = tmp_path / "articles.csv"
    path.write_text(SHIPPED + "new.one,,新问题,,问新的事,新答案,,本市\n", encoding="utf-8")
    assert "new     new.one" in run("load", str(path), "--dry-run").output
    assert "version 2" in run("load", str(path), "--reason", "x").output
    assert "new.one" in run("search", "我要问新的事").output
    path.write_text("code,title\n", encoding="utf-8")
    refused = run("load", str(path))
    assert refused.exit_code == 1 and "lacks the columns text" in refused.output
    with transaction() as db:
        assert articles_door.text_in_force(db).endswith("本市\n")
