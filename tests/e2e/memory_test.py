"""Host memory stays flat over 50 epochs: judged by the allocator's own counter, and loosely by the resident size."""
import statistics
import unittest

from command import FAST, EndToEnd, events, render, surefoot

EPOCHS = 50


class Memory(EndToEnd):
    def test_is_flat_over_fifty_epochs(self):
        render(self.folder / "pictures", 2, 16, 4)
        run = self.folder / "run"
        self.assert_exit(surefoot("train", self.folder / "pictures", "--out", run, *FAST, "--epochs", EPOCHS, "--set", "log.every_steps=1",
                                  "--set", "checkpoint.every_steps=0", timeout=800), 0)
        steps = [event for event in events(run) if event["event"] == "step"]
        self.assertEqual(len(steps), 2 * EPOCHS)
        # Tensors alive after a step: the same number of bytes from the second step on (the optimiser's state appears in the first).
        # A checkpoint that is still being written holds a copy for a moment, hence the least of each epoch.
        live = [min(event["memory_bytes"] for event in steps if event["epoch"] == epoch) for epoch in range(2, EPOCHS + 1)]
        self.assertEqual(len(set(live)), 1, f"tensors alive after each epoch: {live}")
        resident = {epoch: statistics.median(event["rss_bytes"] for event in steps if event["epoch"] == epoch) for epoch in range(1, EPOCHS + 1)}
        early = statistics.median(resident[epoch] for epoch in range(10, 20))
        late = statistics.median(resident[epoch] for epoch in range(EPOCHS - 9, EPOCHS + 1))
        self.assertLess(late - early, 16 << 20, f"resident size grew from {early} to {late} bytes in 30 epochs")


if __name__ == "__main__":
    unittest.main()
