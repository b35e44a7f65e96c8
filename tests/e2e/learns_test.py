"""The main job: train, the files of the run, evaluate, predict, the same command again."""
import json
import unittest

from command import FAST, EndToEnd, events, render, surefoot


class MainJob(EndToEnd):
    def test_trains_and_everything_that_the_contract_names_is_there(self):
        pictures, run = render(self.folder / "pictures", 3, 48, 16), self.folder / "run"
        train = ["train", pictures, "--out", run, *FAST, "--epochs", "8", "--set", "data.image_size=64"]
        self.assert_exit(surefoot(*train), 0)
        for name in ["recipe.yaml", "events.jsonl", "summary.json", "report.html", "checkpoints/last.safetensors", "checkpoints/best.safetensors"]:
            self.assertTrue((run / name).exists(), name)
        self.assertTrue(list((run / "tb").glob("*tfevents*")))
        summary = json.loads((run / "summary.json").read_text())
        for key in ["top1", "top5", "best_epoch", "images_per_second", "peak_memory_bytes", "effective_training_time", "eval", "events"]:
            self.assertIn(key, summary)
        self.assertEqual(set(summary["eval"]), {"resize", "crop", "mean", "std", "interpolation"})
        self.assertGreater(summary["top1"], 0.5)  # chance is 0.33
        names = [event["event"] for event in events(run)]
        self.assertEqual(names.count("run_started"), 1)
        self.assertEqual(names.count("run_finished"), 1)

        evaluated = surefoot("eval", run, pictures / "val", "--json")
        self.assert_exit(evaluated, 0)
        self.assertAlmostEqual(json.loads(evaluated.stdout)["top1"], summary["top1"], places=9)

        one = pictures / "val" / "circle"
        predicted = surefoot("predict", run, one, "--json", "--top-k", "3")
        self.assert_exit(predicted, 0)
        rows = [json.loads(line) for line in predicted.stdout.splitlines()]
        self.assertEqual(len(rows), 16)
        for row in rows:
            self.assertEqual(len(row["top"]), 3)
            self.assertAlmostEqual(sum(top["probability"] for top in row["top"]), 1, places=4)

        before = (run / "summary.json").read_bytes()
        self.assert_exit(surefoot(*train), 0)  # a finished run: nothing is done
        self.assertEqual((run / "summary.json").read_bytes(), before)
        self.assertEqual([event["event"] for event in events(run)].count("run_finished"), 1)
        self.assert_exit(surefoot(*train, "--set", "optim.lr=0.01"), 2, "SF-CFG-005", "optim.lr")

    def test_the_recipe_of_a_run_reproduces_it(self):
        pictures = render(self.folder / "pictures", 3, 16, 8)
        first, second = self.folder / "first", self.folder / "second"
        self.assert_exit(surefoot("train", pictures, "--out", first, *FAST, "--epochs", "2"), 0)
        self.assert_exit(surefoot("train", pictures, "--out", second, "--recipe", first / "recipe.yaml"), 0)
        for name in ["last", "best"]:
            weights = [(run / "checkpoints" / f"{name}.safetensors").read_bytes() for run in (first, second)]
            self.assertEqual(weights[0], weights[1], name)


if __name__ == "__main__":
    unittest.main()
