"""PNG from a drawing: the picture that the SVG is, with the same bytes every time, and no part missing silently."""

import io
from typing import Any

import pytest
from PIL import Image

from kb import figures
from kb.figures.canvas import Canvas


def drawing() -> str:
    canvas = Canvas("test", 100, 60)
    canvas.rectangle(10, 10, 20, 10, "#ff0000")
    canvas.line((50, 90), (30, 30), "#0000ff", 4)
    canvas.line((50, 90), (40, 40), "#00ff00", 4, "--")
    canvas.marker(20, 45, "o", "#009900", size=12)
    canvas.marker(40, 45, "s", "#009900", size=12, filled=False)
    canvas.text(98, 10, "WWWW", size=12, colour="#000000", align="right", bold=True)
    canvas.text(95, 55, "turned", size=10, rotation=90)
    return canvas.svg("Ein Bild mit Ø und 痛み")


def opened(data: bytes) -> Any:
    return Image.open(io.BytesIO(data)).convert("RGB")


@pytest.mark.parametrize("scale", [1, 2, 3.5])
def test_the_picture_has_the_size_and_the_marks_of_the_drawing(scale):
    image = opened(figures.png(drawing(), scale))
    assert image.size == (int(100 * scale), int(60 * scale))

    def at(x, y):
        return image.getpixel((int(x * scale), int(y * scale)))

    assert at(20, 15) == (255, 0, 0)
    assert at(35, 15) == (255, 255, 255)
    assert at(70, 30) == (0, 0, 255)
    assert at(20, 45) == (0, 153, 0)
    assert at(40, 45) == (255, 255, 255)


def test_dashes_have_gaps():
    image = opened(figures.png(drawing(), 2))
    colours = [image.getpixel((x, 80)) for x in range(100, 180)]
    assert (0, 255, 0) in colours
    assert (255, 255, 255) in colours


def test_words_stand_where_the_drawing_has_them():
    image = opened(figures.png(drawing(), 2)).convert("L")
    dark = [x for x in range(100, 200) for y in range(10, 32) if image.getpixel((x, y)) < 60]
    assert 185 <= max(dark) <= 197
    turned = [y for x in range(182, 200) for y in range(34, 118) if image.getpixel((x, y)) < 70]
    assert max(turned) - min(turned) > 40


def test_the_picture_carries_its_words_and_no_program():
    image = Image.open(io.BytesIO(figures.png(drawing(), 1)))
    assert image.info["Description"] == "Ein Bild mit Ø und 痛み"
    assert "Software" not in image.info
    assert not any("date" in str(key).lower() for key in image.info)


def test_the_same_drawing_gives_the_same_bytes_and_another_does_not():
    assert figures.png(drawing(), 2) == figures.png(drawing(), 2)
    assert figures.png(drawing(), 2) != figures.png(drawing().replace("#ff0000", "#fe0000"), 2)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<g>", '<g transform="scale(2)">', "transform"),
        ("<g>", "<g><circle r='3'/>", "circle"),
        ("M 10 10", "A 10 10", "path"),
        ("fill: #ff0000", "fill: url(#h1)", "pattern"),
    ],
)
def test_what_is_not_understood_is_an_error(old, new, said):
    assert old in drawing()
    with pytest.raises(ValueError, match=said):
        figures.png(drawing().replace(old, new, 1), 1)


@pytest.mark.parametrize("scale", [0, -1, 1e6, float("nan")])
def test_a_wrong_scale_is_refused(scale):
    with pytest.raises(ValueError, match="scale"):
        figures.png(drawing(), scale)


def test_entities_are_not_read():
    with pytest.raises(ValueError, match=r"painted|SVG"):
        figures.png('<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hostname">]><html>&x;</html>', 1)


def test_no_svg_is_an_error():
    for text in ("", "<html/>", "nothing"):
        with pytest.raises(ValueError, match="no SVG"):
            figures.png(text, 1)
