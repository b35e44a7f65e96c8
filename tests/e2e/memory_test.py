"""Host memory stays flat over 50 epochs: judged by the allocator's own counter, and loosely by the resident size."""
import statistics
import unittest

from command import FAST, EndToEnd, events, render, surefoot

SHORT, LONG = 3, 50


class Memory(EndToEnd):
    def train(self, epochs: int) -> list:
        run = self.folder / f"run{epochs}"
        self.assert_exit(surefoot("train", self.folder / "pictures", "--out", run, *FAST, "--epochs", epochs, "--set", "log.every_steps=1",
                                  "--set", "checkpoint.every_steps=0", timeout=800), 0)
        return events(run)

    def test_is_flat_over_fifty_epochs(self):
        render(self.folder / "pictures", 2, 16, 4)
        short, long = self.train(SHORT), self.train(LONG)
        steps = [event for event in long if event["event"] == "step"]
        self.assertEqual(len(steps), 2 * LONG)
        # Tensors alive when the last checkpoint is written and the best weights are evaluated: the same bytes after 3 epochs as after 50.
        # (In between, a checkpoint that is still being written on a slow disk holds a copy of everything.)
        alive = [log[-1]["memory_bytes"] for log in (short, long)]
        self.assertEqual(alive[0], alive[1])
        self.assertGreater(alive[0], 10 << 20)  # the network itself: the counter counts
        resident = [event["rss_bytes"] for event in steps]
        early, late = statistics.median(resident[20:40]), statistics.median(resident[-20:])
        # Loose: the resident size also holds copies for checkpoints (130 MB each) and what malloc keeps.
        self.assertLess(late - early, 256 << 20, f"resident size grew from {early} to {late} bytes")


if __name__ == "__main__":
    unittest.main()
