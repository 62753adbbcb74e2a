"""What every reader of transcripts gives: turns of a talk, or one clear reason why there are none."""

from dataclasses import dataclass

from dispatch.errors import DispatchError


@dataclass(frozen=True)
class Turn:
    """One utterance. `speaker`: agent, citizen or unknown; `start`, `end` in seconds from the beginning of the
    recording, None where not given; `label`: the speaker as the source called them."""

    speaker: str
    text: str
    start: float | None = None
    end: float | None = None
    label: str | None = None


class TranscriptError(DispatchError):
    """Nothing to read: `code` says why, `params` have the number of a bad turn or the limit of characters."""
