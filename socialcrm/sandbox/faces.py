"""Friendly flat faces, one for each account id, and lamps or houses for companies."""

from __future__ import annotations

import random
from functools import lru_cache

from .canvas import Canvas, Colour
from .town.names import GIVEN

BACKGROUNDS: list[Colour] = [
    *((250, 214, 165), (178, 216, 216), (199, 206, 234), (255, 200, 190), (181, 234, 215), (255, 233, 170)),
    *((214, 196, 232), (174, 214, 241), (232, 218, 200), (245, 183, 177), (200, 225, 180), (160, 196, 190)),
]
SKINS: list[Colour] = [
    *((255, 224, 196), (247, 205, 170), (236, 188, 148), (214, 160, 116), (176, 122, 82), (141, 92, 60)),
    (104, 67, 46),
]
HAIRS: list[Colour] = [
    *((44, 34, 30), (74, 50, 38), (110, 74, 46), (150, 104, 60), (206, 160, 92), (172, 72, 40), (190, 188, 186)),
    *((232, 230, 226), (30, 30, 40)),
]
CLOTHES: list[Colour] = [
    *((52, 73, 94), (39, 108, 120), (160, 64, 72), (88, 110, 66), (230, 126, 80), (108, 82, 140), (240, 240, 236)),
    *((70, 130, 180), (200, 150, 60), (60, 60, 64)),
]
INK: Colour = (46, 38, 36)
WHITE: Colour = (255, 255, 255)
LONG = ["long", "long", "bob", "bob", "bun", "curly", "scarf", "side"]
SHORT = ["short", "short", "side", "side", "curly", "bald", "cap"]
FIRST_HALF = {*GIVEN["en"][: GIVEN["en"].index("Aaron")], *GIVEN["fr"][: GIVEN["fr"].index("Adrien")]}
SIZES = {"normal": 96, "bigger": 146, "400x400": 400}


def mix(one: Colour, other: Colour, part: float) -> Colour:
    """A colour between two."""
    a, b, c = (int(x + (y - x) * part) for x, y in zip(one, other, strict=True))
    return a, b, c


@lru_cache(maxsize=512)
def face(account: int, given: str, size: int) -> bytes:
    """The PNG of a person's face; the same id and first name have the same face at every size."""
    dice = random.Random(f"face:{account}")
    canvas = Canvas(size, dice.choice(BACKGROUNDS))
    skin, hair, cloth = dice.choice(SKINS), dice.choice(HAIRS), dice.choice(CLOTHES)
    styles = LONG if given in FIRST_HALF else SHORT
    style = dice.choice(styles)
    _behind(canvas, style, hair, cloth)
    _body(canvas, dice, skin, cloth)
    _head(canvas, dice, skin)
    if styles is SHORT and dice.random() < 0.45:
        _beard(canvas, mix(skin, hair, 0.85))
    _features(canvas, dice, skin, hair)
    _front(canvas, style, hair, cloth)
    return canvas.png()


def _behind(canvas: Canvas, style: str, hair: Colour, cloth: Colour) -> None:
    if style == "long":
        canvas.ellipse(50, 45, 29, 30, hair)
        canvas.box(21, 45, 79, 82, hair)
    elif style == "bob":
        canvas.ellipse(50, 44, 29, 29, hair)
        canvas.box(21, 44, 79, 64, hair)
    elif style == "bun":
        canvas.ellipse(50, 13, 11, 10, hair)
    elif style == "curly":
        for x, y in ((30, 34), (38, 23), (50, 19), (62, 23), (70, 34), (27, 46), (73, 46)):
            canvas.ellipse(x, y, 11, 11, hair)
    elif style == "scarf":
        canvas.ellipse(50, 47, 30, 33, mix(cloth, WHITE, 0.25))
        canvas.box(24, 60, 76, 84, mix(cloth, WHITE, 0.25))


def _body(canvas: Canvas, dice: random.Random, skin: Colour, cloth: Colour) -> None:
    shade = mix(skin, INK, 0.12)
    canvas.ellipse(50, 112, 42, 36, cloth)
    canvas.box(41, 62, 59, 80, shade)
    canvas.ellipse(50, 80, 13, 8, shade)
    if dice.random() < 0.35:
        canvas.ellipse(50, 100, 7, 20, mix(cloth, WHITE, 0.6))


def _head(canvas: Canvas, dice: random.Random, skin: Colour) -> None:
    wide = dice.uniform(20, 22.5)
    for x in (50 - wide, 50 + wide):
        canvas.ellipse(x, 50, 4.2, 5.5, mix(skin, INK, 0.08))
    canvas.ellipse(50, 47, wide, 25, skin)
    canvas.ellipse(50, 52, wide - 1.5, dice.uniform(20, 22), skin)


def _beard(canvas: Canvas, hair: Colour) -> None:
    canvas.ellipse(50, 56, 21, 18.5, hair, top=56)
    canvas.ellipse(50, 56, 8, 3.2, hair)


def _features(canvas: Canvas, dice: random.Random, skin: Colour, hair: Colour) -> None:
    blush = mix(skin, (235, 110, 100), 0.28)
    for x in (37, 63):
        canvas.ellipse(x, 57, 4.6, 3, blush)
    if dice.random() < 0.3:
        _glasses(canvas, dice, skin)
    for x in (41, 59):
        canvas.ellipse(x, 49, 2.5, 3.1, INK)
        canvas.ellipse(x + 0.8, 47.8, 0.8, 0.9, WHITE)
        canvas.box(x - 4, 41.2, x + 4, 42.8, mix(hair, INK, 0.3))
    canvas.ellipse(50, 55, 2.2, 2.6, mix(skin, INK, 0.2))
    _mouth(canvas, dice)


def _glasses(canvas: Canvas, dice: random.Random, skin: Colour) -> None:
    frame = dice.choice([INK, (120, 60, 40), (40, 70, 120)])
    for x in (41, 59):
        canvas.ellipse(x, 49, 8, 7.2, frame)
        canvas.ellipse(x, 49, 6.7, 5.9, mix(skin, WHITE, 0.45))
    canvas.box(48, 48, 52, 49.4, frame)


def _mouth(canvas: Canvas, dice: random.Random) -> None:
    if dice.random() < 0.6:
        canvas.ellipse(50, 61, 7, 6, (150, 52, 56), top=61)
        canvas.ellipse(50, 61, 5.6, 2.4, WHITE, top=61)
    else:
        canvas.ellipse(50, 60, 7, 5, (168, 76, 72), top=61.5)


def _front(canvas: Canvas, style: str, hair: Colour, cloth: Colour) -> None:
    if style in ("short", "bun", "curly"):
        canvas.ellipse(50, 36, 24, 17, hair, bottom=34)
    elif style in ("side", "long", "bob"):
        canvas.ellipse(42, 35, 20, 15, hair, bottom=37)
        canvas.ellipse(62, 34, 13, 13, hair, bottom=36)
    elif style == "scarf":
        canvas.ellipse(50, 36, 25, 17, mix(cloth, WHITE, 0.25), bottom=33)
    elif style == "cap":
        canvas.ellipse(50, 34, 24, 18, cloth, bottom=33)
        canvas.box(26, 32, 78, 36, mix(cloth, INK, 0.3))


@lru_cache(maxsize=128)
def sign(account: int, brand: bool, size: int) -> bytes:
    """The PNG of a company's sign: a pendant lamp for the brand, a house with lit windows for others."""
    dice = random.Random(f"sign:{account}")
    night: Colour = (24, 44, 82) if brand else mix(dice.choice(CLOTHES), INK, 0.3)
    light: Colour = (255, 210, 96)
    canvas = Canvas(size, night)
    if brand:
        canvas.ellipse(50, 62, 38, 34, mix(night, light, 0.22))
        canvas.box(49, 0, 51, 30, WHITE)
        canvas.ellipse(50, 56, 30, 28, WHITE, bottom=56)
        canvas.ellipse(50, 57, 11, 11, light)
        return canvas.png()
    canvas.box(24, 26, 76, 84, mix(night, WHITE, 0.82))
    for y in (34, 50, 66):
        for x in (31, 45, 59):
            canvas.box(x, y, x + 10, y + 10, light if dice.random() < 0.6 else night)
    return canvas.png()
