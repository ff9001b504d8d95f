"""Files to upload: real pictures, made when they are needed, and a PDF."""

from io import BytesIO
from typing import Any

from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj << >> endobj\n%%EOF"


def picture(
    format_name: str = "JPEG",
    size: tuple[int, int] = (60, 40),
    mode: str = "RGB",
    colour: Any = None,
    **options: Any,
) -> bytes:
    """A picture of one colour; `options` go to Pillow's writer (exif, comment, pnginfo …)."""
    return written(Image.new(mode, size, colour or 0), format_name, **options)


def written(image: Image.Image, format_name: str = "JPEG", **options: Any) -> bytes:
    """`image` as a file."""
    file = BytesIO()
    image.save(file, format_name, **options)
    return file.getvalue()


PNG = picture("PNG")
JPEG = picture("JPEG")
