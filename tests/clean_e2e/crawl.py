"""A small made-up crawl for the tests of `surefoot clean`; pictures are BMP files, so that no package is needed."""
import csv
import os
import pathlib
import random
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "e2e"))
from command import EndToEnd, start, surefoot, wait_for  # noqa: E402,F401


def picture(seed: int, side: int = 160) -> bytes:
    """Coloured patches with some noise: structure enough for hashes, no two alike."""
    draw = random.Random(seed)
    cell, cells = 8, side // 8
    rows = []
    for _ in range(cells):
        patches = [bytes(draw.randrange(256) for _ in range(3)) * cell for _ in range(cells)]
        row = b"".join(patches)
        for _ in range(cell):
            noise = draw.randrange(len(row))
            rows.append(row[:noise] + draw.randbytes(1) + row[noise + 1:])
    pixels = b"".join(rows)
    return b"BM" + struct.pack("<IIIIiiHHIIiiII", 54 + len(pixels), 0, 54, 40, side, side, 1, 24, 0, len(pixels), 2835, 2835, 0, 0) + pixels


def write(path, content: bytes):
    """`path` may be bytes, for names that are not UTF-8."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)
    os.utime(path, (1_600_000_000, 1_600_000_000))  # long settled


def crawl(folder: pathlib.Path, pictures: int = 60) -> pathlib.Path:
    """Three classes; some exact copies, broken files and files that are no pictures."""
    for i in range(pictures):
        write(folder / f"class_{i % 3}" / f"{i}.bmp", picture(i))
    for i in range(0, pictures, 12):
        write(folder / "class_0" / f"copy of {i}.bmp", picture(i))
        write(folder / "class_1" / f"cut {i}.bmp", picture(1000 + i)[:20000])
        write(folder / "class_2" / f"page {i}.jpg", b"<html>404 " + str(i).encode())
    return folder


def findings(out: pathlib.Path) -> list:
    with open(out / "findings.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def issues(out: pathlib.Path) -> set:
    return {(row["path"], row["issue"]) for row in findings(out)}


def tree(folder: pathlib.Path) -> dict:
    """Every file below with its content and time."""
    found = {}
    for root, _, names in os.walk(os.fsencode(folder)):
        for name in names:
            path = os.path.join(root, name)
            with open(path, "rb") as file:
                found[path] = (file.read(), os.stat(path).st_mtime_ns)
    return found
