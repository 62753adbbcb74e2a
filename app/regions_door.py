"""The door for regions, of the page and of the command line: a file is rehearsed or imported, with its report."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.acts import note
from app.clock import now, today
from app.database import Rehearsed, transaction
from dispatch.models import Ticket
from dispatch.workflow import OPEN
from grids.import_rows import Report
from grids.importing import import_regions
from grids.models import Region
from grids.region_files import Incoming
from grids.scope import Actor

PART = 500


@dataclass
class Outcome:
    """The report; `names` of the regions before and after by code; open tickets in regions that are retired."""

    report: Report
    before: dict[str, str]
    after: dict[str, str]
    stranded: int = 0

    @property
    def renamed(self) -> list[tuple[str, str, str]]:
        """(code, name before, name after)."""
        both = ((code, self.before.get(code, ""), self.after.get(code, "")) for code in self.report.changed)
        return [one for one in both if one[1] != one[2]]

    @property
    def redrawn(self) -> int:
        """Regions that stay, with the outline of the file."""
        return len(self.report.changed)


def imported(
    rows: Sequence[Incoming],
    source: str,
    actor: Actor,
    replace: bool = False,
    allow_gaps: bool = False,
    dry: bool = False,
) -> Outcome:
    """What the import does, or would do: a dry run and a refused one change nothing."""
    codes = [row.code for row in rows]
    outcome = Outcome(Report(len(rows)), {}, {})
    try:
        with transaction(write=True) as db:
            outcome.before = names_of(db, codes)
            report = outcome.report = import_regions(db, rows, source, now(), today(), replace, allow_gaps)
            outcome.after = names_of(db, [*codes, *report.retired])
            outcome.stranded = stranded(db, report.retired)
            if dry or report.refused:
                raise Rehearsed
            figures = {name: len(getattr(report, name)) for name in ("made", "changed", "retired")}
            note(db, actor, "regions_import", f"file:{source}", **figures)
    except Rehearsed:
        pass
    return outcome


def parts(codes: Sequence[str]) -> Iterable[Sequence[str]]:
    """A database takes so many parameters and no more."""
    return (codes[start : start + PART] for start in range(0, len(codes), PART))


def names_of(db: Session, codes: Sequence[str]) -> dict[str, str]:
    query = select(Region.code, Region.name)
    return {code: name for part in parts(codes) for code, name in db.execute(query.where(Region.code.in_(part)))}


def stranded(db: Session, codes: Sequence[str]) -> int:
    """Open tickets that lie in these regions: they stay where they are, with whoever holds them."""
    query = select(Ticket.id).join(Region, Region.id == Ticket.region_id).where(Ticket.status.in_(OPEN))
    return sum(len(db.scalars(query.where(Region.code.in_(part))).all()) for part in parts(codes))
