"""What requests may contain: read, typed and described for OpenAPI. Answers are described in words."""

from typing import Any

from apiflask import Schema
from apiflask.fields import AwareDateTime, Boolean, Float, Integer, List, Nested, String
from marshmallow import EXCLUDE
from marshmallow.validate import Length, OneOf, Range

from dispatch.batches import STATES as BATCH_STATES
from dispatch.queries import SORTS
from dispatch.rate_table import BY, TOTAL
from dispatch.rates import NAMES as RATES
from dispatch.workflow import KINDS, STATUSES, URGENCIES
from dispatch.working_time import SHANGHAI

DATUM = "wgs84 (default), gcj02 or bd09"


class Lenient(Schema):
    """Unknown fields are ignored, so that a newer client can talk to an older server."""

    class Meta:
        unknown = EXCLUDE


class PointQuery(Lenient):
    lon = Float(required=True, metadata={"description": "longitude in degrees"})
    lat = Float(required=True, metadata={"description": "latitude in degrees"})
    datum = String(load_default="wgs84", metadata={"description": DATUM})
    accuracy = Float(load_default=0.0, validate=Range(min=0), metadata={"description": "metres"})


def moment(**options: Any) -> AwareDateTime:
    """ISO 8601; without an offset it is Beijing time."""
    return AwareDateTime(format="iso", default_timezone=SHANGHAI, **options)


class TicketQuery(Lenient):
    region = String(metadata={"description": "code: tickets in its subtree"})
    unit = String(metadata={"description": "code of the holding unit"})
    holder = String(metadata={"description": "the same as unit"})
    status = String(metadata={"description": ", ".join(STATUSES)})
    kind = String(metadata={"description": ", ".join(KINDS)})
    category = String(metadata={"description": "code: what is below it too"})
    urgency = String(metadata={"description": ", ".join(URGENCIES)})
    light = String(metadata={"description": "ok, half, near or over"})
    overdue = Boolean()
    open = Boolean()
    q = String(metadata={"description": "number, whole phone number, or words of address and description"})
    created_from = AwareDateTime(
        format="iso", default_timezone=SHANGHAI, metadata={"description": "ISO 8601 with offset"}
    )
    created_to = moment()
    closed_from = moment()
    closed_to = moment()
    here = Boolean(metadata={"description": "located at exactly the region, not below it"})
    repeats_min = Integer(
        validate=Range(min=0, max=1_000_000), metadata={"description": "told again at least so often"}
    )
    attention = String(metadata={"description": "watch or pressing"})
    lead = String(metadata={"description": "number of a leading ticket: the others of its cluster"})
    on_hold = Boolean(metadata={"description": "the problem library: on hold now"})
    co_handler = String(metadata={"description": "code of a unit that was called in and is not done"})
    sort = String(load_default="due_at", validate=OneOf(sorted(SORTS)), metadata={"description": ", ".join(SORTS)})
    cursor = String()
    limit = Integer(load_default=50, validate=Range(min=1, max=500))


class AuditQuery(Lenient):
    actor = String(metadata={"description": "login of who acted"})
    action = String()
    object = String(metadata={"description": "what it begins with: staff:, file:, settings"})
    from_ = moment(data_key="from")
    to = moment()
    cursor = String()
    limit = Integer(load_default=50, validate=Range(min=1, max=500))


class TicketBody(Lenient):
    description = String(required=True)
    kind = String(allow_none=True)
    urgency = String(allow_none=True)
    category = String(allow_none=True)
    caller_name = String(allow_none=True)
    caller_phone = String(allow_none=True)
    confidential = Boolean(allow_none=True)
    address = String(allow_none=True)
    region = String(allow_none=True, metadata={"description": "code, where no point is known"})
    lon = Float(allow_none=True)
    lat = Float(allow_none=True)
    datum = String(allow_none=True, metadata={"description": DATUM})
    accuracy = Float(allow_none=True)
    channel = String(allow_none=True)
    into = String(allow_none=True, metadata={"description": "number of a ticket of the same matter: merged with it"})


class DraftBody(TicketBody):
    description = String(allow_none=True)
    complete = Boolean(
        load_default=False,
        metadata={"description": "refuse while the matter or a place known to the district is missing"},
    )


class DraftQuery(Lenient):
    state = String(load_default="open", metadata={"description": "open (default), filed or dropped"})
    urgency = String(metadata={"description": ", ".join(URGENCIES)})
    region = String(metadata={"description": "code: drafts in its subtree"})
    late = Boolean(load_default=False, metadata={"description": "only those that wait longer than their urgency may"})
    cursor = String()
    limit = Integer(load_default=100, validate=Range(min=1, max=500))


class WaitingQuery(Lenient):
    urgency = String(metadata={"description": "narrows `first`"})
    region = String(metadata={"description": "code: drafts in its subtree"})
    late = Boolean(load_default=False, metadata={"description": "narrows `first` to those that wait too long"})


class ReasonBody(Lenient):
    reason = String(load_default="", metadata={"description": "why; needed"})


class ClaimBody(Lenient):
    take_over = Boolean(load_default=False, metadata={"description": "though somebody else is at it"})


class TurnBody(Lenient):
    speaker = String(allow_none=True)
    text = String(required=True)
    start = Float(allow_none=True)
    end = Float(allow_none=True)


class TranscriptBody(Lenient):
    text = String(allow_none=True)
    turns = List(Nested(TurnBody), allow_none=True)
    caller_phone = String(allow_none=True)
    called_at = String(allow_none=True)
    lon = Float(allow_none=True)
    lat = Float(allow_none=True)
    datum = String(allow_none=True)
    mode = String(allow_none=True, metadata={"description": "auto files what is certain enough, draft never files"})


class ReadingBody(Lenient):
    text = String(load_default="")
    caller_phone = String(allow_none=True)
    address = String(allow_none=True)
    region = String(allow_none=True)
    lon = Float(allow_none=True)
    lat = Float(allow_none=True)
    datum = String(allow_none=True)


class ChangesQuery(Lenient):
    region = String(required=True)
    after = Integer(load_default=0, validate=Range(min=0))


class TokenQuery(Lenient):
    token = String(load_default="")


class NearQuery(PointQuery):
    category = String(metadata={"description": "code: what is told of that group only"})


class PhotoQuery(Lenient):
    token = String(load_default="")
    number = String(load_default="")


class BlurBody(Lenient):
    areas = List(
        List(Float(), validate=Length(equal=4)),
        required=True,
        metadata={"description": "[left, top, width, height] of each, as shares (0 to 1) of the upright photo"},
    )
    version = Integer(allow_none=True, metadata={"description": "of the ticket, as last seen"})


class GeocodeQuery(Lenient):
    q = String(required=True)
    limit = Integer(load_default=10, validate=Range(min=1, max=50))


class ChildrenQuery(Lenient):
    counters = Boolean(load_default=False)


class GeometryQuery(Lenient):
    children = Boolean(load_default=False)


class PhoneQuery(Lenient):
    phone = String(required=True)


class BatchesQuery(Lenient):
    cursor = String()


class BatchItemsQuery(Lenient):
    state = String(metadata={"description": ", ".join(BATCH_STATES)})
    cursor = String()
    limit = Integer(load_default=100, validate=Range(min=1, max=1_000))


class AlarmQuery(Lenient):
    region = String(metadata={"description": "code: cases in its subtree; without it all that you see"})
    unit = String(metadata={"description": "code of the unit that answers for them"})
    from_ = String(data_key="from", attribute="from", metadata={"description": "day, 2026-11-01; included"})
    to = String(metadata={"description": "day, 2026-11-30; included"})
    as_of = String(metadata={"description": "what was known then: ISO 8601, or a day, at its end"})


class RatesQuery(AlarmQuery):
    category = String(metadata={"description": "code: what is below it too"})
    by = String(load_default="region", validate=OneOf(BY), metadata={"description": ", ".join(BY)})
    rank_by = String(load_default=TOTAL, validate=OneOf((TOTAL, *RATES)), metadata={"description": "a rate, or total"})


class RateTicketsQuery(AlarmQuery):
    category = String(metadata={"description": "code: what is below it too"})
    rate = String(required=True, validate=OneOf(RATES), metadata={"description": ", ".join(RATES)})
    met = Boolean(metadata={"description": "only those that are met, or only those that are not"})
    cursor = String()
    limit = Integer(load_default=100, validate=Range(min=1, max=1_000))
