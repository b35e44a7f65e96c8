#!/usr/bin/env python3
"""From the start of the process to the first training step done: surefoot beside PyTorch, in alternation; prints the ratio.

usage: start_up.py --surefoot build/release/surefoot [--rounds 5]
Both build a ResNet-18 for 1000 classes and take one step on two made-up pictures of 64 px. Needs a Python with torch and timm."""
import argparse
import os
import statistics
import subprocess
import sys
import time

from step_vs_pytorch import PEER


def seconds(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, 'OMP_NUM_THREADS': '1'})
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--surefoot', default='build/release/surefoot')
    parser.add_argument('--rounds', type=int, default=5)
    a = parser.parse_args()
    # Three steps each (the peer warms up twice): the difference is the start.
    ours, peer = [], []
    for _ in range(a.rounds):
        ours.append(seconds([a.surefoot, 'bench', '--json', '--model', 'resnet18', '--batch', '2', '--image-size', '64', '--steps', '1', '--threads', '1', '--precision', 'fp32', '--set', 'model.stem=imagenet']))
        peer.append(seconds([sys.executable, '-c', PEER, 'resnet18', '2', '64', 'fp32', '1', '1']))
    print(f'surefoot {statistics.median(ours):.2f} s, PyTorch {statistics.median(peer):.2f} s, ratio {statistics.median(p / o for p, o in zip(peer, ours)):.2f}')


if __name__ == '__main__':
    main()
