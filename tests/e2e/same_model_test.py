"""The machine only decides how fast it comes: decode threads, prefetch and saving leave no trace in the weights."""
import unittest

from command import FAST, EndToEnd, render, surefoot, weights_sum


class SameModel(EndToEnd):
    def test_neutral_settings_change_no_bit(self):
        pictures = render(self.folder / "pictures", 3, 24, 8)
        sums = {}
        for number, extra in enumerate([[], ["data.workers=1"], ["data.workers=8", "data.prefetch=1"], ["checkpoint.every_steps=1"]]):
            run = self.folder / f"run{number}"
            words = [word for assignment in extra for word in ("--set", assignment)]
            self.assert_exit(surefoot("train", pictures, "--out", run, *FAST, "--epochs", "2", *words), 0)
            sums[tuple(extra)] = weights_sum(run)
        self.assertEqual(len(set(sums.values())), 1, sums)

    def test_another_seed_is_another_model(self):
        pictures = render(self.folder / "pictures", 2, 16, 8)
        sums = set()
        for seed in (0, 1):
            run = self.folder / f"run{seed}"
            self.assert_exit(surefoot("train", pictures, "--out", run, *FAST, "--epochs", "1", "--set", f"seed={seed}"), 0)
            sums.add(weights_sum(run))
        self.assertEqual(len(sums), 2)


if __name__ == "__main__":
    unittest.main()
