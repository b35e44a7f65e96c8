"""Killed with -9 at random moments, interrupted politely, resumed: the final weights are those of the run that was left alone."""
import random
import signal
import time
import unittest

from command import FAST, EndToEnd, has_event, render, start, surefoot, wait_for, weights_sum

KILLS = 20
# Saving nearly all the time: many of the kills fall into a checkpoint being written.
OFTEN = ["--set", "checkpoint.every_steps=2", "--set", "log.every_steps=1"]


class Resume(EndToEnd):
    def train(self, run, epochs):
        return ["train", self.folder / "pictures", "--out", run, *FAST, *OFTEN, "--epochs", epochs]

    def engine(self, run, epochs):
        """The engine by itself: a kill hits it, and nobody starts it again."""
        return [*self.train(run, epochs), "--no-supervisor"]

    def test_killed_at_random_moments(self):
        render(self.folder / "pictures", 3, 32, 8)
        whole = self.folder / "whole"
        began = time.monotonic()
        self.assert_exit(surefoot(*self.train(whole, 10)), 0)
        pace = (time.monotonic() - began) / 8  # a kill after up to this long, once training is under way
        wanted = weights_sum(whole)
        moments, kills, runs = random.Random(7), 0, 0
        while kills < KILLS:
            runs += 1
            self.assertLess(runs, 40, "runs end before they can be killed")
            run, ended = self.folder / f"run{runs}", False
            while not ended and kills < KILLS:
                process = start(*self.engine(run, 10))
                try:
                    # A fifth of the kills falls into the start.
                    time.sleep(moments.uniform(0, 0.4) if moments.random() < 0.2 else 0.4 + moments.uniform(0, pace))
                    ended = process.poll() is not None
                    if not ended:
                        process.kill()
                        kills += 1
                finally:
                    process.kill()
                    output = process.communicate()[0]
                if ended:
                    self.assertEqual(process.returncode, 0, output[-3000:])
            self.assert_exit(surefoot(*self.train(run, 10)), 0)
            self.assertEqual(weights_sum(run), wanted, f"after {kills} kills")

    def test_interrupted_politely(self):
        render(self.folder / "pictures", 3, 32, 8)
        whole, run = self.folder / "whole", self.folder / "run"
        self.assert_exit(surefoot(*self.train(whole, 6)), 0)
        for which in (signal.SIGINT, signal.SIGTERM):
            steps = 0 if not run.exists() else (run / "events.jsonl").read_bytes().count(b"checkpoint")
            process = start(*self.train(run, 6))
            self.assertTrue(wait_for(lambda: has_event(run, "checkpoint", steps // 2 + 2), process), "ended before it could be interrupted")
            process.send_signal(which)
            output = process.communicate(timeout=60)[0]
            self.assertEqual(process.returncode, 6, output[-3000:])
            self.assertIn("surefoot train", output)  # the resume command
        self.assert_exit(surefoot(*self.train(run, 6)), 0)
        self.assertEqual(weights_sum(run), weights_sum(whole))

    def test_a_damaged_last_checkpoint_falls_back_to_the_one_before(self):
        render(self.folder / "pictures", 3, 32, 8)
        whole, run = self.folder / "whole", self.folder / "run"
        self.assert_exit(surefoot(*self.train(whole, 6)), 0)
        process = start(*self.engine(run, 6))
        self.assertTrue(wait_for(lambda: has_event(run, "checkpoint", 4), process))
        process.kill()
        process.communicate()
        last = run / "checkpoints" / "last.safetensors"
        content = bytearray(last.read_bytes())
        content[len(content) // 2] ^= 1
        last.unlink()  # other names of the same bytes stay whole
        last.write_bytes(content)
        self.assert_exit(surefoot(*self.train(run, 6)), 0)
        self.assertEqual(weights_sum(run), weights_sum(whole))


if __name__ == "__main__":
    unittest.main()
