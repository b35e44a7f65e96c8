#!/usr/bin/env python3
"""Makes the seed corpora of the picture decoders' fuzz targets, with Pillow: make_image_corpus.py [FOLDER]"""
import sys
from pathlib import Path

import numpy as np
from PIL import Image

folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "corpus")
y, x = np.mgrid[0:13, 0:17]
rgb = Image.fromarray(np.stack([x * 15, y * 19, (x + y) * 8], -1).astype(np.uint8))
rgba = rgb.copy()
rgba.putalpha(Image.fromarray(((x * y) % 256).astype(np.uint8)))
palette, grey, ink = rgb.convert("P", palette=Image.Palette.ADAPTIVE, colors=9), rgb.convert("L"), rgb.convert("CMYK")
deep = Image.fromarray((x * 3855 + y).astype(np.uint16))
turned = Image.Exif()
turned[0x0112] = 6
pictures = {
    "jpeg": {"420.jpg": (rgb, {"quality": 30}), "444p.jpg": (rgb, {"quality": 30, "subsampling": 0, "progressive": True}), "grey.jpg": (grey, {"quality": 30}),
             "cmyk.jpg": (ink, {"quality": 30}), "turned.jpg": (rgb, {"quality": 30, "exif": turned}), "restart.jpg": (rgb, {"quality": 30, "restart_marker_blocks": 1})},
    "png": {"rgb.png": (rgb, {}), "rgba.png": (rgba, {}), "palette.png": (palette, {"bits": 4, "transparency": 2}), "deep.png": (deep, {}), "bits.png": (rgb.convert("1"), {}), "turned.png": (grey, {"exif": turned})},
    "webp": {"lossy.webp": (rgb, {"quality": 10}), "alpha.webp": (rgba, {"quality": 10}), "lossless.webp": (rgba, {"lossless": True}), "animated.webp": (rgb, {"save_all": True, "append_images": [rgb.rotate(9)], "quality": 10}),
             "turned.webp": (rgb, {"quality": 10, "exif": turned})},
    "bmp": {"rgb.bmp": (rgb, {}), "rgba.bmp": (rgba, {}), "palette.bmp": (palette, {}), "bits.bmp": (rgb.convert("1"), {})},
    "gif": {"palette.gif": (palette, {}), "transparent.gif": (palette, {"transparency": 3, "interlace": 0}), "animated.gif": (palette, {"save_all": True, "append_images": [palette.rotate(9)]})},
    "tiff": {"rgb.tif": (rgb, {}), "lzw.tif": (rgba, {"compression": "tiff_lzw"}), "deflate.tif": (palette, {"compression": "tiff_adobe_deflate"}), "jpeg.tif": (rgb, {"compression": "jpeg"}), "g4.tif": (rgb.convert("1"), {"compression": "group4"}),
             "deep.tif": (deep, {"compression": "packbits"}), "cmyk.tif": (ink, {})},
}
for target, files in pictures.items():
    (folder / target).mkdir(parents=True, exist_ok=True)
    for name, (image, options) in files.items():
        image.save(folder / target / name, **options)
header = bytearray(b"BM" + bytes(52) + bytes(range(64)))
header[10:14], header[14:18] = (118).to_bytes(4, "little"), (40).to_bytes(4, "little")
header[18:22], header[22:26], header[26:28] = (4).to_bytes(4, "little"), (3).to_bytes(4, "little"), b"\1\0"
for bits, kind, data in ((8, 1, b"\x04\x01\0\0\0\x02\x01\0\0\x03\x02\x03\x01\0\0\0\x02\x02\0\x01"), (4, 2, b"\x04\x12\0\0\0\x04\x01\x23\0\0\x04\x30\0\x01")):
    header[28:30], header[30:34], header[46:50] = bits.to_bytes(2, "little"), kind.to_bytes(4, "little"), (16).to_bytes(4, "little")
    (folder / "bmp" / f"rle{bits}.bmp").write_bytes(bytes(header) + data)
(folder / "exif").mkdir(exist_ok=True)
(folder / "exif" / "little").write_bytes(turned.tobytes())
(folder / "exif" / "big").write_bytes(b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0")
(folder / "exif" / "packet.xmp").write_bytes(b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/><tiff:Orientation>3</tiff:Orientation></x:xmpmeta>')
