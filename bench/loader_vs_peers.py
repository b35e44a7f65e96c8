#!/usr/bin/env python3
"""surefoot's loader beside two peers, in alternation, in one run; prints the ratios (peer / surefoot).

usage: loader_vs_peers.py DATA --surefoot build/release/surefoot [--size 224] [--rounds 3] [--pictures 600]
DATA: a folder of class folders, or one with train/. Figures are CPU milliseconds an image on one thread.
- pillow: Pillow (open, convert, crop, resize, flip) and numpy (to a float array, normalised), without any framework around it;
- dataloader: torchvision's ImageFolder with RandomResizedCrop, RandomHorizontalFlip, ToTensor, Normalize in PyTorch's DataLoader (num_workers=0).
surefoot hands over uint8 batches and normalises on the device. Needs a Python with Pillow, numpy, torch and torchvision."""
import argparse, json, os, statistics, subprocess, sys

PEERS = {'pillow': r"""
import glob, json, math, os, random, sys, time
import numpy as np
from PIL import Image
root, size, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
files = sorted(f for f in glob.glob(os.path.join(glob.escape(root), '**', '*.*'), recursive=True) if f.lower().endswith(('.jpg', '.jpeg')))
random.seed(0); random.shuffle(files); files = (files * (count // len(files) + 1))[:count]
mean, std = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
def crop(w, h):
    for _ in range(10):
        area = w * h * random.uniform(0.35, 1.0)
        ratio = math.exp(random.uniform(math.log(3 / 4), math.log(4 / 3)))
        cw, ch = int(round(math.sqrt(area * ratio))), int(round(math.sqrt(area / ratio)))
        if 0 < cw <= w and 0 < ch <= h:
            return random.randint(0, w - cw), random.randint(0, h - ch), cw, ch
    side = min(w, h); return (w - side) // 2, (h - side) // 2, side, side
def load(path):
    image = Image.open(path).convert('RGB')
    x, y, w, h = crop(*image.size)
    image = image.crop((x, y, x + w, y + h)).resize((size, size), Image.BILINEAR)
    if random.random() < 0.5: image = image.transpose(Image.FLIP_LEFT_RIGHT)
    pixels = np.asarray(image, dtype=np.float32) / 255
    return (pixels - mean) / std
for f in files[:20]: load(f)
start = time.process_time()
for f in files: load(f)
print(json.dumps({'cpu_ms': 1e3 * (time.process_time() - start) / len(files)}))
""", 'dataloader': r"""
import json, sys, time, torch
torch.set_num_threads(1)
library = torch.library.Library('torchvision', 'FRAGMENT')  # its own operators are built for CUDA in the wheel, and not used here
for operator in ('nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor', 'qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor'):
    try: library.define(operator)
    except RuntimeError: pass
from torchvision import datasets, transforms
root, size, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
data = datasets.ImageFolder(root, transforms.Compose([transforms.RandomResizedCrop(size, scale=(0.35, 1.0)), transforms.RandomHorizontalFlip(), transforms.ToTensor(),
                                                      transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])]))
loader = torch.utils.data.DataLoader(data, batch_size=32, shuffle=True, num_workers=0)
seen, start = 0, None
while seen < count:
    for pictures, labels in loader:
        if start is None: start = time.process_time(); continue
        seen += len(labels)
        if seen >= count: break
print(json.dumps({'cpu_ms': 1e3 * (time.process_time() - start) / seen}))
"""}


def run(command):
    result = subprocess.run(command, capture_output=True, text=True, env={**os.environ, 'OMP_NUM_THREADS': '1'})
    if result.returncode != 0:
        sys.exit(f'{command} failed:\n{result.stderr}')
    return json.loads(result.stdout.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('data')
    parser.add_argument('--surefoot', default='build/release/surefoot')
    parser.add_argument('--size', type=int, default=224)
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--pictures', type=int, default=600)
    a = parser.parse_args()
    train = os.path.join(a.data, 'train')
    batch = 32
    ours, peers = [], {name: [] for name in PEERS}
    for _ in range(a.rounds):
        # A model as small as there is: only the loader's figure is read.
        ours.append(run([a.surefoot, 'bench', '--json', '--data', a.data, '--model', 'resnet18', '--batch', str(batch), '--steps', str(max(3, a.pictures // batch)), '--threads', '1', '--image-size', str(a.size),
                         '--loader-only', '--set', 'data.workers=1'])['loader_cpu_ms_per_image'])
        for name, code in PEERS.items():
            peers[name].append(run([sys.executable, '-c', code, train if os.path.isdir(train) else a.data, str(a.size), str(a.pictures)])['cpu_ms'])
    print(f'surefoot {statistics.median(ours):.2f} CPU ms an image, one thread, {a.size} px')
    for name, figures in peers.items():
        print(f'{name} {statistics.median(figures):.2f}: ratio {statistics.median(p / o for p, o in zip(figures, ours)):.2f}')


if __name__ == '__main__':
    main()
