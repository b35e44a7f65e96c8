"""Memory that runs out at random points of real runs: while loading, in forward, backward, the update, evaluation and saving.
Under `trajectory: exact` every run ends with the weights of a quiet one and the same live bytes; under `auto`, cut into smaller parts again
and again, with an accuracy like that of quiet runs of other seeds. SUREFOOT_SHORTAGES=1000 tries so many points for each model."""
import json
import os
import pathlib
import random
import unittest

from command import FAST, EndToEnd, events, render, surefoot, weights_sum

POINTS = int(os.environ.get("SUREFOOT_SHORTAGES", 20))
STEPS_PER_EPOCH = 4  # 2 classes x 32 pictures in batches of 16
# How many allocations deep a point may lie; what is left over fails in whatever comes next.
IN_A_STEP = {"loading": 1, "forward": 150, "backward": 150, "optimizer": 20}
VIT = ["--model", "vit_tiny_patch16_224", *FAST[2:]]
VIT[VIT.index("model.stem=imagenet")] = "model.stem=auto"


def entry(step: int, phase: str, allocation: int) -> str:
    return f"- {{at_step: {step}, fault: out_of_memory, phase: {phase}, allocation: {allocation}}}\n"


def points(number: int) -> str:
    """One a step; in every epoch one in its evaluation and one in its checkpoint."""
    draw = random.Random(11)
    plan = ""
    for step in range(2, number + 2):
        place = step % STEPS_PER_EPOCH
        phase = {1: "evaluation", 2: "saving"}.get(place) or draw.choice(list(IN_A_STEP))
        plan += entry(step, phase, draw.randint(1, IN_A_STEP.get(phase, 40)))
    return plan


class Shortages(EndToEnd):
    def train(self, name: str, recipe: list, steps: int, *more):
        run = self.folder / name
        result = surefoot("train", self.folder / "data", "--out", run, *recipe, "--set", f"train.max_steps={steps}", "--epochs", 1000,
                          "--set", "memory.remember=false", "--set", "checkpoint.every_steps=0", *more, timeout=120 + 4 * steps)
        self.assert_exit(result, 0)
        return run, json.loads((run / "summary.json").read_text())

    def plan(self, text: str) -> pathlib.Path:
        file = self.folder / "plan.yaml"
        file.write_text(text)
        return file

    def exact(self, model: str, recipe: list):
        render(self.folder / "data", 2, 32, 8)
        steps = -(-(POINTS + 3) // STEPS_PER_EPOCH) * STEPS_PER_EPOCH
        recipe = [*recipe, "--set", "train.trajectory=exact"]
        quiet, _ = self.train("quiet", recipe, steps)
        tried, summary = self.train("tried", recipe, steps, "--chaos", self.plan(points(POINTS)))
        log = events(tried)
        failed = [e["phase"] for e in log if e["event"] == "out_of_memory"]
        self.assertEqual(weights_sum(tried), weights_sum(quiet))
        self.assertEqual(summary["events"]["chaos"], POINTS)
        self.assertGreaterEqual(len(failed), POINTS * 9 // 10, "a point may lie beyond the last allocation before the next one")
        self.assertEqual(set(failed), {"loading", "forward", "backward", "optimizer", "evaluation", "saving"})
        self.assertNotIn("crashed", summary["events"])
        alive = [events(run)[-1]["memory_bytes"] for run in (quiet, tried)]
        self.assertEqual(alive[0], alive[1], "live bytes at the end")
        where = {phase: failed.count(phase) for phase in sorted(set(failed))}
        print(f"\n{model}: {POINTS} points, {len(failed)} shortages {where}, all recovered, weights equal, {alive[1]} bytes live in both")

    def test_residual_network_ends_with_the_same_weights(self):
        self.exact("resnet18", FAST)

    def test_transformer_ends_with_the_same_weights(self):
        self.exact("vit_tiny", VIT)

    def test_split_and_grown_again_it_learns_as_well(self):
        render(self.folder / "data", 3, 64, 32)
        recipe = [*FAST, "--set", "train.batch_norm.group=4", "--set", "train.micro_batch=16"]
        steps = 36
        quiet = [self.train(f"seed{seed}", recipe, steps, "--set", f"seed={seed}")[1]["top1"] for seed in range(3)]
        # Six shortages in one step: free, norms, blocks, offload, 16 -> 8, 8 -> 4.
        plan = "".join(entry(step, "forward", 1) * 6 for step in (3, 24))
        run, summary = self.train("tried", recipe, steps, "--set", "seed=0", "--set", "memory.grow_after=3", "--chaos", self.plan(plan))
        actions = [f"{e['action']} {e['before']} -> {e['after']}" for e in events(run) if e["event"] == "memory_action"]
        for wanted in ("micro_batch 16 -> 8", "micro_batch 8 -> 4", "micro_batch 4 -> 8", "micro_batch 8 -> 16", "offload no -> yes", "offload yes -> no"):
            self.assertIn(wanted, actions)
        # 96 validation pictures: three standard errors of a share of 0.9 are 0.09.
        self.assertGreaterEqual(summary["top1"], min(quiet) - 0.09, actions)
        print(f"\nauto: top-1 {summary['top1']:.3f}, quiet seeds {[round(q, 3) for q in quiet]}, {len(actions)} memory actions")


if __name__ == "__main__":
    unittest.main()
