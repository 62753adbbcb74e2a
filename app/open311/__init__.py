"""Open311 GeoReport v2 under /open311/v2/: services and requests in JSON and XML, read and write.

What may be public. GeoReport is read by anybody, so an answer carries no personal data, whoever asks: never a caller's
name, phone or tracking token, never a photo, never a member of staff.
- Anonymous readers see only what citizens reported themselves as public matters, by Snap and Report or by Open311, and
  nothing that is confidential. Calls to the hotline are not shown.
- To them the description is the category's name: free text may name people. Staff with a key read the description.
- The place is as precise as the matter is public. What stands on public ground (PUBLIC_GROUND) is shown to four
  decimals, about 10 m, with the names down to the community: a neighbour must recognise it. Any other matter may be
  somebody's home: two decimals, about 1 km, and the names down to the district. Staff read place and address as kept.
- `agency_responsible` is a unit, and the region in its place where the unit itself would tell the place too closely.
- Staff (a key in `Authorization: Bearer KEY` or as `api_key`) see the tickets of their scope, those of phone calls too.

Fields: `lat`, `long` in degrees WGS-84, null where only a region is known; times ISO 8601 with offset;
`expected_datetime` is the HANDLE deadline, the citizen's promise; `status` is open until a ticket is CLOSED or
REJECTED, `status_notes` its state in words. `service_code` is a category's code, or `other`.

POST takes service_code, lat and long or an address_string that proves the district, description, first_name,
last_name, phone, jurisdiction_id, api_key. jurisdiction_id is accepted and changes nothing: there is one jurisdiction.
media_url, email, device_id, account_id and attributes are accepted and not used: photos of others' servers are not
fetched (send photos to /api/v1/snaps). Anybody may send as many reports as snaps: 60 an hour from one address.
"""

from apiflask import APIBlueprint
from flask import Flask

# An APIBlueprint, because APIFlask asks every blueprint with a before_request for its OpenAPI settings.
open311 = APIBlueprint("open311", __name__, url_prefix="/open311/v2", enable_openapi=False)


def init_open311(app: Flask) -> None:
    from app.open311 import errors, requests, services

    _ = (errors, requests, services)
    app.register_blueprint(open311)
