"""Pictures made harmless: decoded and written anew, so that nothing but the picture is left of a file.

What a camera writes beside the picture (place, time, device, comments, previews) and whatever else hides in
the file or behind its end is gone afterwards. Colours are brought to sRGB, the picture upright, its longest
side to at most `MAX_SIDE`. Nothing is decoded before its size is known, and one picture at a time in each
process, so that memory is bounded.
"""

import logging
import struct
import threading
import zlib
from dataclasses import dataclass
from io import BytesIO

from PIL import ExifTags, Image, ImageCms

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}

MAX_PIXELS = 40_000_000
"""The largest picture that is decoded. Measured: 12 megapixels take 0.25 s and 100 MB of memory, 40 take 1.2 s and
280 MB."""

MAX_SIDE = 4096
"""Pixels on the longest side of what is kept: a whole 12-megapixel photograph."""

THUMBNAIL_SIDE = 320

MAX_SCANS = 100
"""Passes a progressive JPEG may take; real ones have about ten, and each costs time over the whole picture."""

BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    EOFError,
    struct.error,
    zlib.error,
)
"""What Pillow raises at the content of a broken file, be it cut off or changed on purpose."""

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF's orientation → what undoes it."""

log = logging.getLogger(__name__)

_one_at_a_time = threading.Lock()


class Unusable(ValueError):
    """This is no picture SIMS can take. The message completes "<name> …"."""


@dataclass(frozen=True)
class Picture:
    """A picture written anew, its size in pixels, and a small JPEG of it."""

    content: bytes
    width: int
    height: int
    thumbnail: bytes


def clean(content: bytes, content_type: str) -> Picture:
    """The picture in `content` (one of `FORMATS`), without anything else that was in the file.

    Of an animated one the first frame is kept. Raises `Unusable` where it is damaged or too large.
    """
    format_name = FORMATS[content_type]
    if format_name == "JPEG" and content.count(b"\xff\xda") > MAX_SCANS:
        raise Unusable("is put together in an unusual way. Open it, save it anew, and try again.")
    with _one_at_a_time:
        try:
            with Image.open(BytesIO(content), formats=(format_name,)) as image:
                return _written_anew(image, format_name)
        except Image.DecompressionBombError as error:
            raise _too_large() from error
        except Unusable:
            raise
        except BROKEN as error:
            raise Unusable(
                "is damaged and can't be opened as a picture. Choose the original file, or save it anew."
            ) from error


def _written_anew(image: Image.Image, format_name: str) -> Picture:
    if image.width * image.height > MAX_PIXELS:
        raise _too_large(image.width, image.height)
    image.load()
    profile, turn = image.info.get("icc_profile"), _turn_of(image)
    picture = _in_common_mode(image)
    picture.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    picture = _in_srgb(picture, profile)
    if turn is not None:
        picture = picture.transpose(turn)
    picture.info = {}  # Pillow writes comments, profiles and the like from here by itself
    if format_name == "JPEG":
        content = _saved(picture, "JPEG", quality=88)
    else:
        content = _saved(picture, "PNG", compress_level=4)
    width, height = picture.size
    picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), reducing_gap=2.0)
    return Picture(content, width, height, _saved(_on_white(picture), "JPEG", quality=80))


def _turn_of(image: Image.Image) -> Image.Transpose | None:
    """How the camera was held, as the turn that puts the picture upright; none where its note is broken."""
    try:
        return TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except BROKEN:
        return None


def _in_common_mode(image: Image.Image) -> Image.Image:
    """The picture in 8 bits a channel: grey, RGB, either with transparency, or CMYK."""
    if image.mode.startswith("I"):
        return image.convert("I").point([grey >> 8 for grey in range(65536)], "L")
    if image.has_transparency_data and image.mode not in ("LA", "RGBA"):
        return image.convert("RGBA")
    if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours that `profile` means, in sRGB, which every screen assumes of a picture without one."""
    mode = "RGB" if picture.mode == "CMYK" else picture.mode
    if profile and mode in ("RGB", "RGBA"):
        try:
            meant = ImageCms.ImageCmsProfile(BytesIO(profile))
            if "sRGB" not in ImageCms.getProfileDescription(meant):
                srgb = ImageCms.createProfile("sRGB")
                changed = ImageCms.profileToProfile(picture, meant, srgb, outputMode=mode)
                return changed or picture
        except (ImageCms.PyCMSError, *BROKEN):
            log.info("colour profile of a picture not understood, left out")
    return picture if picture.mode == mode else picture.convert(mode)


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture
    page = Image.new("RGBA", picture.size, "white")
    page.alpha_composite(picture.convert("RGBA"))
    return page.convert("RGB")


def _saved(picture: Image.Image, format_name: str, **options: int) -> bytes:
    written = BytesIO()
    picture.save(written, format_name, **options)
    return written.getvalue()


def _too_large(width: int = 0, height: int = 0) -> Unusable:
    size = f" ({width:,} × {height:,})" if width else ""
    return Unusable(
        f"has more than {MAX_PIXELS // 10**6} megapixels{size}. Save it smaller and choose it again."
    )
