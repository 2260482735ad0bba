"""The things a sketch knows: each word, and how a few ellipses and lines make it."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from PIL import ImageDraw


@dataclass
class Pen:
    """Draws in shares of the picture: 0 to 1 from the left, and from the top."""

    draw: ImageDraw.ImageDraw
    size: tuple[int, int]
    chance: random.Random

    def at(self, *places: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x * self.size[0], y * self.size[1]) for x, y in places]

    def disc(self, x: float, y: float, radius: float, fill: str) -> None:
        """`radius`: a share of the shorter side."""
        (cx, cy), r = self.at((x, y))[0], radius * min(self.size)
        self.draw.ellipse((cx - r, cy - r, cx + r, cy + r), fill=fill)

    def box(self, left: float, top: float, right: float, bottom: float, fill: str) -> None:
        self.draw.rectangle(self.at((left, top), (right, bottom)), fill=fill)

    def shape(self, fill: str, *corners: tuple[float, float]) -> None:
        self.draw.polygon(self.at(*corners), fill=fill)

    def some(self, count: int) -> list[tuple[float, float]]:
        return [(self.chance.random(), self.chance.random()) for _ in range(count)]


Shape = Callable[[Pen], None]


def sun(pen: Pen) -> None:
    pen.disc(0.78, 0.22, 0.11, "#ffd94a")


def moon(pen: Pen) -> None:
    pen.disc(0.22, 0.2, 0.09, "#f4f1d8")
    pen.disc(0.25, 0.19, 0.08, "#8a8fb5")


def stars(pen: Pen) -> None:
    for x, y in pen.some(60):
        pen.disc(x, y * 0.6, 0.003, "#ffffff")


def clouds(pen: Pen) -> None:
    for x, y in pen.some(3):
        for step in range(4):
            pen.disc(x + step * 0.05, 0.1 + y * 0.2, 0.05, "#f6f8fb")


def rain(pen: Pen) -> None:
    for x, y in pen.some(80):
        start, end = pen.at((x, y), (x - 0.01, y + 0.04))
        pen.draw.line((*start, *end), fill="#9db8d6", width=max(1, pen.size[0] // 500))


def snow(pen: Pen) -> None:
    for x, y in pen.some(120):
        pen.disc(x, y, 0.005, "#ffffff")


def mountains(pen: Pen) -> None:
    for x, height in ((0.05, 0.38), (0.35, 0.26), (0.65, 0.34)):
        pen.shape("#6c7a89", (x - 0.1, 0.78), (x + 0.15, height), (x + 0.4, 0.78))
        pen.shape("#f2f5f7", (x + 0.09, height + 0.13), (x + 0.15, height), (x + 0.21, height + 0.13))  # fmt: skip  # noqa: E501


def water(pen: Pen) -> None:
    pen.box(0, 0.72, 1, 1, "#2f6ea5")
    for x, y in pen.some(25):
        start, end = pen.at((x, 0.74 + y * 0.24), (x + 0.06, 0.74 + y * 0.24))
        pen.draw.line((*start, *end), fill="#8fc1e8", width=max(1, pen.size[1] // 300))


def city(pen: Pen) -> None:
    for n in range(9):
        left, top = n * 0.11, 0.3 + pen.chance.random() * 0.3
        pen.box(left, top, left + 0.09, 0.85, pen.chance.choice(["#3f4756", "#55606f", "#2f3540"]))
        for row in range(6):
            y = top + 0.03 + row * 0.05
            if y < 0.8:  # noqa: PLR2004  above the street
                pen.box(left + 0.02, y, left + 0.03, y + 0.02, "#ffe9a0")
                pen.box(left + 0.055, y, left + 0.065, y + 0.02, "#ffe9a0")


def house(pen: Pen) -> None:
    pen.box(0.36, 0.55, 0.64, 0.82, "#d9b48a")
    pen.shape("#9c3b30", (0.32, 0.56), (0.5, 0.38), (0.68, 0.56))
    pen.box(0.47, 0.67, 0.53, 0.82, "#6b4a2f")


def trees(pen: Pen) -> None:
    for n in range(5):
        x = 0.1 + n * 0.2 + pen.chance.uniform(-0.05, 0.05)
        pen.box(x - 0.01, 0.7, x + 0.01, 0.88, "#6d4c33")
        pen.disc(x, 0.64, 0.09, pen.chance.choice(["#3f7d4b", "#4f9160", "#2f6b41"]))


def flowers(pen: Pen) -> None:
    for x, y in pen.some(14):
        colour = pen.chance.choice(["#e8667f", "#f3c14b", "#b07ad1", "#f08fb4"])
        for dx, dy in ((0.012, 0), (-0.012, 0), (0, 0.012), (0, -0.012)):
            pen.disc(x + dx, 0.75 + y * 0.15 + dy, 0.012, colour)
        pen.disc(x, 0.75 + y * 0.15, 0.009, "#fff3b0")


def animal(pen: Pen) -> None:
    coat = "#c9713a"
    pen.draw.ellipse(pen.at((0.34, 0.58), (0.62, 0.78)), fill=coat)
    pen.disc(0.66, 0.56, 0.08, coat)
    pen.shape(coat, (0.61, 0.52), (0.62, 0.42), (0.66, 0.5))
    pen.shape(coat, (0.67, 0.5), (0.71, 0.42), (0.72, 0.52))
    pen.disc(0.68, 0.55, 0.01, "#1c1c1c")
    for x in (0.39, 0.45, 0.53, 0.58):
        pen.box(x, 0.74, x + 0.02, 0.86, coat)


def person(pen: Pen) -> None:
    pen.disc(0.5, 0.42, 0.05, "#e3b996")
    pen.shape("#3c5a8c", (0.46, 0.48), (0.54, 0.48), (0.57, 0.72), (0.43, 0.72))
    pen.box(0.46, 0.72, 0.49, 0.86, "#2a2a33")
    pen.box(0.51, 0.72, 0.54, 0.86, "#2a2a33")


def boat(pen: Pen) -> None:
    pen.shape("#7a4a2b", (0.38, 0.7), (0.62, 0.7), (0.57, 0.78), (0.43, 0.78))
    pen.shape("#f4efe4", (0.5, 0.46), (0.5, 0.69), (0.61, 0.69))


def car(pen: Pen) -> None:
    pen.box(0.32, 0.7, 0.68, 0.8, "#c23b3b")
    pen.shape("#c23b3b", (0.38, 0.7), (0.44, 0.62), (0.57, 0.62), (0.63, 0.7))
    pen.disc(0.4, 0.81, 0.035, "#222222")
    pen.disc(0.6, 0.81, 0.035, "#222222")


def heart(pen: Pen) -> None:
    pen.disc(0.44, 0.45, 0.08, "#d6334c")
    pen.disc(0.56, 0.45, 0.08, "#d6334c")
    pen.shape("#d6334c", (0.37, 0.49), (0.63, 0.49), (0.5, 0.68))


def blobs(pen: Pen) -> None:
    """For a prompt that has no word it knows."""
    for x, y in pen.some(7):
        colour = pen.chance.choice(["#e07a5f", "#3d405b", "#81b29a", "#f2cc8f", "#6d597a"])
        pen.disc(x, y, pen.chance.uniform(0.04, 0.14), colour)


WORDS: tuple[tuple[str, Shape], ...] = (
    # from the back to the front
    ("stars?|night|space|galaxy", stars),
    ("sun|sunny|sunset|sunrise|day", sun),
    ("moon|moonlight", moon),
    ("clouds?|cloudy|sky", clouds),
    ("mountains?|hills?|alps|volcano", mountains),
    ("sea|ocean|lakes?|rivers?|water|pond|beach|waves?", water),
    ("city|town|skyline|skyscrapers?|street|buildings?", city),
    ("house|home|cottage|castle|pagoda|temple|hut|barn", house),
    ("trees?|forest|wood|park|garden|jungle", trees),
    ("flowers?|roses?|blossoms?|tulips?|meadow", flowers),
    ("boats?|ships?|sail\\w*", boat),
    ("cars?|taxi|vehicles?|trucks?", car),
    ("fox|cats?|dogs?|wolf|bears?|horses?|lions?|tigers?|animals?|puppy|kitten", animal),
    ("person|people|man|woman|girl|boy|child|knight|astronaut|robots?|wizard", person),
    ("hearts?|love", heart),
    ("rain\\w*|storm\\w*", rain),
    ("snow\\w*|winter|blizzard", snow),
)


def shapes_of(prompt: str) -> list[Shape]:
    found = [
        shape for words, shape in WORDS if re.search(rf"\b(?:{words})\b", prompt, re.IGNORECASE)
    ]
    return found or [blobs]
