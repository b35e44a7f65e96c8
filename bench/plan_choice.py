#!/usr/bin/env python3
"""Does `surefoot plan` choose well? For five settings every way that really fits the budget is run for a few steps, and the planner's
choice is compared with the best of them.

usage: bench/plan_choice.py SUREFOOT [STEPS [MODEL...]]

Ways: every micro-batch that the recipe allows, with each recomputation of the planner's own list, and none, cheap, block and "the first
half of the blocks". Measured: CPU time of the process per picture, one thread, median over the steps (a shared machine disturbs it less
than the clock); peak of live bytes. The choice and the three best ways are measured four times more, in turns, and their medians count.
Prints one row a setting; ends with 1 where a choice loses more than 5 %.
"""
import json
import statistics
import subprocess
import sys

# model, side, batch, group, budget as a share of what the recipe takes as it is
SETTINGS = [
    ("resnet18", 96, 32, 16, 0.80),
    ("resnet34", 64, 32, 8, 0.90),
    ("resnet50", 64, 32, 16, 0.75),
    ("vit_tiny_patch16_224", 96, 64, 64, 0.55),
    ("vit_small_patch16_224", 96, 32, 32, 0.75),
]


def call(surefoot, *arguments):
    done = subprocess.run([surefoot, *arguments, "--json"], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def recipe(model, side, batch, group, micro_batch, recompute):
    keys = {"model.stem": "imagenet", "train.threads": 1, "train.precision": "fp32", "train.batch_norm.group": group,
            "train.micro_batch": micro_batch, "memory.recompute": recompute}
    words = ["--model", model, "--image-size", str(side), "--batch", str(batch)]
    for key, value in keys.items():
        words += ["--set", f"{key}={value}"]
    return words


def compare(surefoot, steps, model, side, batch, group, share):
    convolutional = model.startswith("resnet")

    def measured(micro_batch, recompute):  # a micro-batch smaller than a group is refused, also where groups mean nothing
        words = recipe(model, side, batch, group if convolutional else min(group, micro_batch), micro_batch, recompute)
        figures = call(surefoot, "bench", "--steps", str(steps), *words)
        return figures["step_cpu_ms_per_image"], figures["peak_memory_bytes"]

    asked = recipe(model, side, batch, group, batch, "auto")
    budget = int(call(surefoot, "plan", *asked)["predicted_peak_bytes"] * share)
    plan = call(surefoot, "plan", *asked, "--memory", str(budget))
    if plan["choice"] is None:
        raise SystemExit(f"{model}: nothing fits {budget} bytes, there is nothing to compare")
    choice = (int(plan["choice"].get("train.micro_batch", batch)), plan["choice"].get("memory.recompute", "none"))
    blocks = len([name for name in plan["breakdown"]["activations_by_block"] if name != "other"])
    levels = {"none", "cheap", "block", "2" * (blocks // 2) + "0" * (blocks - blocks // 2)}
    levels |= {option["recompute"] for option in plan["pareto"]}
    sizes, size = [], batch
    while size >= (group if convolutional else 4):
        sizes.append(size)
        size //= 2
    ways = {choice: measured(*choice)}
    for size in sizes:
        for level in sorted(levels):
            if (size, level) not in ways:
                ways[size, level] = measured(size, level)
    fitting = {way: figures[0] for way, figures in ways.items() if figures[1] <= budget}
    fits = choice in fitting
    finalists = sorted(fitting, key=fitting.get)[:3]
    finalists += [choice] if choice not in finalists else []
    times = {way: [ways[way][0]] for way in finalists}
    for _ in range(4):
        for way in finalists:
            times[way].append(measured(*way)[0])
    seconds = {way: statistics.median(each) for way, each in times.items()}
    best = min((way for way in finalists if way in fitting), key=seconds.get)
    loss = seconds[choice] / seconds[best] - 1
    print(f"| {model} | {side} | {batch} | {share:.2f} | {choice[0]}, {choice[1]} | {best[0]}, {best[1]} | {len(fitting)} of {len(ways)} "
          f"| {'yes' if fits else 'NO'} | {100 * loss:+.1f} % |", flush=True)
    return fits and loss <= 0.05


def main():
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    steps = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    wanted = sys.argv[3:]
    print("| model | px | batch | budget | the choice | best that fits | ways that fit | choice fits | slower than the best |")
    print("|---|---|---|---|---|---|---|---|---|")
    good = [compare(sys.argv[1], steps, *setting) for setting in SETTINGS if not wanted or setting[0] in wanted]
    raise SystemExit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
