"""Native, enlarged and blurred pictures made from photographs and from drawings, as crawlers find them. Needs Pillow and NumPy."""
import io
import pathlib
import random
import zlib

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

FILTERS = {"nearest": Image.Resampling.NEAREST, "bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC,
           "lanczos": Image.Resampling.LANCZOS}
SHRINKERS = [Image.Resampling.BOX, Image.Resampling.BILINEAR, Image.Resampling.HAMMING, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS]
LONGEST = 1400  # px, of what is made


def generator(*parts):
    """A random generator that depends on these words alone."""
    return random.Random(zlib.crc32("|".join(map(str, parts)).encode()))


def draw(seed):
    """A made-up picture of flat, shaded and grained shapes, lines and letters, drawn at twice its size or directly."""
    r = generator("draw", seed)
    scale = r.choice([1, 2, 3])
    width, height = r.randrange(240, 640) * scale, r.randrange(240, 640) * scale
    colour = lambda: tuple(r.randrange(256) for _ in range(3))
    picture = Image.new("RGB", (width, height), colour())
    pen = ImageDraw.Draw(picture)
    for _ in range(r.randrange(20, 200)):
        x, y, w, h = r.randrange(width), r.randrange(height), int(width * r.random() ** 2 / 2) + 2, int(height * r.random() ** 2 / 2) + 2
        kind = r.randrange(4)
        if kind == 0:
            pen.ellipse((x, y, x + w, y + h), fill=colour(), outline=colour())
        elif kind == 1:
            pen.rectangle((x, y, x + w, y + h), fill=colour())
        elif kind == 2:
            pen.line((x, y, x + w, y + h), fill=colour(), width=r.randrange(1, 5) * scale)
        else:
            pen.text((x, y), "".join(r.choice("abcdefgh XYZ0123") for _ in range(12)), fill=colour(), font_size=r.randrange(8, 40) * scale)
    grain = np.random.default_rng(r.randrange(1 << 30)).normal(0, r.choice([0, 3, 8, 15]), (height, width, 1))
    picture = Image.fromarray(np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8))
    return picture.reduce(scale) if scale > 1 else picture


def through_jpeg(picture, quality, subsampling=-1):
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality, subsampling=subsampling)
    return Image.open(file).convert("RGB")


def scaled(picture, factor, method):
    return picture.resize((max(1, round(picture.width * factor)), max(1, round(picture.height * factor))), method)


def camera(picture, r):
    """Half the size through a Bayer mosaic and bilinear demosaicing: a photograph as it leaves a sensor."""
    rgb = np.asarray(scaled(picture, r.uniform(0.5, 0.7), Image.Resampling.LANCZOS).filter(ImageFilter.GaussianBlur(r.uniform(0, 0.5)))).astype(np.float32)
    rgb = rgb + np.random.default_rng(r.randrange(1 << 30)).normal(0, r.uniform(0, 4), rgb.shape)
    weights = {}
    weights[1] = np.array([[0, 1, 0], [1, 4, 1], [0, 1, 0]], np.float32) / 4
    weights[0] = weights[2] = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]], np.float32) / 4
    out = np.zeros_like(rgb)
    for channel, sites in ((0, [(0, 0)]), (1, [(0, 1), (1, 0)]), (2, [(1, 1)])):
        sparse = np.zeros(rgb.shape[:2], np.float32)
        for y, x in sites:
            sparse[y::2, x::2] = rgb[y::2, x::2, channel]
        padded = np.pad(sparse, 1, mode="reflect")
        for dy in range(3):
            for dx in range(3):
                out[..., channel] += weights[channel][dy, dx] * padded[dy:dy + sparse.shape[0], dx:dx + sparse.shape[1]]
    picture = Image.fromarray(np.clip(out, 0, 255).astype(np.uint8))
    return picture.filter(ImageFilter.UnsharpMask(1, r.randrange(50, 200), 0))  # every camera sharpens


def cropped(picture, r, least=200):
    width, height = (max(min(least, side), int(side * r.uniform(0.6, 1))) for side in picture.size)
    x, y = r.randrange(picture.width - width + 1), r.randrange(picture.height - height + 1)
    return picture.crop((x, y, x + width, y + height))


def decorated(picture, r):
    """Letters on top, bars and frames: sharp in an enlarged picture too."""
    picture = picture.copy()
    pen = ImageDraw.Draw(picture, "RGBA")
    kind = r.randrange(4)
    shade = r.choice([(255, 255, 255), (0, 0, 0), (200, 30, 30)])
    if kind == 0:
        for _ in range(r.randrange(1, 4)):
            pen.text((r.randrange(picture.width // 2), r.randrange(picture.height)), "© photo 2019 www.example.org", fill=shade + (r.randrange(90, 256),),
                     font_size=r.randrange(10, max(12, picture.width // 12)))
    elif kind == 1:
        for y in range(0, picture.height, max(40, picture.height // 5)):
            for x in range(0, picture.width, max(120, picture.width // 4)):
                pen.text((x, y), "example.org", fill=shade + (r.randrange(60, 160),), font_size=max(10, picture.width // 28))
    elif kind == 2:
        bar = r.randrange(10, max(12, picture.height // 8))
        pen.rectangle((0, picture.height - bar, picture.width, picture.height), fill=shade)
    else:
        margin = r.randrange(2, max(4, picture.width // 15))
        framed = Image.new("RGB", (picture.width + 2 * margin, picture.height + 2 * margin), shade)
        framed.paste(picture, (margin, margin))
        picture = framed
    return picture


def collage(pictures, r):
    """Native pictures side by side: a large native one."""
    across, down = r.choice([(2, 1), (2, 2), (3, 2), (2, 3)])
    width, height = min(p.width for p in pictures), min(p.height for p in pictures)
    out = Image.new("RGB", (across * width, down * height))
    for i in range(across * down):
        out.paste(pictures[i % len(pictures)].crop((0, 0, width, height)), (i % across * width, i // across * height))
    return out


def finished(picture, r, quality="any"):
    if quality == "any":
        quality = r.choice([None, 97, 95, 92, 90, 85, 80, 75, 70, 65, 60])
    return picture if quality is None else through_jpeg(picture, quality, r.choice([-1, 0, 2]))


def native(picture, others, r):
    """As a camera, an editor or a web site leaves it: every pixel counts. Returns (picture, kind)."""
    kind = r.choice(["untouched", "recompressed", "shrunk", "shrunk", "cropped", "camera", "softened", "sharpened", "grainy", "collage", "collage", "toned"])
    if kind == "shrunk":
        method = Image.Resampling.NEAREST if r.random() < 0.05 else r.choice(SHRINKERS)
        picture = scaled(picture, r.uniform(0.45, 0.95), method)
    elif kind == "cropped":
        picture = cropped(picture, r)
    elif kind == "camera":
        picture = camera(picture, r)
    elif kind == "softened":
        picture = picture.filter(ImageFilter.GaussianBlur(r.uniform(0.2, 0.6)))
    elif kind == "sharpened":
        picture = picture.filter(ImageFilter.UnsharpMask(r.uniform(0.7, 2), r.randrange(50, 200), 2))
    elif kind == "grainy":
        noise = np.random.default_rng(r.randrange(1 << 30)).normal(0, r.uniform(2, 12), (picture.height, picture.width, 1))
        picture = Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))
    elif kind == "collage":
        picture = collage([picture] + others, r)
    elif kind == "toned":
        gamma, gain = r.uniform(0.5, 2), r.uniform(0.5, 1.2)
        picture = picture.point([min(255, int(255 * gain * (v / 255) ** gamma)) for v in range(256)] * 3)
    if kind == "untouched":
        return picture, kind
    if r.random() < 0.25:
        picture = decorated(picture, r)
    return finished(picture, r), kind


def enlarged(picture, factor, method, r, plain=False):
    """From a clean or JPEG thumbnail of it. `plain`: nothing else is done. Returns (picture, quality of the thumbnail)."""
    most = LONGEST / factor / max(picture.size)
    share = min(1.0, most) if factor * max(picture.size) > LONGEST or r.random() < 0.4 else r.uniform(min(0.4, most), min(1.0, most))
    least = 72 / min(picture.size)
    if share < 1:
        picture = scaled(picture, max(share, least), r.choice(SHRINKERS))
    thumbnail = r.choice([None, None, 95, 85, 75, 70, 60])
    if thumbnail:
        picture = through_jpeg(picture, thumbnail)
    picture = scaled(picture, factor, FILTERS[method])
    if not plain:
        if max(picture.size) > 400 and r.random() < 0.35:
            picture = cropped(picture, r, 256)
        if r.random() < 0.12:
            picture = picture.filter(ImageFilter.UnsharpMask(r.uniform(0.7, 2), r.randrange(50, 150), 2))
        if r.random() < 0.3:
            picture = decorated(picture, r)
    return finished(picture, r, r.choice([None, 95, 92, 90, 85, 80, 75, 70, 65])), thumbnail


def photographs(folder):
    """(name, path) of each, in the order of names."""
    return sorted((str(path.relative_to(folder)), path) for path in pathlib.Path(folder).rglob("*.jpg"))
