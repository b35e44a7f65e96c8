#!/usr/bin/env python3
"""The training step of surefoot beside PyTorch eager (channels_last), in alternation, in one run; prints the ratio.

usage: step_vs_pytorch.py --surefoot build/release/surefoot [--models resnet18,resnet50,vit_small_patch16_224] [--precisions fp32,bf16]
                          [--rounds 3] [--steps 6] [--threads 1] [--size 224]
Each figure is CPU milliseconds an image (the steadier one on a shared machine), the median over the rounds; ratio = PyTorch / surefoot,
so above 1 surefoot is faster. Needs a Python with torch and timm."""
import argparse, json, os, statistics, subprocess, sys

PEER = r"""
import json, sys, time, torch
try:
    import torchvision
except (RuntimeError, OSError):  # built for another device: its operators do not load, and only timm's import needs their names
    for n in [n for n in sys.modules if n.startswith('torchvision')]: del sys.modules[n]
    library = torch.library.Library('torchvision', 'FRAGMENT')
    for operator in ('nms', 'qnms'): library.define(operator + '(Tensor dets, Tensor scores, float iou_threshold) -> Tensor')
import timm
name, batch, size, precision, threads, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], int(sys.argv[5]), int(sys.argv[6])
torch.set_num_threads(threads)
model = timm.create_model(name, num_classes=1000).train()
layout = torch.contiguous_format if name.startswith('vit') else torch.channels_last
model = model.to(memory_format=layout)
x = torch.randn(batch, 3, size, size).contiguous(memory_format=layout)
y = torch.randint(0, 1000, (batch,))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True, weight_decay=1e-4)
loss_of = torch.nn.CrossEntropyLoss(label_smoothing=0.1)
def step():
    with torch.autocast('cpu', torch.bfloat16, enabled=precision == 'bf16'):
        loss = loss_of(model(x), y)
    optimizer.zero_grad(set_to_none=True); loss.backward(); optimizer.step()
    loss.item()
for _ in range(2): step()
cpu, wall = [], []
for _ in range(steps):
    c, w = time.process_time(), time.perf_counter(); step(); cpu.append(time.process_time() - c); wall.append(time.perf_counter() - w)
cpu.sort(); wall.sort()
print(json.dumps({'cpu_ms': 1e3 * cpu[len(cpu) // 2] / batch, 'images_per_second': batch / wall[len(wall) // 2]}))
"""


def run(command, **environment):
    result = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})
    if result.returncode != 0:
        sys.exit(f'{command} failed:\n{result.stderr}')
    return json.loads(result.stdout.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--surefoot', default='build/release/surefoot')
    parser.add_argument('--models', default='resnet18,resnet50,vit_small_patch16_224')
    parser.add_argument('--precisions', default='fp32,bf16')
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--steps', type=int, default=6)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--batch', type=int, default=16)
    parser.add_argument('--size', type=int, default=224)
    a = parser.parse_args()
    environment = {'OMP_NUM_THREADS': str(a.threads), 'OMP_WAIT_POLICY': 'PASSIVE'}
    print(f'{"model":26} {"precision":9} {"surefoot":>12} {"PyTorch":>12} {"ratio":>7}   (CPU ms an image, {a.threads} thread(s), batch {a.batch}, {a.size} px)')
    for model in a.models.split(','):
        for precision in a.precisions.split(','):
            ours, peer = [], []
            for _ in range(a.rounds):
                ours.append(run([a.surefoot, 'bench', '--json', '--model', model, '--precision', precision, '--batch', str(a.batch), '--steps', str(a.steps), '--threads', str(a.threads),
                                 '--image-size', str(a.size)], **environment)['step_cpu_ms_per_image'])
                peer.append(run([sys.executable, '-c', PEER, model, str(a.batch), str(a.size), precision, str(a.threads), str(a.steps)], **environment)['cpu_ms'])
            ratio = statistics.median(p / o for p, o in zip(peer, ours))
            print(f'{model:26} {precision:9} {statistics.median(ours):12.2f} {statistics.median(peer):12.2f} {ratio:7.2f}', flush=True)


if __name__ == '__main__':
    main()
