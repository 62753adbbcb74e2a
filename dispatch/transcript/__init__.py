"""Transcripts of calls: reading files of many shapes, and finding in the talk what a ticket needs."""

from dispatch.transcript.extract import extract
from dispatch.transcript.readers import read_transcript, turns_from_json
from dispatch.transcript.reading import Guess, PlaceGuess, Reading, Span
from dispatch.transcript.turns import TranscriptError, Turn

__all__ = [
    "Guess",
    "PlaceGuess",
    "Reading",
    "Span",
    "TranscriptError",
    "Turn",
    "extract",
    "read_transcript",
    "turns_from_json",
]
