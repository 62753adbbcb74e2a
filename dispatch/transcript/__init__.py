"""Transcripts of calls: reading files of many shapes, and finding in the talk what a ticket needs."""

from dispatch.transcript.calls import call_of_turns, calls_in
from dispatch.transcript.extract import extract
from dispatch.transcript.readers import read_transcript, turns_from_json
from dispatch.transcript.reading import Guess, PlaceGuess, Reading, Span
from dispatch.transcript.turns import Call, TranscriptError, Turn

__all__ = [
    "Call",
    "Guess",
    "PlaceGuess",
    "Reading",
    "Span",
    "TranscriptError",
    "Turn",
    "call_of_turns",
    "calls_in",
    "extract",
    "read_transcript",
    "turns_from_json",
]
