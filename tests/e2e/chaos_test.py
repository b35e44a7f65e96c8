"""The example of docs/chaos.md, rehearsed with a real run."""
import json
import pathlib
import re
import unittest

from command import FAST, EndToEnd, events, render, surefoot

SOURCE = pathlib.Path(__file__).parents[2]


class Chaos(EndToEnd):
    def train(self, plan, *more):
        return ["train", self.folder / "pictures", "--out", self.folder / "run", *FAST, "--set", "checkpoint.every_steps=2", "--set", "log.every_steps=1", "--epochs", 6, "--chaos", plan, *more]

    def test_the_example_of_the_page(self):
        page = (SOURCE / "docs" / "chaos.md").read_text()
        example = re.search(r"```yaml\n# examples/chaos.yaml\n(.*?)```", page, re.DOTALL).group(1)
        self.assertEqual((SOURCE / "examples" / "chaos.yaml").read_text(), example, "page and file differ")
        render(self.folder / "pictures", 3, 32, 8)
        result = surefoot(*self.train(SOURCE / "examples" / "chaos.yaml", "--set", "data.max_bad_fraction=0.1"))
        self.assert_exit(result, 0)
        happened = [event["fault"] for event in events(self.folder / "run") if event["event"] == "chaos"]
        self.assertEqual(sorted(happened), sorted(re.findall(r"fault: (\w+)", example)), "each once, also across the restart")
        names = [event["event"] for event in events(self.folder / "run")]
        self.assertIn("out_of_memory", names)
        self.assertIn("divergence", names)
        self.assertEqual(names.count("crashed"), 1)
        self.assertEqual(names[-1], "run_finished")
        summary = json.loads((self.folder / "run" / "summary.json").read_text())
        self.assertTrue(summary["rehearsed"])
        self.assertEqual(summary["incidents"]["chaos"], len(happened))
        self.assertIn("faults were rehearsed", (self.folder / "run" / "report.html").read_text())

    def test_a_wrong_plan_is_refused_before_anything_starts(self):
        render(self.folder / "pictures", 2, 8, 4)
        plan = self.folder / "plan.yaml"
        plan.write_text("- {at_step: 1, fault: kil}\n")
        self.assert_exit(surefoot(*self.train(plan)), 2, "line 1", "did you mean kill?")
        self.assertFalse((self.folder / "run").exists())


if __name__ == "__main__":
    unittest.main()
