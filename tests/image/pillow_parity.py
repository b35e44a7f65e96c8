#!/usr/bin/env python3
"""Our decoders and our resize against Pillow, on pictures that Pillow writes here in many modes and formats.

usage: pillow_parity.py DECODE_PROBE
Lossless formats must be equal. JPEG and lossy WebP may differ by one level (two builds of the same library). A resize may differ by one level.
"""
import itertools
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

W, H = 83, 61
FAILURES = []
CHECKS = 0


class Probe:
    def __init__(self, program):
        self.process = subprocess.Popen([program, "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, path, *options):
        self.process.stdin.write((" ".join([str(path), *options]) + "\n").encode())
        self.process.stdin.flush()
        line = self.process.stdout.readline().decode().strip()
        if not line.startswith("ok "):
            return line
        width, height = map(int, line.split()[1:])
        data = self.process.stdout.read(width * height * 3)
        return np.frombuffer(data, np.uint8).reshape(height, width, 3)


def scene(width=W, height=H, seed=0):
    """A picture with smooth parts, edges and some noise, RGB."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    smooth = np.stack([128 + 120 * np.sin(x / 9 + c + seed) * np.cos(y / (7 + c)) for c in range(3)], -1)
    smooth[height // 3: height // 2, width // 4: width // 2] = random.integers(0, 256, 3)
    noise = random.normal(0, 6, smooth.shape)
    return Image.fromarray(np.clip(smooth + noise, 0, 255).astype(np.uint8))


def alpha_ramp(width=W, height=H):
    y, x = np.mgrid[0:height, 0:width]
    return Image.fromarray(((x * 5 + y * 3) % 256).astype(np.uint8))


def over_white(image):
    image = image.convert("RGBA")
    white = Image.new("RGB", image.size, (255, 255, 255))
    white.paste(image, mask=image.getchannel("A"))
    return white


def check(name, got, expected, tolerance):
    global CHECKS
    CHECKS += 1
    if isinstance(got, str):
        FAILURES.append(f"{name}: {got}")
        return
    expected = np.asarray(expected)
    if got.shape != expected.shape:
        FAILURES.append(f"{name}: shape {got.shape}, Pillow {expected.shape}")
        return
    worst = int(np.abs(got.astype(int) - expected.astype(int)).max())
    if worst > tolerance:
        FAILURES.append(f"{name}: differs by up to {worst} levels, {tolerance} allowed")


def rgb_of(path):
    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        return over_white(image)
    return image.convert("RGB")


def lossless(probe, folder):
    rgb, alpha = scene(), alpha_ramp()
    rgba, la = rgb.copy(), rgb.convert("L")
    rgba.putalpha(alpha)
    la.putalpha(alpha)
    palette = rgb.convert("P", palette=Image.Palette.ADAPTIVE, colors=37)
    modes = {"RGB": rgb, "L": rgb.convert("L"), "P": palette, "1": rgb.convert("1"), "RGBA": rgba, "LA": la, "CMYK": rgb.convert("CMYK")}
    writers = {
        "png": (["RGB", "L", "P", "1", "RGBA", "LA"], [{}, {"optimize": True}]),
        "bmp": (["RGB", "L", "P", "1"], [{}]),
        "gif": (["L", "P", "1"], [{}, {"interlace": 0}]),
        "tif": (["RGB", "L", "P", "1", "CMYK"], [{}, {"compression": "tiff_lzw"}, {"compression": "tiff_adobe_deflate"}, {"compression": "packbits"}]),
        "webp": (["RGB", "RGBA"], [{"lossless": True, "exact": True}]),
    }
    for suffix, (names, variants) in writers.items():
        for mode, (i, options) in itertools.product(names, enumerate(variants)):
            path = folder / f"{suffix}_{mode}_{i}.{suffix}"
            modes[mode].save(path, **options)
            # libtiff turns CMYK into RGB with its own rounding.
            check(path.name, probe(path), rgb_of(path), 2 if mode == "CMYK" else 0)
    for bits in (1, 2, 4):
        path = folder / f"png_p{bits}.png"
        rgb.convert("P", palette=Image.Palette.ADAPTIVE, colors=2**bits).save(path, bits=bits)
        check(path.name, probe(path), rgb_of(path), 0)
    path = folder / "transparent.gif"
    palette.save(path, transparency=3)
    check(path.name, probe(path), rgb_of(path), 0)
    path = folder / "transparent_p.png"
    palette.save(path, transparency=bytes(range(0, 148, 4)))
    check(path.name, probe(path), rgb_of(path), 0)
    path = folder / "rgba.bmp"
    rgba.save(path)
    check(path.name, probe(path), rgb_of(path), 0)
    path = folder / "animated.webp"
    rgba.save(path, save_all=True, append_images=[rgba.rotate(90, expand=False)], lossless=True, exact=True)
    check(path.name, probe(path), rgb_of(path), 0)
    path = folder / "rgba.tif"
    rgba.save(path)
    check(path.name, probe(path), rgb_of(path), 1)  # libtiff multiplies by alpha before we add the white


def sixteen_bits(probe, folder):
    y, x = np.mgrid[0:H, 0:W]
    values = ((x * 701 + y * 397) % 65536).astype(np.uint16)
    high = np.repeat((values >> 8).astype(np.uint8)[..., None], 3, -1)
    image = Image.fromarray(values)
    image.save(folder / "16.png")
    check("16-bit PNG", probe(folder / "16.png"), high, 0)
    image.save(folder / "16.tif")
    check("16-bit TIFF", probe(folder / "16.tif"), high, 1)


def jpeg(probe, folder):
    rgb = scene()
    variants = [dict(quality=q, subsampling=s, progressive=p) for q in (60, 95) for s in (0, 1, 2) for p in (False, True)]
    for i, options in enumerate(variants + [dict(restart_marker_blocks=3)]):
        for mode in ("RGB", "L"):
            path = folder / f"jpeg_{i}_{mode}.jpg"
            rgb.convert(mode).save(path, **options)
            check(f"JPEG {mode} {options}", probe(path), rgb_of(path), 1)
    path = folder / "cmyk.jpg"
    rgb.convert("CMYK").save(path, quality=90)
    check("JPEG CMYK", probe(path), rgb_of(path), 1)
    for denominator in (2, 4, 8):
        path = folder / "jpeg_5_RGB.jpg"
        image = Image.open(path)
        image.draft("RGB", (W // denominator, H // denominator))
        check(f"JPEG 1/{denominator}", probe(path, "--denominator", str(denominator)), image, 1)
    path = folder / "lossy.webp"
    rgb.save(path, quality=80)
    check("lossy WebP", probe(path), rgb_of(path), 1)


def orientations(probe, folder):
    rgb = scene()
    for suffix, orientation in itertools.product(("jpg", "png", "webp", "tif"), range(1, 9)):
        exif = Image.Exif()
        exif[0x0112] = orientation
        path = folder / f"turned_{orientation}.{suffix}"
        options = {"lossless": True} if suffix == "webp" else {}
        rgb.save(path, exif=exif, **options)
        expected = rgb_of(path)
        tolerance = 1 if suffix == "jpg" else 0
        check(path.name, probe(path), expected, tolerance)
        check(f"{path.name} crop", probe(path, "--crop", "5,9,31,17"), expected.crop((5, 9, 36, 26)), tolerance)


def resizes(probe, folder):
    filters = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
    random = np.random.default_rng(7)
    off_by_one = values = 0
    for size in ((83, 61), (7, 5), (1, 1), (2, 300), (501, 377), (1500, 40)):
        image = scene(*size, seed=size[0])
        if size == (501, 377):  # hard edges make bicubic over- and undershoot
            image = Image.fromarray(random.choice(np.array([0, 255], np.uint8), (377, 501, 3)))
        path = folder / "resize.png"
        image.save(path)
        for target in ((224, 224), (32, 32), (83, 61), (1, 1), (3, 17), (256, 341), (600, 449)):
            x0, y0 = random.uniform(0, size[0] * 0.4), random.uniform(0, size[1] * 0.4)
            x1, y1 = random.uniform(size[0] * 0.6, size[0]), random.uniform(size[1] * 0.6, size[1])
            edges = tuple(float(np.float32(v)) for v in (x0, y0, x1, y1))  # Pillow keeps a box in 32-bit floats
            for (name, resample), box in itertools.product(filters.items(), (None, edges)):
                option = f"{target[0]},{target[1]},{name}" + ("," + ",".join(f"{v:.17g}" for v in box) if box else "")
                got = probe(path, "--resize", option)
                expected = np.asarray(image.resize(target, resample, box))
                check(f"resize {size} {option}", got, expected, 1)
                if not isinstance(got, str) and got.shape == expected.shape:
                    off_by_one += int((got != expected).sum())
                    values += got.size
    print(f"resize: {100 * off_by_one / values:.3f} % of {values} values are one level off")


def main():
    probe = Probe(sys.argv[1])
    with tempfile.TemporaryDirectory() as name:
        for part in (lossless, sixteen_bits, jpeg, orientations, resizes):
            part(probe, Path(name))
    print(f"{CHECKS} comparisons with Pillow {Image.__version__}, {len(FAILURES)} failed")
    print("\n".join(FAILURES))
    return 1 if FAILURES or CHECKS < 200 else 0


if __name__ == "__main__":
    sys.exit(main())
