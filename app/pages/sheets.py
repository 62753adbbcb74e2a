"""A table that somebody brings to a page: chosen as a file, or written into the box."""

from flask import request

from grids.units import BadRow

MOST_BYTES = 2 * 1024 * 1024


def given_text() -> str:
    """The file's text if one was chosen (UTF-8 or GB 18030), else the box's. Raises BadRow."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return request.form.get("text", "")
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise BadRow("file_too_large", most=MOST_BYTES // 1024 // 1024)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadRow("file_encoding")
