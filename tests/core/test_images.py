"""Pictures: only the picture is left of a file, upright, in sRGB, not too large; what is broken is refused."""

import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms, PngImagePlugin

from sims import images
from sims.images import MAX_PIXELS, MAX_SIDE, THUMBNAIL_SIDE, Unusable, clean
from tests.pictures import picture, written

JPEG, PNG = "image/jpeg", "image/png"
FORMAT_TYPES = [("JPEG", JPEG), ("PNG", PNG)]
SECRET = b"Zainab Bibi, ward 4"


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def gps() -> Image.Exif:
    """What a phone writes: where, with what, and how it was held (turned left)."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = SECRET.decode()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (24.0, 51.0, 36.0)
    return exif


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# -- what is left ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("format_name", "content_type"), FORMAT_TYPES)
def test_nothing_but_the_picture_is_left(format_name, content_type):
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", SECRET.decode())
    notes.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    given = picture(format_name, exif=gps(), comment=SECRET, xmp=SECRET, pnginfo=notes)
    given += b"<script>alert(1)</script>%PDF-1.7 PK\x03\x04" + SECRET
    assert SECRET in given
    left = clean(given, content_type)
    for content in (left.content, left.thumbnail):
        assert not any(word in content for word in (SECRET, b"<script", b"%PDF", b"PK\x03\x04"))
        assert not opened(content).getexif()
        assert not set(opened(content).info) & {"exif", "xmp", "comment", "icc_profile"}
    assert opened(left.content).format == format_name


@pytest.mark.parametrize(("format_name", "content_type"), FORMAT_TYPES)
@pytest.mark.parametrize("held", range(1, 9))
def test_a_picture_stands_upright(format_name, content_type, held):
    """Red stands top left, whatever way the camera was held."""
    upright = Image.new("RGB", (64, 32), "white")
    upright.paste("red", (0, 0, 16, 16))
    stored = upright
    if held in images.TURNS:
        back = {Image.Transpose.ROTATE_90: Image.Transpose.ROTATE_270}
        back |= {after: before for before, after in back.items()}
        turn = images.TURNS[held]
        stored = upright.transpose(back.get(turn, turn))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = held
    left = clean(written(stored, format_name, exif=exif), content_type)
    assert (left.width, left.height) == (64, 32)
    for content in (left.content, left.thumbnail):
        red, green, blue = opened(content).convert("RGB").getpixel((4, 4))
        assert red > 200 > 80 > max(green, blue)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_a_broken_note_about_the_camera_does_not_cost_the_picture():
    assert clean(picture(exif=b"Exif\0\0MM\0*\xff\xff\xff\xff"), JPEG).width == 60


def test_a_large_picture_is_made_smaller_and_a_small_one_left_as_it_is():
    large = clean(picture("PNG", (MAX_SIDE + 1000, 500), "L"), PNG)
    assert large.width == MAX_SIDE
    assert opened(large.content).size == (large.width, large.height)
    assert max(opened(large.thumbnail).size) == THUMBNAIL_SIDE
    small = clean(picture(size=(8, 6)), JPEG)
    assert (small.width, small.height) == opened(small.thumbnail).size == (8, 6)
    assert opened(clean(picture("PNG", (MAX_SIDE * 3, 1)), PNG).content).size == (MAX_SIDE, 1)


def test_the_colours_of_a_profile_are_kept_without_the_profile():
    """In this profile's colours, what the numbers call red is what everybody else calls blue."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile.replace("sRGB".encode("utf-16-be"), "BGRs".encode("utf-16-be"))
    for old, new in ((b"rXYZ", b"????"), (b"bXYZ", b"rXYZ"), (b"????", b"bXYZ")):
        profile = profile.replace(old, new)
    for content_type, mode in ((JPEG, "RGB"), (PNG, "RGB"), (PNG, "RGBA")):
        given = picture(content_type[6:], mode=mode, colour="red", icc_profile=profile)
        left = opened(clean(given, content_type).content)
        red, _, blue = left.getpixel((0, 0))[:3]
        assert blue > 240 > 40 > red
        assert (left.mode, left.info.get("icc_profile")) == (mode, None)


def test_a_profile_that_is_none_is_left_out():
    assert (
        opened(clean(picture(icc_profile=b"nonsense" * 30), JPEG).content).info.get("icc_profile")
        is None
    )


# -- kinds of pictures -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "colour", "becomes", "pixel"),
    [
        ("1", 1, "L", 255),
        ("L", 200, "L", 200),
        ("LA", (200, 50), "LA", (200, 50)),
        ("RGB", (9, 99, 199), "RGB", (9, 99, 199)),
        ("RGBA", (9, 99, 199, 128), "RGBA", (9, 99, 199, 128)),
        ("I;16", 40_000, "L", 156),
    ],
)
def test_png_of_every_mode_keeps_its_picture(mode, colour, becomes, pixel):
    left = opened(clean(picture("PNG", mode=mode, colour=colour), PNG).content)
    assert (left.mode, left.getpixel((0, 0))) == (becomes, pixel)


@pytest.mark.parametrize(("see_through", "pixel"), [(None, (10, 20, 30)), (0, (10, 20, 30, 0))])
def test_png_with_a_palette_keeps_its_picture(see_through, pixel):
    image = Image.new("P", (4, 4))
    image.putpalette([10, 20, 30])
    options = {} if see_through is None else {"transparency": see_through}
    left = opened(clean(written(image, "PNG", **options), PNG).content)
    assert left.getpixel((0, 0)) == pixel


def test_what_is_transparent_is_white_in_the_thumbnail():
    left = clean(picture("PNG", mode="RGBA", colour=(0, 0, 0, 0)), PNG)
    assert opened(left.thumbnail).getpixel((5, 5)) == (255, 255, 255)
    assert opened(left.content).getpixel((5, 5))[3] == 0


def test_jpeg_for_printing_becomes_one_for_screens():
    left = opened(clean(picture(mode="CMYK", colour=(0, 255, 255, 0)), JPEG).content)
    red, green, blue = left.getpixel((0, 0))
    assert left.mode == "RGB"
    assert red > 200 > 60 > max(green, blue)


def test_of_an_animation_the_first_frame_is_kept():
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    moving = written(frames[0], "PNG", save_all=True, append_images=frames[1:])
    assert opened(moving).n_frames == 2
    left = opened(clean(moving, PNG).content)
    assert getattr(left, "n_frames", 1) == 1
    assert left.getpixel((0, 0)) == (255, 0, 0)


# -- what is refused ---------------------------------------------------------------------------------------


def test_a_small_file_that_unpacks_to_a_huge_picture_is_refused_before_it_is_decoded(monkeypatch):
    def never(*arguments: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load_prepare", never)
    for side in (6400, 60_000, 2**31 - 1):
        header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
        bomb = (
            b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", header)
            + chunk(b"IDAT", zlib.compress(b"\0" * 10_000))
        )
        with pytest.raises(Unusable, match="has more than 40 megapixels"):
            clean(bomb + chunk(b"IEND", b""), PNG)


def test_forty_megapixels_are_the_most():
    assert clean(picture("PNG", (8000, MAX_PIXELS // 8000), "1"), PNG).width == MAX_SIDE
    with pytest.raises(
        Unusable, match=r"has more than 40 megapixels \(8,000 × 5,001\)\. Save it smaller"
    ):
        clean(picture("PNG", (8000, MAX_PIXELS // 8000 + 1), "1"), PNG)


def test_notes_that_unpack_to_a_flood_are_refused():
    flood = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"x" * 100_000_000))
    plain = picture("PNG")
    with pytest.raises(Unusable, match="is damaged"):
        clean(plain[:33] + flood + plain[33:], PNG)


def test_a_jpeg_of_endless_passes_is_refused():
    """Each pass costs time over the whole picture, and ten bytes of the file."""
    whole = picture(size=(64, 64), progressive=True)
    start = whole.rindex(b"\xff\xda")
    with pytest.raises(Unusable, match="put together in an unusual way"):
        clean(whole[:start] + whole[start:-2] * 101 + whole[-2:], JPEG)
    assert clean(whole, JPEG).width == 64


@pytest.mark.parametrize(("format_name", "content_type"), FORMAT_TYPES)
@pytest.mark.parametrize("part", [0.02, 0.5, 0.95])
def test_a_picture_cut_off_is_refused(format_name, content_type, part):
    noise = written(Image.effect_noise((120, 120), 80), format_name)
    with pytest.raises(Unusable, match=r"is damaged and can't be opened as a picture\. Choose"):
        clean(noise[: int(len(noise) * part)], content_type)


@pytest.mark.parametrize(("format_name", "content_type"), FORMAT_TYPES)
@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=40)
@given(data=st.data())
def test_a_picture_changed_on_the_way_is_taken_or_refused_in_words(format_name, content_type, data):
    changed = bytearray(picture(format_name, exif=gps()))
    places = st.tuples(st.integers(2, len(changed) - 1), st.integers(0, 255))
    for place, value in data.draw(st.lists(places, min_size=1, max_size=6)):
        changed[place] = value
    try:
        left = clean(bytes(changed), content_type)
    except Unusable:
        pass
    else:
        assert opened(left.content).size == (left.width, left.height)


def test_a_picture_of_another_format_than_said_is_refused():
    with pytest.raises(Unusable, match="is damaged"):
        clean(picture("GIF"), PNG)
