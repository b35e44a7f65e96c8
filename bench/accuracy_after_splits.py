#!/usr/bin/env python3
"""Does a run that ran out of memory, and was cut into smaller micro-batches for it, learn as well as one that had enough?

usage: accuracy_after_splits.py DATA --surefoot build/release/surefoot [--model resnet18] [--seeds 3] [--epochs 6] [--share 0.8]
DATA: a folder with train/ and val/. Trains every seed with enough memory, and once more with the given share of what a dry run predicts,
without planning ahead and without computing anything again, so that only splitting is left. Prints a row a run; ends with 1 where a cut run
lies outside the span of the quiet ones by more than two standard errors of its own accuracy."""
import argparse, json, math, os, tempfile

import trained


def train(arguments, folder, seed, budget):
    settings = {'seed': seed, 'model.name': arguments.model, 'data.image_size': 64, 'model.stem': 'imagenet', 'train.batch': 64, 'train.micro_batch': 64, 'train.batch_norm.group': 8,
                'train.precision': 'fp32', 'train.threads': arguments.threads, 'train.epochs': arguments.epochs, 'optim.name': 'adamw', 'optim.lr': 0.001,
                'schedule.warmup_epochs': 1, 'augment.crop': 'pad', 'memory.remember': 'false', 'memory.plan_ahead': 'false'}
    if budget:
        settings |= {'memory.budget': budget, 'memory.recompute': 'none', 'memory.offload': 'never'}
    run = os.path.join(folder, f'{seed}-{budget}')
    done, events = trained.train(arguments.surefoot, arguments.data, run, settings)
    if done.returncode != 0:
        raise SystemExit(done.stdout)
    with open(os.path.join(run, 'summary.json')) as file:
        return json.load(file), events


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('data')
    parser.add_argument('--surefoot', default='build/release/surefoot')
    parser.add_argument('--model', default='resnet18')
    parser.add_argument('--seeds', type=int, default=3)
    parser.add_argument('--epochs', type=int, default=6)
    parser.add_argument('--share', type=float, default=0.8)
    parser.add_argument('--threads', type=int, default=1)
    arguments = parser.parse_args()
    print('| seed | budget | out of memory | last micro-batch | top-1 |\n|---|---|---|---|---|')
    top1 = {False: [], True: []}
    with tempfile.TemporaryDirectory() as folder:
        budget = 0
        for cut in (False, True):
            for seed in range(arguments.seeds):
                summary, events = train(arguments, folder, seed, budget if cut else 0)
                needed = next(event['predicted_peak_bytes'] for event in events if event['event'] == 'plan')
                budget = int(needed * arguments.share) if not cut else budget
                cuts = [event['after'] for event in events if event['event'] == 'memory_action' and event['action'] == 'micro_batch']
                shortages = sum(event['event'] == 'out_of_memory' for event in events)
                top1[cut].append(summary['top1'])
                pictures = next(event['val_pictures'] for event in events if event['event'] == 'run_started')
                print(f"| {seed} | {f'{budget / 2**20:.0f} MiB' if cut else 'enough'} | {shortages} | {cuts[-1] if cuts else 64} | {summary['top1']:.4f} |", flush=True)
    slack = 2 * max(math.sqrt(p * (1 - p) / pictures) for p in top1[False])
    bad = [p for p in top1[True] if not min(top1[False]) - slack <= p <= max(top1[False]) + slack]
    print(f'quiet {min(top1[False]):.4f} to {max(top1[False]):.4f}; cut {min(top1[True]):.4f} to {max(top1[True]):.4f}; two standard errors {slack:.4f}')
    raise SystemExit(1 if bad else 0)


if __name__ == '__main__':
    main()
