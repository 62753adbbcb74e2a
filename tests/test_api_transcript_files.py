"""Archives and tables over the API and the command line: each call is an item, none is lost, none is invented."""

import json

import pytest
from sqlalchemy import func, select

from app.database import transaction
from dispatch.models import Draft, Ticket, Transcript
from geodata.coords import from_wgs84
from tests.test_api_intake import upload
from tests.transcripts import packed, table, tencent, workbook
from tests.world import CELLS_WEST, centre

pytestmark = pytest.mark.database

LON, LAT = centre()
LAMP = "坐席：您好\n市民：沈阳市和平区南湖街道文安路社区楼下的路灯不亮，好几天了"
SEWER = "市民：沈阳市和平区南湖街道文安路社区的下水道堵了三天了"
HEAD = ["来电号码", "来电时间", "经度", "纬度", "坐标系", "通话内容"]


def count(model: type) -> int:
    with transaction() as db:
        return db.scalar(select(func.count()).select_from(model)) or 0


def test_each_member_of_an_archive_is_an_item(agent):
    data = packed({"灯.txt": LAMP.encode(), "tone.mp3": b"ID3\x03", "result.json": tencent(), "in.zip": packed({})})
    items = upload(agent, ("calls.zip", data), ("one.txt", SEWER.encode())).json["items"]
    assert [(item["source"], len(item["tickets"]), bool(item["error"])) for item in items] == [
        ("calls.zip/灯.txt", 1, False),
        ("calls.zip/tone.mp3", 0, True),
        ("calls.zip/result.json", 1, False),
        ("calls.zip/in.zip", 0, True),
        ("one.txt", 1, False),
    ]
    assert count(Ticket) == 3


@pytest.mark.parametrize("made", [table, lambda *rows: workbook(list(rows))])
def test_what_stands_beside_a_call_reaches_its_ticket(agent, made):
    lon, lat = from_wgs84(LON, LAT, "gcj02")
    rows = [["13912345678", "2026-03-02 09:15", lon, lat, "gcj02", LAMP], ["匿名", "", "", "", "", SEWER]]
    first, second = upload(agent, ("calls.csv", made(HEAD, *rows)), caller_phone="02423456789").json["items"]
    (ticket,) = first["tickets"]
    assert (first["row"], second["row"]) == (1, 2) and first["source"].endswith("#1 calls.csv")
    assert ticket["region"]["code"] == CELLS_WEST and ticket["location"]["raw"]["datum"] == "gcj02"
    assert ticket["caller"]["phone"] == "139****5678"
    assert second["tickets"][0]["caller"]["phone"].startswith("024")


def test_a_bad_row_is_its_own_error(agent):
    rows = [
        ["1391", "", "", "", "", LAMP],
        ["", "", 116.4, 39.9, "", LAMP],
        ["", "", LON, "", "", LAMP],
        ["", "", LON, LAT, "mars", LAMP],
        ["02423456789", "", "", "", "", ""],
        ["", "", "", "", "", SEWER],
    ]
    items = upload(agent, ("calls.csv", table(HEAD, *rows))).json["items"]
    assert [bool(item["error"]) for item in items] == [False, True, True, True, True, False]
    assert count(Ticket) == 2


def test_what_a_recogniser_made_up_is_never_a_ticket(agent):
    segments = [{"text": LAMP.split("：")[-1]}, {"text": "请不吝点赞、订阅、转发"}]
    made_up = [{"text": "谢谢观看"}] * 9
    files = [("a.json", {"segments": segments}), ("b.json", {"segments": made_up})]
    first, second = upload(agent, *((name, json.dumps(data).encode()) for name, data in files)).json["items"]
    (draft,) = first["drafts"]
    assert draft["questions"][0]["code"] == "ask_recording" and draft["questions"][0]["text"]
    assert first["tickets"] == second["tickets"] == second["drafts"] == [] and second["error"]
    assert (count(Ticket), count(Draft)) == (0, 1)


def test_turns_with_phantoms_wait_too(agent):
    turns = [{"speaker": "citizen", "text": SEWER}, {"speaker": "citizen", "text": "谢谢观看"}]
    (item,) = agent.post("/api/v1/transcripts", json={"turns": turns}).json["items"]
    assert item["tickets"] == [] and len(item["drafts"]) == 1


def test_a_file_with_too_many_calls_is_refused_whole(agent, monkeypatch):
    monkeypatch.setattr("app.api.intake.MAX_CALLS", 2)
    data = table(["text", "phone"], *([LAMP, ""] for _ in range(3)))
    items = upload(agent, ("many.csv", data), ("one.txt", SEWER.encode())).json["items"]
    assert [(item["source"], len(item["tickets"])) for item in items] == [("many.csv", 0), ("one.txt", 1)]
    assert "2" in items[0]["error"]


def test_the_command_line_reads_calls_and_knows_them_again(app, actor, tmp_path, monkeypatch):
    monkeypatch.setattr("app.cli.transcripts.agent", lambda login: actor("agent.21"))
    (tmp_path / "calls.zip").write_bytes(packed({"灯.txt": LAMP.encode(), "empty.txt": b""}))
    (tmp_path / "calls.csv").write_bytes(table(HEAD, ["", "", "", "", "", SEWER]))
    (tmp_path / "again.txt").write_bytes(LAMP.encode())
    runner = app.test_cli_runner()
    first = runner.invoke(args=["transcripts", "import", str(tmp_path)])
    assert "tickets 2, drafts 0, known 1, unreadable 1" in first.output, first.output
    assert "calls.zip/empty.txt" in first.output
    second = runner.invoke(args=["transcripts", "import", str(tmp_path)])
    assert "tickets 0, drafts 0, known 3, unreadable 1" in second.output, second.output
    assert (count(Ticket), count(Transcript)) == (2, 2)
