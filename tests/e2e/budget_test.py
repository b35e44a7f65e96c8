"""A memory budget that is too small: a third of what the recipe needs trains by itself, and less than can be done is explained."""
import json
import re
import unittest

from command import EndToEnd, events, render, surefoot

SMALL = ["--set", "train.precision=fp32", "--set", "train.threads=1", "--set", "schedule.warmup_epochs=0", "--set", "train.max_steps=1"]
VIT = ["--model", "vit_tiny_patch16_224", "--set", "data.image_size=64", "--set", "train.batch=128", "--set", "train.batch_norm.group=128", *SMALL]
# Without momentum the pictures dominate, as they do at full size.
RESNET = ["--model", "resnet18", "--set", "data.image_size=32", "--set", "train.batch=64", "--set", "train.micro_batch=64",
          "--set", "train.batch_norm.group=8", "--set", "optim.momentum=0", "--set", "optim.nesterov=false", *SMALL]


class Budget(EndToEnd):
    def setUp(self):
        super().setUp()
        self.data = render(self.folder / "data", 2, 64, 4)

    def needs(self, recipe: list) -> int:
        result = surefoot("plan", self.data, *recipe, "--json")
        self.assert_exit(result, 0)
        return json.loads(result.stdout)["predicted_peak_bytes"]

    def train(self, name: str, recipe: list, *more):
        return surefoot("train", self.data, "--out", self.folder / name, *recipe, *more)

    def a_third(self, recipe: list, rungs: list):
        budget = self.needs(recipe) // 3
        recipe = [*recipe, "--set", f"memory.budget={budget}"]
        ahead = self.train("ahead", [*recipe, "--set", "memory.remember=false"])
        self.assert_exit(ahead, 0, "says a dry run")
        recipe += ["--set", "memory.plan_ahead=false"]
        first = self.train("first", recipe)
        self.assert_exit(first, 0, "out of memory", "incidents", "ended with")
        actions = [e["action"] for e in events(self.folder / "first") if e["event"] == "memory_action"]
        for rung in rungs:
            self.assertIn(rung, actions)
        summary = json.loads((self.folder / "first" / "summary.json").read_text())
        self.assertLessEqual(summary["peak_memory_bytes"], budget)
        self.assertEqual(summary["steps"], 1)
        second = self.train("second", recipe)
        self.assert_exit(second, 0, "learnt by an earlier run")
        summary = json.loads((self.folder / "second" / "summary.json").read_text())
        shortages = summary["memory"]["shortages"]
        if "train.micro_batch=64" in recipe:  # typed: it is cut again
            self.assertLess(shortages, len([e for e in events(self.folder / "first") if e["event"] == "out_of_memory"]))
        else:
            self.assertEqual(shortages, 0)
        self.assertIn("learnt by an earlier run", (self.folder / "second" / "recipe.yaml").read_text())

    def test_transformer_in_a_third(self):
        self.a_third(VIT, ["recompute"])

    def test_residual_network_in_a_third(self):
        self.a_third(RESNET, ["recompute", "offload", "micro_batch"])

    def test_what_cannot_fit_is_told_with_a_plan(self):
        recipe = [*VIT, "--set", f"memory.budget={60 << 20}"]  # weights, gradients and momentum are 63 MiB
        result = self.train("run", recipe)
        self.assert_exit(result, 4, "does not fit into memory", "--allow-changes")
        self.assertTrue((self.folder / "run" / "checkpoints" / "last.safetensors").exists())
        fix = re.search(r"fix: (.*)", result.stderr).group(1)
        self.assertRegex(fix, r"--set \S+=\S+ .*need")
        way = re.findall(r"(?:--set \S+ ?)+", fix)[0].split()
        self.assert_exit(self.train("run", [*recipe, *way], "--allow-changes"), 0)


if __name__ == "__main__":
    unittest.main()
