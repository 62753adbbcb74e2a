"""The command line of the classifier, its versions, and intake that follows the one at work."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import delete, select

from app.database import transaction
from dispatch.classifier.versions import ClassifierModel
from dispatch.config import current_config
from dispatch.intake import guessed_category
from tests.history import messages

pytestmark = pytest.mark.database
NAMES = {"供热采暖": "heat.indoor", "教育": "education", "公交地铁": "traffic.bus", "拖欠工资": "热线外的事"}


@pytest.fixture
def flask(app, clock) -> Iterator[Any]:
    """flask("train", file) runs `flask classifier train file`."""
    yield lambda *words: app.test_cli_runner().invoke(args=["classifier", *map(str, words)])
    with transaction(write=True) as db:
        db.execute(delete(ClassifierModel))


def write(path: Path, count: int, seed: int, mixed: int = 0) -> Path:
    """A history; of it `mixed` rows are filed wrongly."""
    texts, categories = messages(count, seed)
    codes = [NAMES[name] for name in categories]
    wrong = codes[1:] + codes[:1]
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "text", "category"])
        for number, text in enumerate(texts):
            out.writerow([number, text, (wrong if number < mixed else codes)[number]])
    return path


def ok(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.output


def at_work() -> int | None:
    with transaction() as db:
        return db.scalar(select(ClassifierModel.id).where(ClassifierModel.active))


def test_train_evaluate_and_predict(flask, tmp_path: Path) -> None:
    told = ok(flask("train", write(tmp_path / "history.csv", 160, 1), "--by", "admin.21"))
    assert "macro-F1 " in told and "at work" in told and "热线外的事" in told.splitlines()[-2]
    measured = ok(flask("evaluate", write(tmp_path / "new.csv", 60, 2), "--predictions", tmp_path / "out.csv"))
    assert float(measured.split("macro-F1 ")[1].split()[0]) > 0.9
    assert "expected calibration error" in measured and "files" in measured
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [str(number) for number in range(60)]
    assert {row["predicted"] for row in rows} == set(NAMES.values())


def test_versions_are_kept_and_the_last_one_comes_back(flask, clock, tmp_path: Path) -> None:
    history = write(tmp_path / "history.csv", 160, 1)
    assert "the lexicon decides alone" in ok(flask("back"))
    ok(flask("train", history))
    first = at_work()
    clock.forward(minutes=1)
    ok(flask("train", history, "--no-activate"))
    assert at_work() == first
    clock.forward(minutes=1)
    ok(flask("use", first + 1))
    listed = ok(flask("list")).splitlines()
    assert [line[0] for line in listed] == [" ", "*"] and "history.csv" in listed[0]
    clock.forward(minutes=1)
    ok(flask("back"))
    assert at_work() == first
    assert "no version is at work" in ok(flask("use", "0"))
    assert at_work() is None


def test_a_version_that_does_worse_is_not_put_to_work_unless_forced(flask, tmp_path: Path) -> None:
    ok(flask("train", write(tmp_path / "good.csv", 160, 1)))
    good = at_work()
    bad = write(tmp_path / "bad.csv", 160, 1, mixed=60)
    assert "not at work" in ok(flask("train", bad))
    assert at_work() == good
    ok(flask("train", bad, "--force"))
    assert at_work() != good


def test_intake_follows_the_version_at_work(flask, tmp_path: Path) -> None:
    text = "等了四十分钟，晚点严重"
    with transaction() as db:
        assert guessed_category(text, current_config(db)) is None
    ok(flask("train", write(tmp_path / "history.csv", 400, 1)))
    with transaction(write=True) as db:
        version = db.get(ClassifierModel, at_work())
        version.data = version.model().calibrated(4.0, 0.7).to_bytes()
        config = current_config(db)
        assert (config.judge.version, guessed_category(text, config)) == (version.id, "traffic.bus")
        assert guessed_category("包工头拖欠工资", config) == "labour.wages"
    ok(flask("back"))
    with transaction() as db:
        assert current_config(db).judge.version is None


def test_a_version_that_cannot_be_read_leaves_the_lexicon_at_work(flask, tmp_path: Path) -> None:
    ok(flask("train", write(tmp_path / "history.csv", 160, 1)))
    with transaction(write=True) as db:
        version = db.get(ClassifierModel, at_work())
        version.data = b"damaged"
        db.flush()
        assert guessed_category("楼前井盖丢了", current_config(db)) == "cityscape.manhole"
    assert flask("evaluate", tmp_path / "history.csv").exit_code == 1


def test_wrong_files_and_numbers_are_told_in_a_sentence(flask, tmp_path: Path) -> None:
    (tmp_path / "none.csv").write_text("text\nabc\n", encoding="utf-8")
    told = flask("train", tmp_path / "none.csv")
    assert told.exit_code == 1 and "column category is missing" in told.output
    assert flask("evaluate", tmp_path / "none.csv").exit_code == 1
    assert "there is no version 999" in flask("use", "999").output
    one = flask("train", write(tmp_path / "one.csv", 6, 1))
    assert one.exit_code == 1 and "at least two categories" in one.output


def test_texts_without_categories_are_only_predicted(flask, tmp_path: Path) -> None:
    ok(flask("train", write(tmp_path / "history.csv", 160, 1)))
    (tmp_path / "texts.csv").write_text('text\n公交车甩站不停\n""\n', encoding="utf-8")
    assert "nothing to measure" in ok(flask("evaluate", tmp_path / "texts.csv", "--predictions", tmp_path / "o.csv"))
    assert len((tmp_path / "o.csv").read_text(encoding="utf-8").splitlines()) == 3
