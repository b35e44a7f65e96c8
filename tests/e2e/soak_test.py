"""Many faults in one run. Under `trajectory: exact` it ends with the weights of a quiet run, bit for bit; under `auto` with an accuracy
like that of quiet runs of other seeds. SUREFOOT_SOAK_MINUTES=120 makes it a long soak with a fault every minute."""
import json
import os
import random
import unittest

from command import FAST, EndToEnd, events, render, surefoot, weights_sum

MINUTES = float(os.environ.get("SUREFOOT_SOAK_MINUTES", 0))
SHORT_STEPS = 48
STEPS_PER_EPOCH = 12  # 3 classes x 64 pictures in batches of 16
# What leaves no trace in the result; `{phase}` and `{k}` are drawn.
NEUTRAL = ["fault: out_of_memory, phase: {phase}, allocation: {k}", "fault: nan_gradient", "fault: loss_spike, factor: 10000", "fault: kill",
           "fault: segfault", "fault: slow_disk, seconds: 0.5", "fault: disk_full, seconds: 0.5", "fault: heat, celsius: 99, seconds: 2",
           "fault: leak, bytes_per_second: 20M, seconds: 2"]
SEMANTIC = ["fault: nan_gradient, count: 2"]
PHASES = ["loading", "forward", "backward", "optimizer", "evaluation", "saving"]
CRASHES = ("kill", "segfault")


class Soak(EndToEnd):
    def setUp(self):
        super().setUp()
        self.data = render(self.folder / "data", 3, 64, 32)
        self.timeout = 600 + 240 * MINUTES
        self.steps, self.faults = SHORT_STEPS, SHORT_STEPS // 3 - 1
        if MINUTES:
            pace = self.train("pace")
            self.steps, self.faults = int(60 * MINUTES * pace["steps"] / pace["seconds"]), int(MINUTES)

    def train(self, name: str, *more) -> dict:
        run = self.folder / name
        result = surefoot("train", self.data, "--out", run, *FAST, "--epochs", -(-self.steps // STEPS_PER_EPOCH), "--set", "checkpoint.every_steps=8",
                          "--set", "memory.remember=false", *more, timeout=self.timeout)
        self.assert_exit(result, 0)
        return json.loads((run / "summary.json").read_text())

    def plan(self, kinds: list) -> tuple:
        """A plan over the whole run, each kind in its turn; and the faults' names."""
        random_, lines = random.Random(7), []
        for i in range(self.faults):
            fault = kinds[i % len(kinds)].format(phase=random_.choice(PHASES), k=random_.randint(1, 30))
            lines.append(f"- {{at_step: {2 + i * (self.steps - 2) // self.faults}, {fault}}}\n")
        file = self.folder / "plan.yaml"
        file.write_text("".join(lines))
        return file, [line.split("fault: ")[1].split(",")[0].strip("}\n") for line in lines]

    def test_exact_ends_with_the_weights_of_a_quiet_run(self):
        plan, faults = self.plan(NEUTRAL)
        self.train("quiet", "--set", "train.trajectory=exact")
        summary = self.train("tried", "--set", "train.trajectory=exact", "--chaos", plan)
        self.assertEqual(weights_sum(self.folder / "tried"), weights_sum(self.folder / "quiet"))
        happened = events(self.folder / "tried")
        self.assertEqual(sorted(event["fault"] for event in happened if event["event"] == "chaos"), sorted(faults), "each once")
        counted = summary["events"]
        self.assertEqual(counted["crashed"], sum(fault in CRASHES for fault in faults))
        self.assertEqual(counted["divergence"], sum(fault in ("nan_gradient", "loss_spike") for fault in faults))
        self.assertGreater(counted["out_of_memory"], 0, counted)
        self.assertIn("thermal", [event["guard"] for event in happened if event["event"] == "guard"])
        self.assertEqual([event for event in happened if event["event"] == "memory_action" and event["kind"] != "neutral"], [])
        print(f"\nexact: {self.steps} steps, {len(faults)} faults, weights equal; {counted}")

    def test_auto_learns_as_well_as_quiet_runs(self):
        quiet = [self.train(f"seed{seed}", "--set", f"seed={seed}")["top1"] for seed in range(3 if MINUTES else 2)]
        plan, faults = self.plan(SEMANTIC + NEUTRAL)
        summary = self.train("tried", "--set", "seed=0", "--chaos", plan)
        semantic = -(-len(faults) // len(SEMANTIC + NEUTRAL))  # the first kind in every round
        self.assertEqual(summary["events"]["batch_skipped"], semantic, "what is neutral skipped something")
        # Three standard errors of the difference of two shares near a half, of 96 pictures each, are 0.2.
        self.assertGreaterEqual(summary["top1"], min(quiet) - 0.2, summary["events"])
        print(f"\nauto: {self.steps} steps, {len(faults)} faults, top-1 {summary['top1']:.3f}; quiet seeds {[round(q, 3) for q in quiet]}; {summary['events']}")


if __name__ == "__main__":
    unittest.main()
