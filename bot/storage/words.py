"""Text as the full-text index has it: words, without those that are everywhere."""

import re
from hashlib import sha256

MOST = 24  # words of a question that are looked for
_WORD = re.compile(r"\w+")
# One very common word costs a second among half a million passages (reference/performance.md).
_ENGLISH = """
a about after again all also am an and any are as at be because been before being between both but
by can could did do does doing down during each few for from further had has have having he her here
hers him his how i if in into is it its just like may me might more most my no nor not now of off on
once only or other our ours out over own please same she should so some such than that the their
theirs them then there these they this those through to too under until up us very was we were what
when where which while who whom why will with would you your yours
"""
_GERMAN = """
aber als am an auch auf aus bei bin bis bist da das dass dein dem den der des die dies diese dieser
du ein eine einem einen einer eines er es für hat hatte ich ihr im in ist ja kann kein mein mit nach
nicht noch nur oder sein sich sie sind so über um und uns unser von war was wenn wer wie wir wird wo
zu zum zur
"""
_FRENCH = """
au aux avec ce ces dans de des du elle en est et eux il je la le les leur lui ma mais même mes moi
mon ne nos notre nous on ou où par pas pour qu que qui sa se ses son sur ta te tes toi ton tu un une
vos votre vous
"""
_SPANISH = """
al como con de del desde el ella ellos en era es esa ese eso esta este esto ha hay la las lo los más
me mi muy no nos o para pero por porque que qué quien se si sin sobre su sus también tiene todo un
una uno y ya
"""
STOP = frozenset(f"{_ENGLISH} {_GERMAN} {_FRENCH} {_SPANISH}".split())


def indexed(text: str) -> str:
    return " ".join(_words(text))


def wanted(text: str) -> list[str]:
    """The words to look for, each once."""
    return list(dict.fromkeys(_words(text)))[:MOST]


def query(words: list[str], scope: str) -> str:
    """Any of them, in one workspace or channel alone."""
    any_of = " OR ".join(f'"{word}"' for word in words)
    return f'scope : "{token(scope)}" AND text : ({any_of})'


def token(scope: str) -> str:
    """One word for what has colons in it; stemming leaves digits at its end alone."""
    return f"s{sha256(scope.encode()).hexdigest()[:24]}0"


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.casefold()) if word not in STOP]
