"""The icon of the browser's tab, drawn here: a named one would be fetched from outside."""

from PIL import Image, ImageDraw

SIZE = 32
BLUE, WHITE = (11, 92, 173), (255, 255, 255)


def page_icon() -> Image.Image:
    """Three bars on the product's blue, SIZE x SIZE pixels."""
    image = Image.new("RGB", (SIZE, SIZE), BLUE)
    draw = ImageDraw.Draw(image)
    for left, top in ((6, 18), (13, 12), (20, 6)):
        draw.rectangle((left, top, left + 4, 26), fill=WHITE)
    return image
