#!/usr/bin/env python3
"""Plants every kind of rubbish into a copy of clean pictures, with the truth about each.

plant.py SOURCE TARGET [--seed N] [--marks 87] [--mislabelled 0.10] [--scale 1.0]

SOURCE has train/<class>/ and val/<class>/ (or <class>/ alone). TARGET gets the same layout; beside it TARGET.truth.csv:
path,kind,edit,original. `kind` is the issue that has to be found (see score.py), `original` the picture that a copy was made from.
"""
import argparse
import csv
import io
import math
import pathlib
import random
import shutil

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

WORDS = ["PhotoStock", "(c) J. Muller", "SAMPLE", "burger-pics.example", "Do not copy", "alamoo", "ID 482913", "www.pics.example", "PREVIEW", "Foto: M. Li"]
NATIVE, BILINEAR, BICUBIC, LANCZOS = Image.NEAREST, Image.BILINEAR, Image.BICUBIC, Image.LANCZOS
FILTERS = {"nearest": Image.NEAREST, "bilinear": BILINEAR, "bicubic": BICUBIC, "lanczos": LANCZOS}


def font(size):
    return ImageFont.load_default(size=max(8, int(size)))


def text_mark(picture, rng, place, strength=None):
    """Text over the picture: a corner, the centre, or a tiling of it."""
    width, height = picture.size
    layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    word, alpha = rng.choice(WORDS), strength or rng.randint(110, 220)
    ink = rng.choice([(255, 255, 255, alpha), (0, 0, 0, alpha), (220, 30, 30, alpha)])
    if place == "tiled":
        step = max(40, min(width, height) // 4)
        for y in range(-step, height + step, step):
            for x in range(-step, width + step, int(step * 1.8)):
                draw.text((x + (y // step % 2) * step // 2, y), word, fill=ink[:3] + (min(alpha, 120),), font=font(step / 3.5))
        layer = layer.rotate(rng.choice([-30, -20, 20, 30]))
    elif place == "centre":
        size = width / max(4, len(word)) * 1.3
        box = draw.textbbox((0, 0), word, font=font(size))
        draw.text(((width - box[2]) / 2, (height - box[3]) / 2), word, fill=ink, font=font(size))
    else:
        size = height * rng.uniform(0.05, 0.09)
        box = draw.textbbox((0, 0), word, font=font(size))
        x = rng.choice([4, max(4, width - box[2] - 4)])
        y = rng.choice([4, max(4, height - box[3] - 6)])
        draw.text((x, y), word, fill=ink, font=font(size))
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert("RGB")


def logo_mark(picture, rng):
    width, height = picture.size
    side = int(min(width, height) * rng.uniform(0.12, 0.22))
    x, y = rng.randint(0, width - side), rng.randint(0, height - side)
    draw = ImageDraw.Draw(picture := picture.copy())
    draw.ellipse((x, y, x + side, y + side), fill=rng.choice([(240, 240, 240), (20, 60, 160), (200, 30, 40)]), outline=(0, 0, 0), width=3)
    draw.text((x + side * 0.3, y + side * 0.2), rng.choice("ABCDXYZ"), fill=(255, 200, 0), font=font(side * 0.5))
    return picture


def crop(picture, rng, share):
    width, height = picture.size
    w, h = round(width * share), round(height * share)
    x, y = rng.randint(0, width - w), rng.randint(0, height - h)
    return picture.crop((x, y, x + w, y + h))


def resized(picture, factor, how=LANCZOS):
    return picture.resize((max(1, round(picture.width * factor)), max(1, round(picture.height * factor))), how)


EDITS = {
    "jpeg q35": lambda p, r: p, "jpeg q20": lambda p, r: p,
    "half size": lambda p, r: resized(p, 0.5), "quarter size": lambda p, r: resized(p, 0.28), "larger": lambda p, r: resized(p, 1.6),
    "crop 95": lambda p, r: crop(p, r, 0.95), "crop 90": lambda p, r: crop(p, r, 0.9), "crop 80": lambda p, r: crop(p, r, 0.8), "crop 70": lambda p, r: crop(p, r, 0.7),
    "brighter": lambda p, r: ImageEnhance.Brightness(p).enhance(r.uniform(1.2, 1.5)), "darker": lambda p, r: ImageEnhance.Brightness(p).enhance(r.uniform(0.55, 0.8)),
    "contrast": lambda p, r: ImageEnhance.Contrast(p).enhance(r.choice([0.6, 1.5])), "colour": lambda p, r: ImageEnhance.Color(p).enhance(r.choice([0.2, 2.0])),
    "grey": lambda p, r: p.convert("L").convert("RGB"),
    "border": lambda p, r: ImageOps.expand(p, round(min(p.size) * r.uniform(0.03, 0.08)), r.choice([(0, 0, 0), (255, 255, 255), (180, 20, 20)])),
    "bars": lambda p, r: ImageOps.expand(p, (0, round(p.height * 0.12)), (0, 0, 0)),
    "text corner": lambda p, r: text_mark(p, r, "corner"), "text centre": lambda p, r: text_mark(p, r, "centre"), "text tiled": lambda p, r: text_mark(p, r, "tiled"),
    "logo": logo_mark,
    "mirrored": lambda p, r: ImageOps.mirror(p), "turned 90": lambda p, r: p.rotate(r.choice([90, 270]), expand=True),
    "crop 85 + text": lambda p, r: text_mark(crop(p, r, 0.85), r, "corner"), "half + brighter + q30": lambda p, r: ImageEnhance.Brightness(resized(p, 0.5)).enhance(1.3),
    "border + text": lambda p, r: text_mark(ImageOps.expand(p, round(min(p.size) * 0.05), (255, 255, 255)), r, "centre"),
}


def first_scan(data):
    """Where the entropy-coded data of a JPEG begin: a scan of an EXIF thumbnail before it does not count."""
    at = 2
    while data[at + 1] != 0xDA:
        at += 2 + int.from_bytes(data[at + 2:at + 4], "big")
    return at + 2 + int.from_bytes(data[at + 2:at + 4], "big")


class Plant:
    def __init__(self, source, target, seed):
        self.source, self.target, self.rng, self.truth = source, target, random.Random(seed), []
        self.number = 0
        self.has_parts = (source / "train").is_dir()
        parts = ["train", "val"] if self.has_parts else [""]
        self.classes = sorted(f.name for f in (source / parts[0]).iterdir() if f.is_dir())
        self.pictures = {part: [] for part in parts}
        for part in parts:
            for name in self.classes:
                for file in sorted((source / part / name).iterdir()):
                    to = target / part / name / file.name
                    to.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(file, to)
                    self.pictures[part].append(to)
        self.free = list(self.pictures[parts[0]])
        self.rng.shuffle(self.free)

    def say(self, path, kind, edit="", original=None):
        self.truth.append([path.relative_to(self.target).as_posix(), kind, edit, original.relative_to(self.target).as_posix() if original else ""])

    def new_path(self, like, stem="x", suffix=".jpg", label=None, part=None):
        self.number += 1
        folder = like.parent if label is None else like.parent.parent / label
        if part is not None and self.has_parts:
            folder = self.target / part / folder.name
        return folder / f"{stem}{self.number:05d}{suffix}"

    def take(self, count):
        """Originals that nothing was planted on yet."""
        taken, self.free = self.free[:count], self.free[count:]
        if len(taken) < count:
            raise SystemExit(f"the source has too few pictures: {count - len(taken)} more are needed (or a smaller --scale)")
        return taken

    def save(self, picture, path, quality=None, **more):
        picture.convert("RGB").save(path, quality=quality or self.rng.randint(75, 95), **more)

    def other(self, label):
        return self.rng.choice([name for name in self.classes if name != label])

    def duplicates(self, exact, each_edit, conflicts, leaks, marks):
        for original in self.take(exact):
            path = self.new_path(original)
            shutil.copy2(original, path)
            self.say(path, "exact-duplicate", "bytes", original)
        for original in self.take(exact // 2):
            path = self.new_path(original, suffix=".png")
            Image.open(original).convert("RGB").save(path)
            self.say(path, "exact-duplicate", "pixels", original)
        for edit, change in EDITS.items():
            for original in self.take(each_edit):
                path = self.new_path(original)
                quality = int(edit.split("q")[1]) if " q" in edit else None
                self.save(change(Image.open(original).convert("RGB"), self.rng), path, quality)
                self.say(path, "near-duplicate", edit, original)
        for original in self.take(conflicts):
            path = self.new_path(original, label=self.other(original.parent.name))
            self.save(Image.open(original), path, 80)
            self.say(path, "label-conflict", "jpeg", original)
        for original in self.take(leaks) if self.has_parts else []:
            path = self.new_path(original, part="val")
            self.save(resized(Image.open(original).convert("RGB"), 0.8), path)
            self.say(path, "leak", "smaller", original)
        if marks:
            original = self.take(1)[0]
            burger = Image.open(original).convert("RGB")
            for _ in range(marks):
                path = self.new_path(original, "marked")
                copy = text_mark(burger, self.rng, self.rng.choice(["corner", "centre", "tiled"])) if self.rng.random() < 0.8 else logo_mark(burger, self.rng)
                self.save(resized(copy, self.rng.uniform(0.6, 1.0)), path)
                self.say(path, "near-duplicate", f"one of {marks} marks", original)

    def damage(self, count):
        for i, original in enumerate(self.take(count)):
            data, path = bytearray(original.read_bytes()), self.new_path(original)
            kind = ["truncated", "noise", "flipped", "empty", "header only"][i % 5]
            body = first_scan(data)
            if kind == "truncated":
                data = data[: max(body + 50, int(len(data) * self.rng.uniform(0.3, 0.95)))]
            elif kind == "noise":
                at = self.rng.randint(body, len(data) - 2100)
                data[at:at + 2048] = bytes(self.rng.randrange(256) for _ in range(2048))
            elif kind == "flipped":
                for _ in range(12):
                    data[self.rng.randint(body, len(data) - 10)] ^= 1 << self.rng.randrange(8)
            else:
                data = data[: 0 if kind == "empty" else 400]
            path.write_bytes(data)
            self.say(path, "corrupt", kind, original)

    def wrong_files(self, count):
        for i, original in enumerate(self.take(count)):
            kind = ["html", "text", "zip", "DS_Store", "png as jpg", "gif as jpg", "bmp as jpg", "webp as png"][i % 8]
            path = self.new_path(original, suffix=".png" if kind == "webp as png" else ".jpg")
            if kind in ("html", "text", "zip", "DS_Store"):
                if kind == "DS_Store":
                    path = original.parent / ".DS_Store"
                path.write_bytes({"html": b"<!DOCTYPE html><html><body>404 Not Found</body></html>", "text": b"access denied\n",
                                  "zip": b"PK\x03\x04" + bytes(60), "DS_Store": b"\0\0\0\1Bud1" + bytes(100)}[kind])
                if not any(row[0] == path.relative_to(self.target).as_posix() for row in self.truth):
                    self.say(path, "not-an-image", kind)
                continue
            out = io.BytesIO()
            # Another picture than the original, so that it is no copy: the middle, strongly cut.
            crop(Image.open(original).convert("RGB"), self.rng, 0.45).save(out, format=kind.split()[0])
            path.write_bytes(out.getvalue())
            self.say(path, "wrong-extension", kind, original)

    def resolution(self, low, each_fake):
        for original in self.take(low):
            picture = Image.open(original).convert("RGB")
            factor = self.rng.uniform(90, 200) / min(picture.size)
            self.save(resized(picture, factor), original)
            self.say(original, "low-resolution", f"x{factor:.2f}")
        for factor in (1.5, 2, 3, 4, 6):
            for name, how in FILTERS.items():
                for original in self.take(each_fake):
                    picture = Image.open(original).convert("RGB")
                    if self.rng.random() < 0.5:  # a thumbnail that was itself a JPEG
                        out = io.BytesIO()
                        small = resized(picture, 0.8)
                        small.save(out, "JPEG", quality=self.rng.choice([70, 85]))
                        picture = Image.open(io.BytesIO(out.getvalue())).convert("RGB")
                    self.save(resized(picture, factor, how), original, self.rng.choice([65, 80, 92]))
                    self.say(original, "fake-resolution", f"x{factor:g} {name}")

    def look(self, count):
        for i, original in enumerate(self.take(count)):
            path, size = self.new_path(original), (self.rng.randint(300, 700), self.rng.randint(300, 700))
            shade = tuple(self.rng.randrange(256) for _ in range(3))
            kind = ["one colour", "black with noise", "white with noise", "gradient", "tiny text"][i % 5]
            picture = Image.new("RGB", size, {"black with noise": (3, 3, 3), "white with noise": (250, 250, 250), "tiny text": (255, 255, 255)}.get(kind, shade))
            if kind.endswith("noise"):
                noise = Image.effect_noise(size, 6).convert("L")
                picture = Image.merge("RGB", [noise.point(lambda v, b=band: max(0, min(255, v - 128 + b))) for band in picture.getpixel((0, 0))])
            elif kind == "gradient":
                picture = Image.merge("RGB", [Image.linear_gradient("L").resize(size).point(lambda v, b=band: b // 2 + v // 24) for band in shade])
            elif kind == "tiny text":
                ImageDraw.Draw(picture).text((size[0] // 2, size[1] // 2), "n/a", fill=(90, 90, 90), font=font(12))
            self.save(picture, path)
            self.say(path, "blank", kind)
        for kind, change in (("dark", lambda p: p.point(lambda v: v * 0.12)), ("bright", lambda p: p.point(lambda v: 244 + v * 0.04)),
                             ("blurry", lambda p: p.filter(ImageFilter.GaussianBlur(min(p.size) / 25)))):
            for original in self.take(max(2, count // 2)):
                self.save(change(Image.open(original).convert("RGB")), original)
                self.say(original, kind)
        for original in self.take(max(2, count // 3)):
            picture = Image.open(original).convert("RGB")
            exif = Image.Exif()
            exif[0x0112] = 6
            self.save(picture.rotate(90, expand=True), original, exif=exif)
            self.say(original, "rotated", "6")
        for original in self.take(max(2, count // 3)):
            picture = Image.open(original).convert("RGB")
            self.save(picture.crop((0, 0, picture.width, max(8, picture.width // 6))), original)
            self.say(original, "odd-aspect")

    def mislabel(self, share):
        planted = {row[0] for row in self.truth} | {row[3] for row in self.truth}
        part = next(iter(self.pictures))
        whole = [p for p in self.pictures[part] if p.relative_to(self.target).as_posix() not in planted]
        self.rng.shuffle(whole)
        for i, path in enumerate(whole[: math.floor(len(self.pictures[part]) * share)]):
            at = self.classes.index(path.parent.name)
            label = self.classes[(at + 1) % len(self.classes)] if i % 2 else self.other(path.parent.name)
            to = path.parent.parent / label / f"{path.parent.name}_{path.name}"
            path.rename(to)
            self.say(to, "mislabelled", path.parent.name)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("target", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--marks", type=int, default=87)
    parser.add_argument("--mislabelled", type=float, default=0.10)
    parser.add_argument("--scale", type=float, default=1.0, help="of the numbers of planted files")
    given = parser.parse_args()
    if given.target.exists():
        raise SystemExit(f"{given.target} exists already")
    some = lambda count: max(2, round(count * given.scale))
    plant = Plant(given.source, given.target, given.seed)
    plant.duplicates(exact=some(40), each_edit=some(10), conflicts=some(20), leaks=some(20), marks=given.marks)
    plant.damage(some(40))
    plant.wrong_files(some(32))
    plant.resolution(low=some(40), each_fake=some(6))
    plant.look(some(30))
    plant.mislabel(given.mislabelled)
    truth = given.target.with_name(given.target.name + ".truth.csv")
    with open(truth, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["path", "kind", "edit", "original"], *sorted(plant.truth)])
    print(f"{sum(len(p) for p in plant.pictures.values())} pictures, {len(plant.truth)} planted, truth in {truth}")


if __name__ == "__main__":
    main()
