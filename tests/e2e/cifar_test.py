"""A part of CIFAR-10 (2,000 pictures), two epochs of the preset: learns at least this much."""
import json
import os
import subprocess
import unittest

from command import DATA, EndToEnd, surefoot

FLOOR = 0.22  # chance is 0.10


class Cifar(EndToEnd):
    def test_two_epochs_of_two_thousand_pictures(self):
        archive = DATA / "cifar10_small.tar.gz"
        if not archive.exists():
            self.skipTest(f"skipped: no data at {DATA}")
        subprocess.run(["tar", "-xzf", archive, "-C", self.folder], check=True)
        pictures = self.folder / "pictures"
        for part, target, count in (("train", "train", 200), ("test", "val", 50)):
            for label in sorted(os.listdir(self.folder / "cifar10_small" / part)):
                (pictures / target / label).mkdir(parents=True)
                source = self.folder / "cifar10_small" / part / label
                for name in sorted(os.listdir(source))[:count]:
                    os.link(source / name, pictures / target / label / name)
        run = self.folder / "run"
        result = surefoot("train", pictures, "--out", run, "--preset", "cifar10", "--epochs", "2", "--set", "train.batch=64",
                          "--set", "schedule.warmup_epochs=0.5", timeout=900)
        self.assert_exit(result, 0)
        summary = json.loads((run / "summary.json").read_text())
        print(f"top-1 {summary['top1']:.3f}, {summary['images_per_second']:.0f} pictures/s")
        self.assertGreaterEqual(summary["top1"], FLOOR)


if __name__ == "__main__":
    unittest.main()
