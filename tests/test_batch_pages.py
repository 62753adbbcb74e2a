"""The pages of bulk intake: files by a plain form, progress, results with links, a table that is safe to open."""

import csv
import io

import pytest

from app.batches import Worker
from app.export import guarded
from tests.call_texts import files
from tests.test_batches import brought
from tests.web import Visitor

pytestmark = pytest.mark.database


@pytest.fixture
def desk(app, clock):
    return Visitor(app, "agent.2101")


def send(desk, sent, **more):
    form = {"file": [(io.BytesIO(data), name) for name, data in sent], "csrf_token": desk.token, "mode": "auto"} | more
    return desk.post("/batches", data=form)


def test_files_of_the_form_lead_to_their_batch_and_its_results(desk):
    answer = send(desk, [*files(range(6)), ("empty.txt", b"")])
    assert answer.status_code == 302, answer.text
    page = answer.location
    assert "处理中" in desk.get(page).text
    Worker().run()
    told = desk.get(page).text
    assert "已处理完" in told and told.count('href="/tickets/') >= 5 and 'href="/desk?draft=' in told
    assert "empty.txt" in desk.get(f"{page}?state=failed").text
    assert "call-0.txt" not in desk.get(f"{page}?state=failed").text
    assert page in desk.get("/batches").text
    assert 'data-state="done"' in desk.get(f"{page}/progress").text


def test_a_form_without_files_says_so(desk):
    answer = send(desk, [])
    assert answer.status_code == 422 and "没有收到内容" in answer.text


def test_the_table_tells_every_call_and_no_cell_is_a_formula(desk, agent):
    batch_id = brought(agent, [("=1+1.txt", files(range(1))[0][1]), *files(range(1, 5))])
    Worker().run()
    answer = desk.get(f"/batches/{batch_id}/result.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["source"] for row in rows] == ["'=1+1.txt", *(f"call-{n}.txt" for n in range(1, 5))]
    assert all(row["state"] == "done" and (row["tickets"] or row["drafts"]) for row in rows)
    assert answer.mimetype == "text/csv"


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_cells_that_would_be_formulas_are_text(cell):
    assert guarded(cell) == f"'{cell}"


def test_a_batch_is_stopped_and_goes_on_by_its_buttons(desk, agent):
    batch_id = brought(agent, files(range(3)))
    form = {"csrf_token": desk.token}
    assert desk.post(f"/batches/{batch_id}/cancel", data=form).status_code == 302
    assert "已停下" in desk.get(f"/batches/{batch_id}").text
    assert desk.post(f"/batches/{batch_id}/resume", data=form).status_code == 302
    Worker().run()
    assert 'data-state="done"' in desk.get(f"/batches/{batch_id}").text
