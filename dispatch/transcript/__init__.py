"""Transcripts of calls: reading files of many shapes, and finding in the talk what a ticket needs."""

from dispatch.transcript.extract import extract, extract_all
from dispatch.transcript.readers import read_transcript, turns_from_json
from dispatch.transcript.reading import CallReading, Guess, Matter, PlaceGuess, Reading, Span, When
from dispatch.transcript.turns import TranscriptError, Turn

__all__ = [
    "CallReading",
    "Guess",
    "Matter",
    "PlaceGuess",
    "Reading",
    "Span",
    "TranscriptError",
    "Turn",
    "When",
    "extract",
    "extract_all",
    "read_transcript",
    "turns_from_json",
]
