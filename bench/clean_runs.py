#!/usr/bin/env python3
"""Do the guards keep quiet where nothing is wrong? Many short trainings that differ in data, model, seed, optimiser, precision, size and
batch; every `guard`, `divergence`, `out_of_memory`, `crashed` (...) event in one of them is a false alarm.

usage: clean_runs.py DATA... [--surefoot build/release/surefoot] [--runs 50] [--seconds 25] [--long 180] [--seed 0] [--out FILE]
DATA: folders of class folders, or with train/. Each run trains for --seconds; every tenth for --long, so that the leak guard (110 s) and the
judgement of spikes (200 steps) are awake. Prints a line a run and a summary; exits 1 after a false alarm."""
import argparse, collections, json, os, random, sys, tempfile

import trained

ALARMS = {'guard', 'divergence', 'batch_skipped', 'rolled_back', 'lr_lowered', 'out_of_memory', 'memory_action', 'crashed', 'restarted',
          'checkpoint_failed', 'checkpoint_damaged', 'warning'}
RATES = {'sgd': [0.01, 0.03, 0.1], 'adamw': [3e-4, 1e-3]}


def draw(random_, data):
    model = random_.choice(['resnet18', 'resnet18', 'resnet18', 'resnet34', 'vit_tiny_patch16_224'])
    optimiser = random_.choice(list(RATES))
    batch, size = random_.choice([8, 16, 32]), random_.choice([16, 32])
    return {'data.path': random_.choice(data), 'model.name': model, 'seed': random_.randrange(1000), 'optim.name': optimiser,
            'optim.lr': random_.choice(RATES[optimiser]), 'train.precision': random_.choice(['fp32', 'fp32', 'fp32', 'bf16']), 'data.image_size': size,
            'model.stem': 'imagenet', 'train.batch': batch, 'train.batch_norm.group': min(batch, random_.choice([8, 16])),
            'train.threads': 1, 'train.ema': random_.choice([0, 0, 0.99]), 'train.clip_norm': random_.choice([0, 0, 1]),
            'checkpoint.every_steps': random_.choice([0, 50, 500])}


def train(surefoot, settings, seconds, folder):
    settings = {**settings, 'train.time': f'{seconds}s', 'train.epochs': 10000, 'memory.remember': 'false'}
    return trained.train(surefoot, settings['data.path'], os.path.join(folder, 'run'), settings)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('data', nargs='+')
    parser.add_argument('--surefoot', default='build/release/surefoot')
    parser.add_argument('--runs', type=int, default=50)
    parser.add_argument('--seconds', type=int, default=25)
    parser.add_argument('--long', type=int, default=180)
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--out', help='one JSON line a run')
    arguments = parser.parse_args()
    random_, alarms, steps, seconds, failed = random.Random(arguments.seed), collections.Counter(), 0, 0, 0
    for number in range(1, arguments.runs + 1):
        settings = draw(random_, arguments.data)
        length = arguments.long if number % 10 == 0 else arguments.seconds
        with tempfile.TemporaryDirectory() as folder:
            done, events = train(arguments.surefoot, settings, length, folder)
        found = [event for event in events if event['event'] in ALARMS]
        reached = max((event['step'] for event in events), default=0)
        steps += reached
        seconds += events[-1]['t'] - events[0]['t'] if events else 0
        failed += done.returncode != 0
        alarms.update(event.get('guard', event['event']) for event in found)
        print(f'run {number}: exit {done.returncode}, {reached} steps, {len(found)} alarms, {settings}', flush=True)
        for event in found + ([done.stdout[-2000:]] if done.returncode else []):
            print('   ', event, flush=True)
        if arguments.out:
            with open(arguments.out, 'a') as file:
                print(json.dumps({'settings': settings, 'exit': done.returncode, 'steps': reached, 'alarms': found}), file=file)
    print(json.dumps({'runs': arguments.runs, 'steps': steps, 'hours': round(seconds / 3600, 2), 'failed': failed, 'alarms': dict(alarms)}))
    sys.exit(1 if alarms or failed else 0)


if __name__ == '__main__':
    main()
