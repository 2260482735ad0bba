"""The languages that transcription knows (https://platform.openai.com/docs/guides/speech-to-text),
by their ISO 639-1 codes.
"""

import re

from bot.errors import Refused

LANGUAGES: dict[str, str] = dict(
    re.findall(
        r"(\w+):(\w+)",
        "af:Afrikaans ar:Arabic hy:Armenian az:Azerbaijani be:Belarusian bs:Bosnian bg:Bulgarian "
        "ca:Catalan zh:Chinese hr:Croatian cs:Czech da:Danish nl:Dutch en:English et:Estonian "
        "fi:Finnish fr:French gl:Galician de:German el:Greek he:Hebrew hi:Hindi hu:Hungarian "
        "is:Icelandic id:Indonesian it:Italian ja:Japanese kn:Kannada kk:Kazakh ko:Korean "
        "lv:Latvian lt:Lithuanian mk:Macedonian ms:Malay mr:Marathi mi:Maori ne:Nepali "
        "no:Norwegian fa:Persian pl:Polish pt:Portuguese ro:Romanian ru:Russian sr:Serbian "
        "sk:Slovak sl:Slovenian es:Spanish sw:Swahili sv:Swedish tl:Tagalog ta:Tamil th:Thai "
        "tr:Turkish uk:Ukrainian ur:Urdu vi:Vietnamese cy:Welsh",
    )
)
_CODES = {name.lower(): code for code, name in LANGUAGES.items()}


def code(said: str) -> str:
    """Of `german`, `de` or `de-AT`; what is as short as a code may be one that we do not know.
    Raises Refused.
    """
    word = said.strip().lower()
    bare = word.replace("_", "-").partition("-")[0]
    found = _CODES.get(word) or (bare if bare in LANGUAGES else "")
    if found:
        return found
    if bare.isascii() and bare.isalpha() and len(bare) in {2, 3}:
        return bare
    raise Refused(
        f"Parley knows no language “{said[:50]}”: give its name or code, as `German` or `de`."
    )


def name(told: str) -> str:
    """Of a code or a name, as models tell it."""
    return LANGUAGES.get(told.lower(), told.title() if len(told) > 3 else told)  # noqa: PLR2004  an unknown code stays
