"""The transcripts of pieces as one of the whole."""

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import accumulate, groupby, pairwise
from math import inf

import msgspec

from bot.media.alignment import UNSPACED, WORDS, Seam, Word, spliced
from bot.media.pieces import Piece
from bot.openai.transcription_types import Segment, Transcript
from bot.openai.transcription_types import Word as Heard

_EXACT, _ROUGH, _NONE = 0.4, 3.0, inf  # seconds that times of words are wrong at most


def join(pieces: Sequence[Piece], transcripts: Sequence[Transcript]) -> Transcript:
    """Of pieces in order. No word is lost or there twice, as far as the pieces heard the same;
    times are those of the whole. Usage is left out, as each piece was paid for by itself.

    Not for srt and vtt: ask for verbose_json, and make subtitles of what this returns.
    """
    heard = list(zip(pieces, transcripts, strict=True))
    words = _joined([_timed(*one) for one in heard], pieces, [_EXACT] * len(pieces))
    said = _joined(
        [list(_said(number, *one)) for number, one in enumerate(heard)],
        pieces,
        [_error(transcript) for transcript in transcripts],
    )
    return Transcript(
        text=_glued(word.text for word in said),
        language=next((one.language for one in transcripts if one.language), None),
        duration=pieces[-1].end if pieces else None,
        segments=tuple(_segments(said, heard)),
        words=tuple(Heard(word.start, word.end, word.text) for word in words),
    )


def _joined(
    heard: Sequence[list[Word]], pieces: Sequence[Piece], errors: Sequence[float]
) -> list[Word]:
    seams = [
        Seam(after.start, before.end, max(error))
        for (before, after), error in zip(pairwise(pieces), pairwise(errors), strict=True)
    ]
    parts = zip(heard[1:], seams, strict=True)
    return reduce(lambda whole, part: spliced(whole, *part), parts, heard[0]) if heard else []


def _timed(piece: Piece, transcript: Transcript) -> list[Word]:
    return [
        Word(word.word, _at(piece, word.start), _at(piece, word.end)) for word in transcript.words
    ]


def _at(piece: Piece, seconds: float) -> float:
    """Models hear beyond the end."""
    return min(piece.start + max(seconds, 0.0), piece.end)


def _error(transcript: Transcript) -> float:
    if not transcript.text.strip() and not transcript.segments:
        return _EXACT  # nothing was said, so nothing is wrong
    return _ROUGH if transcript.segments else _NONE


def _said(number: int, piece: Piece, transcript: Transcript) -> Iterator[Word]:
    """The words as they are written. Their times are guessed by the letters before them."""
    segments = transcript.segments or [Segment(0, piece.end - piece.start, transcript.text)]
    for place, segment in enumerate(segments):
        start, end = _at(piece, segment.start), _at(piece, segment.end)
        texts = WORDS.findall(segment.text)
        ends = list(accumulate(map(len, texts), initial=0))
        pace = (end - start) / max(ends[-1], 1)
        for text, (first, last) in zip(texts, pairwise(ends), strict=True):
            yield Word(text, start + first * pace, start + last * pace, (number, place))


def _segments(said: Iterable[Word], heard: Sequence[tuple[Piece, Transcript]]) -> Iterator[Segment]:
    """What is left of each, from its first word to its last."""
    reached = 0.0
    for (number, place), group in groupby(said, lambda word: word.segment):
        segments = heard[number][1].segments
        if not segments:
            continue
        words = list(group)
        start = max(words[0].start, reached) if place == 0 else words[0].start
        reached = max(words[-1].end, start)
        text = "".join(word.text for word in words)
        yield msgspec.structs.replace(segments[place], start=start, end=reached, text=text)


def _glued(texts: Iterable[str]) -> str:
    """With a space where two pieces or segments meet and none has one, unless their language
    does without.
    """
    whole: list[str] = []
    for text in texts:
        bare = whole and not whole[-1][-1].isspace() and not text[0].isspace()
        if bare and not (UNSPACED.match(whole[-1][-1]) or UNSPACED.match(text[0])):
            whole.append(" ")
        whole.append(text)
    return "".join(whole).strip()
