"""An answer as the messages it is to be: Frame -> Posts."""

from collections.abc import Sequence

from adapters.discord import cards, limits
from adapters.discord.markdown import shown
from adapters.discord.posts import Post
from adapters.discord.terms import Terms
from adapters.markup import clean, split
from adapters.pacing import Frame
from bot.parts import Button, Media
from bot.ports import FIRST

_OPINIONS = (Button("👍", "good"), Button("👎", "bad"))


def posts(frame: Frame, terms: Terms, *, responds: bool) -> dict[str, Post]:
    """By their keys, in the order in which people are to read them. Cards and files stand in the
    first, which stays what it is while text grows; buttons below the last piece of the text.
    `responds`: the first post is an interaction's response, which cannot be a voice message.
    """
    media = terms.files.taken(frame.media)
    voices = {terms.key(each): each for each in media if terms.speaks(each)}
    first, *more = _groups([each for each in media if not terms.speaks(each)], terms) or [()]
    pieces = _pieces(frame, terms)
    embeds = frame.cards if terms.embeds else ()
    buttons = _buttons(frame, terms)
    if not pieces and voices and (responds or buttons):
        pieces = [f"-# {clean(next(iter(voices.values())).name)}"]
    found: dict[str, Post] = {}
    if pieces or embeds or first:
        found = {str(number): Post(piece) for number, piece in enumerate(pieces or [""])}
        found[FIRST] = found[FIRST]._replace(cards=embeds, media=first)
        last = next(reversed(found))
        found[last] = found[last]._replace(buttons=buttons)
    found |= {f"m{number}": Post(media=group) for number, group in enumerate(more, 1)}
    return found | {key: Post(voice=voice) for key, voice in voices.items()}


def _pieces(frame: Frame, terms: Terms) -> list[str]:
    parts = [] if terms.embeds else [cards.text(card) for card in frame.cards]
    parts += [frame.text, *(f"-# {words}" for words in terms.files.problems(frame.media))]
    text = shown(clean("\n\n".join(part for part in parts if part)))
    pieces = split(text, terms.longest)
    if len(pieces) <= terms.most:
        return pieces
    ending = f"\n-# The answer ends here. {terms.ending}"
    *whole, last = pieces[: terms.most]
    return [*whole, split(last, terms.longest - len(ending))[0] + ending]


def _groups(media: Sequence[Media], terms: Terms) -> list[tuple[Media, ...]]:
    """What goes into one message each."""
    groups: list[tuple[Media, ...]] = []
    room = 0
    for each in media:
        size = terms.files.of(each).size
        if not groups or len(groups[-1]) == limits.FILES or size > room:
            groups.append(())
            room = limits.REQUEST
        groups[-1] += (each,)
        room -= size
    return groups


def _buttons(frame: Frame, terms: Terms) -> tuple[Button, ...]:
    asked = _OPINIONS if frame.feedback else ()
    return (frame.buttons + asked)[: limits.ROW * limits.ROWS] if terms.buttons else ()
