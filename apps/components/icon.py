"""The icon of the browser's tab, drawn here: a named one would be fetched from outside."""

import numpy as np
import numpy.typing as npt

SIZE = 32
BLUE, WHITE = (11, 92, 173), (255, 255, 255)


def page_icon() -> npt.NDArray[np.uint8]:
    """Three bars of a shop window, as an image of SIZE x SIZE pixels."""
    image = np.full((SIZE, SIZE, 3), BLUE, dtype=np.uint8)
    for left, top in ((6, 18), (13, 12), (20, 6)):
        image[top:26, left : left + 5] = WHITE
    return image
