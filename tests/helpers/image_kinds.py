"""An image in every kind of JPEG and PNG file that there is, and as Pillow decodes it."""

import io
import struct
import zlib

import numpy as np
import tensorflow as tf
from PIL import Image


def image_files(height, width):
    """Return the contents of image files by kind, all of one size."""
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (height, width, 4), np.uint8)
    deep = rng.integers(0, 65536, (height, width, 4)).astype(np.uint16)
    colour, grey = Image.fromarray(noise[..., :3]), Image.fromarray(noise[..., 0])
    turned = Image.Exif()
    turned[0x0112] = 6  # on its side
    kinds = {
        "jpeg": _file(colour, "JPEG"),
        "jpeg, colours whole": _file(colour, "JPEG", subsampling=0, quality=95),
        "jpeg, grey": _file(grey, "JPEG"),
        "jpeg, progressive": _file(colour, "JPEG", progressive=True),
        "jpeg, CMYK": _file(colour.convert("CMYK"), "JPEG"),
        "jpeg, turned": _file(colour, "JPEG", exif=turned),
        "mpo": _file(colour, "MPO", save_all=True, append_images=[grey.convert("RGB")]),
        "png": _file(colour, "PNG"),
        "png, grey": _file(grey, "PNG"),
        "png, transparent": _file(Image.fromarray(noise), "PNG"),
        "png, palette": _file(colour.quantize(16), "PNG"),
        "png, palette, transparent": _file(colour.quantize(200), "PNG", transparency=3),
        "png, one bit": _file(grey.convert("1"), "PNG"),
        "png, frames": _file(colour, "PNG", save_all=True, append_images=[colour.rotate(90)]),
    }
    for name, channels in {"grey": 1, "grey, transparent": 2, "rgb": 3, "rgba": 4}.items():
        kinds[f"png, 16 bits, {name}"] = tf.io.encode_png(deep[..., :channels]).numpy()
    kinds["png, 8 bits, grey, transparent"] = tf.io.encode_png(noise[..., :2]).numpy()
    return kinds


def pillow_pixels(content, channels):
    """Decode as the documentation tells to, with Pillow."""
    with Image.open(io.BytesIO(content)) as image:
        if image.mode == "I;16":
            image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
        pixels = np.asarray(image.convert("RGB").convert("L" if channels == 1 else "RGB"))
    return pixels.reshape(*pixels.shape[:2], channels)


def png_header(height, width):
    """Return a PNG file that claims to be of a size, and holds next to nothing."""
    parts = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0),
        b"IDAT": zlib.compress(b"\0" * 100),
        b"IEND": b"",
    }
    chunks = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts.items()
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _file(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()
