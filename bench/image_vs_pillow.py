#!/usr/bin/env python3
"""The train and eval transforms beside Pillow doing the same, in alternation, in one run; prints CPU ms an image and the ratio.

usage: image_vs_pillow.py FOLDER --program BENCH_IMAGE [--rounds 3] [--pictures 600]
Both read the same files, on one thread. The peer opens, crops (or resizes), flips and copies into an array of uint8, as ours does; torchvision's ToTensor
and Normalize, which surefoot leaves to the device, are counted in the second figure. Needs a Python with Pillow and NumPy."""
import argparse
import glob
import io
import json
import math
import os
import random
import statistics
import subprocess
import time

import numpy as np
from PIL import Image

MEAN, STD = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])


def crop(w, h):
    for _ in range(10):
        area, ratio = w * h * random.uniform(0.35, 1.0), math.exp(random.uniform(math.log(3 / 4), math.log(4 / 3)))
        cw, ch = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if 0 < cw <= w and 0 < ch <= h:
            return random.randint(0, w - cw), random.randint(0, h - ch), cw, ch
    side = min(w, h)
    return (w - side) // 2, (h - side) // 2, side, side


def train(data):
    image = Image.open(io.BytesIO(data)).convert("RGB")
    x, y, w, h = crop(*image.size)
    image = image.crop((x, y, x + w, y + h)).resize((224, 224), Image.Resampling.BILINEAR)
    if random.random() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return np.asarray(image)


def evaluate(data):
    image = Image.open(io.BytesIO(data)).convert("RGB")
    w, h = image.size
    size = (256 * w // h, 256) if w > h else (256, 256 * h // w)
    image = image.resize(size, Image.Resampling.BILINEAR)
    x, y = round((size[0] - 224) / 2), round((size[1] - 224) / 2)
    return np.asarray(image.crop((x, y, x + 224, y + 224)))


def normalise(pixels):
    return np.ascontiguousarray(((pixels.astype(np.float32) / 255 - MEAN) / STD).transpose(2, 0, 1))


def cpu_ms(work, files):
    begin = time.process_time()
    for data in files:
        work(data)
    return 1e3 * (time.process_time() - begin) / len(files)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--program", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pictures", type=int, default=600)
    a = parser.parse_args()
    paths = sorted(p for p in glob.glob(os.path.join(glob.escape(a.folder), "**", "*"), recursive=True) if os.path.isfile(p))
    count = min(a.pictures, len(paths))
    files = [open(paths[i * len(paths) // count], "rb").read() for i in range(count)]
    for mode, work in (("train", train), ("eval", evaluate)):
        ours, bare, full = [], [], []
        for _ in range(a.rounds):
            command = [a.program, a.folder, "--mode", mode, "--count", str(count)]
            ours.append(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
            bare.append(cpu_ms(work, files))
            full.append(cpu_ms(lambda data: normalise(work(data)), files))
        best = min(ours, key=lambda o: o["cpu_ms"])
        mine = statistics.median(o["cpu_ms"] for o in ours)
        print(f"{mode}: surefoot {mine:.2f} (decode {best['decode_ms']:.2f}, resize {best['resize_ms']:.2f})  Pillow {statistics.median(bare):.2f} "
              f"({statistics.median(bare) / mine:.2f}x)  with ToTensor and Normalize {statistics.median(full):.2f} ({statistics.median(full) / mine:.2f}x)")


if __name__ == "__main__":
    main()
