#!/usr/bin/env python3
"""Hashes and look against pdqhash (Meta's code), Pillow, NumPy and the published formulas of cleanvision, on the same pixels.

usage: content_parity.py CONTENT_PROBE [PICTURE...]
Without pictures: scenes made here, of many sizes.
"""
import subprocess
import sys

import numpy as np
from PIL import Image, ImageFilter, ImageStat

try:
    import pdqhash
except ImportError:
    pdqhash = None

FAILURES = []
WORST = {}
FIELDS = ("p1 p5 mean p99 luma_range color_range entropy flat_share coarse_contrast surface_residual neighbour_correlation pattern_correlation blur_score "
          "edge_variance sharpness hash_us look_us").split()


class Probe:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, array):
        self.process.stdin.write(b"%d %d\n" % (array.shape[1], array.shape[0]) + array.tobytes())
        self.process.stdin.flush()
        words = self.process.stdout.readline().decode().split()
        bits = [np.array([int(bit) for bit in f"{int(word, 16):0256b}"]) for word in words[:8]]
        return bits, int(words[8]), int(words[9], 16), dict(zip(FIELDS, map(float, words[10:])))


def scene(width, height, seed):
    """Waves, a bright and a dark shape, some noise."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    u, v = x / max(width, 2), y / max(height, 2)
    a, b = random.uniform(3, 25, 2)
    picture = np.stack([120 + 90 * np.sin(a * u + b * v + c) * np.cos(b * u * v + seed) for c in range(3)], -1)
    picture[(u - 0.3) ** 2 + (v - 0.4) ** 2 < 0.03] = random.integers(0, 256, 3)
    picture[(u > 0.6) & (v > 0.7)] *= random.uniform(0, 0.4)
    return np.clip(picture + random.normal(0, random.choice([0, 3, 12]), picture.shape), 0, 255).astype(np.uint8)


def check(name, difference, allowed, where):
    WORST[name] = max(WORST.get(name, 0), difference)
    if difference > allowed:
        FAILURES.append(f"{name}: {difference:.4g} apart (allowed {allowed}) in {where}")


def check_pdq(array, bits, quality, where):
    if min(array.shape[:2]) < 32:
        return  # so few pixels that whole grey levels (ours) and fractions (theirs) are different pictures
    theirs, their_quality = pdqhash.compute(array)
    if their_quality == 0 and quality == 0:
        return  # a flat picture: the hash is of rounding errors
    check("PDQ bits", int((theirs != bits[0]).sum()), 6, where)
    check("PDQ quality", abs(their_quality - quality), 2, where)
    # Their eight are derived from the transform; the pixels themselves, turned by NumPy, are the harder test.
    for mirrored in (0, 1):
        for turns in range(4):
            turned = np.ascontiguousarray(np.rot90(array[:, ::-1] if mirrored else array, turns))
            check("PDQ bits, turned pixels", int((pdqhash.compute(turned)[0] != bits[4 * mirrored + turns]).sum()), 60, where)
    names = [0, 1, 2, 3, 6, 4, 5, 7]  # original, three turns, upside down, mirrored, about the two diagonals
    for their, our in zip(pdqhash.compute_dihedral(array)[0], names):
        check("PDQ bits, eight positions", int((their != bits[our]).sum()), 6, where)


def box_means(gray, width, height):
    """Means over equal areas, pixels on a border shared by their part."""
    def weights(size, cells):
        edges = np.arange(cells + 1) * size / cells
        pixels = np.arange(size)
        overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
        return np.clip(overlap, 0, None) * cells / size
    return weights(gray.shape[0], height) @ gray @ weights(gray.shape[1], width).T


def check_difference_hash(gray, value, where):
    means = box_means(np.asarray(gray, float), 9, 8)
    if gray.width % 9 == 0 and gray.height % 8 == 0:  # elsewhere Pillow's BOX takes whole pixels only
        check("box means", np.abs(means - np.asarray(gray.resize((9, 8), Image.Resampling.BOX), float)).max(), 1.01, where)
    step = np.diff(means, axis=1).flatten()
    ours = np.array([(value >> k) & 1 for k in range(64)], bool)
    unclear = np.abs(step - 0.125) < 0.01
    check("difference hash bits", int(((step > 0.125) != ours)[~unclear].sum()), 0, where)


def cleanvision_blur(image):
    ratio = max(image.size) / 64
    if ratio > 1:
        image = image.resize((max(int(image.width // ratio), 1), max(int(image.height // ratio), 1)))
    gray = image.convert("L")
    edges = np.sqrt(ImageStat.Stat(gray.filter(ImageFilter.FIND_EDGES)).var[0])
    uneven = 1 - np.exp(-0.01 * np.std(gray.histogram()))
    return min(1 - np.exp(-0.01 * edges) + (uneven if uneven > 0.18 else 0), 1), edges


def check_look(array, look, where):
    image = Image.fromarray(array)
    gray = image.convert("L")
    wide = array.astype(float)
    brightness = np.sqrt(0.241 * wide[..., 0] ** 2 + 0.691 * wide[..., 1] ** 2 + 0.068 * wide[..., 2] ** 2) / 255
    for percent in (1, 5, 99):
        check("brightness percentile", abs(look[f"p{percent}"] - np.percentile(brightness, percent)), 0.006, where)
    mean = wide.reshape(-1, 3).mean(0)
    check("brightness mean", abs(look["mean"] - np.sqrt(0.241 * mean[0] ** 2 + 0.691 * mean[1] ** 2 + 0.068 * mean[2] ** 2) / 255), 1e-3, where)
    check("luma range", abs(look["luma_range"] - np.subtract(*np.percentile(np.asarray(gray), [99, 1]))), 1e-3, where)
    check("entropy", abs(look["entropy"] - gray.entropy()), 1e-3, where)
    score, edges = cleanvision_blur(image)
    check("blur score", abs(look["blur_score"] - score), 0.03, where)
    check("edge deviation, share", abs(np.sqrt(look["edge_variance"]) - edges) / max(edges, 10), 0.05, where)


def main():
    probe = Probe(sys.argv[1])
    pictures = [(name, np.asarray(Image.open(name).convert("RGB"))) for name in sys.argv[2:]]
    if not pictures:
        sizes = [(640, 480), (500, 333), (64, 64), (37, 91), (9, 8), (5, 5), (128, 1024), (1200, 900), (257, 255), (63, 65), (450, 320)]
        pictures = [(f"scene {i} of {w} x {h}", scene(w, h, i)) for i, (w, h) in enumerate(sizes * 3)]
    microseconds = {"hash_us": 0.0, "look_us": 0.0}
    for where, array in pictures:
        bits, quality, difference, look = probe(np.ascontiguousarray(array))
        if pdqhash is not None:
            check_pdq(np.ascontiguousarray(array), bits, quality, where)
        check_difference_hash(Image.fromarray(array).convert("L"), difference, where)
        check_look(array, look, where)
        for name in microseconds:
            microseconds[name] += look[name] / len(pictures)
    if pdqhash is None:
        print("skipped: PDQ, for want of the package pdqhash")
    print(f"{len(pictures)} pictures;", ", ".join(f"{name} at most {worst:.3g} apart" for name, worst in WORST.items()))
    print("microseconds a picture:", ", ".join(f"{name} {time:.0f}" for name, time in microseconds.items()))
    for failure in FAILURES[:40]:
        print("FAILED", failure)
    sys.exit(bool(FAILURES))


main()
