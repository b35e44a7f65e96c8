#!/usr/bin/env python3
"""What the guards cost: the same training with all guards and with none, in alternation; prints the ratio (with / without).

usage: guards_overhead.py DATA --surefoot build/release/surefoot [--model resnet18] [--size 32] [--batch 64] [--steps 200] [--rounds 5]
DATA: a folder of class folders, or one with train/. Both runs end with the same weights. Figures are the CPU
seconds of a step, from the difference of a long and a short run, so that start and end cancel out, and the median seconds of a step."""
import argparse, json, os, resource, statistics, sys, tempfile

import trained

OFF = {'guards.thermal': 'false', 'guards.leak': 'false', 'guards.disk': 'false', 'guards.slowdown': 'false', 'guards.stall_seconds': 0,
       'guards.divergence': 'false', 'guards.not_learning': 'false'}


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def train(arguments, steps, guards, folder):
    settings = {'model.name': arguments.model, 'data.image_size': arguments.size, 'train.batch': arguments.batch, 'train.max_steps': steps,
                'train.epochs': 100000, 'train.threads': 1, 'data.workers': 1, 'log.tensorboard': 'false', 'log.every_steps': 10,
                'checkpoint.every_steps': 0}
    settings |= {} if guards else OFF
    before = cpu_seconds()
    done, events = trained.train(arguments.surefoot, arguments.data, folder, settings)
    spent = cpu_seconds() - before
    if done.returncode != 0:
        raise SystemExit(done.stdout)
    rates = [event['images_per_second'] for event in events if event['event'] == 'step']
    return spent, arguments.batch / statistics.median(rates)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('data')
    parser.add_argument('--surefoot', default='build/release/surefoot')
    parser.add_argument('--model', default='resnet18')
    parser.add_argument('--size', type=int, default=32)
    parser.add_argument('--batch', type=int, default=64)
    parser.add_argument('--steps', type=int, default=200)
    parser.add_argument('--rounds', type=int, default=5)
    arguments = parser.parse_args()
    short = max(10, arguments.steps // 10)
    cpu = {True: [], False: []}
    wall = {True: [], False: []}
    for round_ in range(arguments.rounds):
        for guards in ((True, False) if round_ % 2 else (False, True)):
            with tempfile.TemporaryDirectory() as folder:
                start, _ = train(arguments, short, guards, os.path.join(folder, 'short'))
                whole, step = train(arguments, arguments.steps, guards, os.path.join(folder, 'long'))
            cpu[guards].append((whole - start) / (arguments.steps - short))
            wall[guards].append(step)
            print(f'round {round_ + 1} guards {"on " if guards else "off"} {1e3 * cpu[guards][-1]:.2f} CPU ms, {1e3 * step:.2f} ms a step', file=sys.stderr)
    print(json.dumps({'cpu_ratio': statistics.median(a / b for a, b in zip(cpu[True], cpu[False])),
                      'wall_ratio': statistics.median(a / b for a, b in zip(wall[True], wall[False])),
                      'cpu_ms': {'with': 1e3 * statistics.median(cpu[True]), 'without': 1e3 * statistics.median(cpu[False])},
                      'rounds': arguments.rounds, 'steps': arguments.steps}, indent=2))


if __name__ == '__main__':
    main()
