#!/usr/bin/env python3
"""How often the clean one of two or three copies is kept, by kind of mark.

keep_best.py PICTURES WORK --surefoot BIN     PICTURES: a folder of photographs; WORK: an empty folder

Each photograph is saved twice: as it is, and with bars, a caption band, a border, text or a logo. The marked file is now the better, now the worse
compressed one, so that nothing but the mark may decide. `pair`: these two; `trio`: one more clean copy at half the size; `plain`: two clean
copies at different qualities, of which none may be said to be marked.
"""
import argparse
import csv
import pathlib
import random
import subprocess
import sys

from PIL import Image, ImageDraw, ImageOps

from plant import WORDS, font, logo_mark, text_mark

COLORS = [(0, 0, 0), (255, 255, 255), (128, 128, 128), (200, 30, 40), (20, 60, 160), (240, 220, 60)]


def band(picture, rng, top, share, words):
    """A bar painted over the top or the bottom, with or without words."""
    picture = picture.copy()
    draw, height = ImageDraw.Draw(picture), round(picture.height * share)
    y = 0 if top else picture.height - height
    color = rng.choice(COLORS)
    draw.rectangle((0, y, picture.width, y + height), fill=color)
    if words:
        ink = (255, 255, 255) if sum(color) < 380 else (0, 0, 0)
        draw.text((picture.width * 0.05, y + height * 0.15), rng.choice(WORDS) + "  " + rng.choice(WORDS), fill=ink, font=font(height * 0.55))
    return picture


def two_bars(picture, rng):
    color = rng.choice(COLORS[:2])
    draw = ImageDraw.Draw(picture := picture.copy())
    height = round(picture.height * 0.12)
    draw.rectangle((0, 0, picture.width, height), fill=color)
    draw.rectangle((0, picture.height - height, picture.width, picture.height), fill=color)
    return picture


def side_bar(picture, rng):
    draw = ImageDraw.Draw(picture := picture.copy())
    draw.rectangle((0, 0, round(picture.width * 0.15), picture.height), fill=rng.choice(COLORS))
    return picture


def painted_border(picture, rng):
    draw = ImageDraw.Draw(picture := picture.copy())
    draw.rectangle((0, 0, picture.width - 1, picture.height - 1), outline=rng.choice(COLORS), width=round(min(picture.size) * rng.uniform(0.03, 0.07)))
    return picture


MARKS = {
    "bar over the bottom": lambda p, r: band(p, r, False, r.uniform(0.1, 0.2), False),
    "bar over the top": lambda p, r: band(p, r, True, r.uniform(0.1, 0.2), False),
    "two bars": two_bars,
    "side bar": side_bar,
    "caption band": lambda p, r: band(p, r, r.random() < 0.5, r.uniform(0.1, 0.18), True),
    "bars added": lambda p, r: ImageOps.expand(p, (0, round(p.height * 0.12)), r.choice(COLORS)),
    "border over": painted_border,
    "border added": lambda p, r: ImageOps.expand(p, round(min(p.size) * r.uniform(0.03, 0.08)), r.choice(COLORS)),
    "text corner": lambda p, r: text_mark(p, r, "corner"),
    "text centre": lambda p, r: text_mark(p, r, "centre"),
    "text tiled": lambda p, r: text_mark(p, r, "tiled"),
    "logo": logo_mark,
}


def make(photographs, folder, rng, each):
    """(mark, kind) of every set of copies, by its name; files are NAME-clean.jpg, NAME-marked.jpg, NAME-small.jpg."""
    sets = {}
    for mark, paint in [*MARKS.items(), ("plain", None)]:
        for number in range(each):
            picture = Image.open(photographs.pop()).convert("RGB")
            name, kind = f"{mark.replace(' ', '_')}-{number:02d}", "plain" if paint is None else ("pair", "pair", "trio")[number % 3]
            best = (92, 80)[number % 2]
            picture.save(folder / f"{name}-clean.jpg", quality=172 - best)
            (paint(picture, rng) if paint else picture).save(folder / f"{name}-marked.jpg", quality=best)
            if kind == "trio":
                picture.resize((picture.width // 2, picture.height // 2), Image.LANCZOS).save(folder / f"{name}-small.jpg", quality=75)
            sets[name] = (mark, kind)
    return sets


def measure(pictures, work, surefoot, each, seed=1):
    """{(mark, kind): (clean kept, found as copies, all)}; of `plain`: (nothing is said of a mark, found, all)."""
    rng = random.Random(seed)
    photographs = sorted(p for p in pictures.rglob("*.jpg"))
    rng.shuffle(photographs)
    folder = work / "sets"
    folder.mkdir(parents=True)
    sets = make(photographs, folder, rng, each)
    subprocess.run([surefoot, "clean", folder, "--out", work / "out", "--checks", "duplicates", "--no-progress", "--quiet"], check=True)
    kept, said = {}, set()
    for row in csv.DictReader(open(work / "out" / "findings.csv", newline="", encoding="utf-8")):
        if row["issue"] == "near-duplicate":
            one, other = row["path"].rsplit("-", 1), row["related"].rsplit("-", 1)
            if one[0] == other[0] and {one[1], other[1]} != {"clean.jpg", "small.jpg"}:
                kept[one[0]] = other[1] != "marked.jpg"
            if "mark" in row["detail"] or "overlay" in row["detail"]:
                said.add(one[0])
    counts = {}
    for name, key in sets.items():
        right, found, of = counts.get(key, (0, 0, 0))
        is_right = name not in said if key[1] == "plain" else kept.get(name, False)
        counts[key] = (right + (is_right and name in kept), found + (name in kept), of + 1)
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--surefoot", default="surefoot")
    parser.add_argument("--each", type=int, default=48)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--least", type=float, default=0, help="exit code 1 where a smaller share of clean ones is kept, or a mark is said of a plain copy")
    given = parser.parse_args()
    counts = measure(given.pictures, given.work, given.surefoot, given.each, given.seed)
    total = [0, 0, 0]
    print("| mark | kind | right | found as copies | of |\n|---|---|---|---|---|")
    for (mark, kind), row in counts.items():
        print(f"| {mark} | {kind} | " + " | ".join(map(str, row)) + " |")
        if kind != "plain":
            total = [a + b for a, b in zip(total, row)]
    print(f"clean kept {total[0]} of {total[1]} found ({total[0] / max(1, total[1]):.3f})")
    plain = counts["plain", "plain"]
    sys.exit(total[0] < given.least * max(1, total[1]) or (given.least > 0 and plain[0] < plain[2]))


if __name__ == "__main__":
    main()
