"""Transcripts of calls: reading files of many shapes, and finding in the talk what a ticket needs."""

from dispatch.transcript.calls import call_of_turns, calls_in
from dispatch.transcript.extract import extract, extract_all
from dispatch.transcript.readers import read_transcript, turns_from_json
from dispatch.transcript.reading import CallReading, Guess, Matter, PlaceGuess, Reading, Span, When
from dispatch.transcript.turns import Call, TranscriptError, Turn

__all__ = [
    "Call",
    "CallReading",
    "Guess",
    "Matter",
    "PlaceGuess",
    "Reading",
    "Span",
    "TranscriptError",
    "Turn",
    "When",
    "call_of_turns",
    "calls_in",
    "extract",
    "extract_all",
    "read_transcript",
    "turns_from_json",
]
