"""Killed, interrupted, cut into shares, continued: the findings are those of one quiet run."""
import json
import os
import random
import signal
import time
import unittest

from crawl import EndToEnd, crawl, findings, picture, start, surefoot, tree, write

FAST = ["--checks", "fast"]


class Resume(EndToEnd):
    def setUp(self):
        super().setUp()
        self.data = crawl(self.folder / "data")

    def quiet_run(self, name="quiet", *more):
        out = self.folder / name
        began = time.monotonic()
        result = surefoot("clean", self.data, "--out", out, *FAST, "--json", *more)
        self.assert_exit(result, 0)
        self.seconds = time.monotonic() - began
        return out, json.loads(result.stdout)

    def test_killed_at_any_moment_it_goes_on(self):
        quiet, _ = self.quiet_run()
        before = tree(self.data)
        out = self.folder / "killed"
        draw = random.Random(4)
        for _ in range(5):
            process = start("clean", self.data, "--out", out, *FAST)
            time.sleep(draw.uniform(0.02, self.seconds * 0.9))
            process.kill()
            process.communicate()
        result = surefoot("clean", self.data, "--out", out, *FAST)
        self.assert_exit(result, 0)
        for name in ("findings.csv", "findings.jsonl", "pictures.csv", "groups.csv"):
            self.assertEqual((out / name).read_bytes(), (quiet / name).read_bytes(), name)
        self.assertGreater(len(findings(out)), 10)
        self.assertEqual(tree(self.data), before)

    def test_interrupted_it_says_how_to_go_on(self):
        out = self.folder / "interrupted"
        process = start("clean", self.data, "--out", out, *FAST, "--threads", "1")
        while not (out / "clean.sqlite3").exists():
            time.sleep(0.005)
        time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=60)[0]
        self.assertEqual(process.returncode, 6, said)
        self.assertIn("to go on: surefoot clean", said)
        quiet, _ = self.quiet_run()
        self.assert_exit(surefoot("clean", self.data, "--out", out, *FAST), 0)
        self.assertEqual((out / "findings.csv").read_bytes(), (quiet / "findings.csv").read_bytes())

    def test_a_second_run_measures_only_what_is_new(self):
        out, first = self.quiet_run()
        self.assertGreater(first["measured"], 60)
        _, second = self.quiet_run()
        self.assertEqual((second["measured"], second["from_store"]), (0, second["files"]))
        for i in range(3):
            write(self.data / "class_1" / f"new {i}.bmp", picture(5000 + i))
        os.rename(self.data / "class_0" / "0.bmp", self.data / "class_1" / "moved.bmp")
        _, third = self.quiet_run()
        self.assertEqual(third["measured"], 3)  # what only moved is known by its content
        fresh, _ = self.quiet_run("fresh")
        self.assertEqual((out / "findings.csv").read_bytes(), (fresh / "findings.csv").read_bytes())

    def test_shares_put_together_are_one_run(self):
        quiet, _ = self.quiet_run()
        shared, apart = self.folder / "shared", self.folder / "apart"
        running = [start("clean", self.data, "--out", shared, "--shard", f"{i}/3") for i in (1, 2)]
        self.assert_exit(surefoot("clean", self.data, "--out", apart, "--shard", "3/3"), 0, "when all shares are done")
        for process in running:
            said = process.communicate()[0]
            self.assertEqual(process.returncode, 0, said)
        self.assertFalse((shared / "findings.csv").exists())
        merged, summary = self.quiet_run("merged", "--merge", shared, apart / "shard-3-of-3.sqlite3")
        self.assertEqual(summary["measured"], 0)
        for name in ("findings.csv", "findings.jsonl", "pictures.csv", "groups.csv"):
            self.assertEqual((merged / name).read_bytes(), (quiet / name).read_bytes(), name)

    def test_a_missing_share_is_said_and_measured(self):
        quiet, _ = self.quiet_run()
        shared, out = self.folder / "shared", self.folder / "merged"
        self.assert_exit(surefoot("clean", self.data, "--out", shared, "--shard", "1/3"), 0)
        result = surefoot("clean", self.data, "--out", out, *FAST, "--merge", shared)
        self.assert_exit(result, 0, "shares are missing or unfinished: 2/3, 3/3; their files are measured here, now")
        summary = json.loads((out / "summary.json").read_text())
        self.assertEqual(summary["missing_shards"], ["2/3", "3/3"])
        self.assertGreater(min(summary["measured"], summary["from_store"]), 0)
        self.assertEqual((out / "findings.csv").read_bytes(), (quiet / "findings.csv").read_bytes())
        for share in (2, 3):
            self.assert_exit(surefoot("clean", self.data, "--out", shared, "--shard", f"{share}/3"), 0)
        _, summary = self.quiet_run("merged", "--merge", shared)
        self.assertEqual((summary["missing_shards"], summary["warnings"]), ([], []))

    def test_threads_and_machines_change_nothing(self):
        one, _ = self.quiet_run("one", "--threads", "1")
        four, _ = self.quiet_run("four", "--threads", "4")
        self.assertEqual((one / "findings.csv").read_bytes(), (four / "findings.csv").read_bytes())

    def test_one_process_at_a_time(self):
        out = self.folder / "locked"
        process = start("clean", self.data, "--out", out, *FAST)
        while not (out / "clean.sqlite3.lock").exists():
            time.sleep(0.002)
        time.sleep(0.02)
        self.assert_exit(surefoot("clean", self.data, "--out", out, *FAST), 4, "another process")
        process.communicate()
        self.assertEqual(process.returncode, 0)


    def killed_once_begun(self, out, draw, *words):
        """Starts the command and kills it soon after its journal has grown."""
        journal = out / "journal.jsonl"
        size = journal.stat().st_size if journal.exists() else 0
        process = start("clean", self.data, "--out", out, *words)
        while process.poll() is None and (journal.stat().st_size if journal.exists() else 0) == size:
            time.sleep(0.0005)
        time.sleep(draw.uniform(0, 0.02))
        process.kill()
        process.communicate()

    def test_killed_while_it_takes_or_gives_back_nothing_is_lost(self):
        for i in range(600):
            write(self.data / "class_0" / f"copy {i}.bmp", picture(6))  # 6 is of class_0
        before, draw = tree(self.data), random.Random(5)
        take = [*FAST, "--apply", "--force", "--quiet"]
        quiet = self.folder / "quiet"
        self.assert_exit(surefoot("clean", self.data, "--out", quiet, *take), 0)
        applied = tree(self.data)
        self.assertLess(len(applied), len(before) - 500)
        self.assert_exit(surefoot("clean", self.data, "--out", quiet, "--undo"), 0)
        self.assertEqual(tree(self.data), before)
        for round in range(6):
            out = self.folder / f"killed{round}"
            self.killed_once_begun(out, draw, *take)
            if round % 2:
                self.assert_exit(surefoot("clean", self.data, "--out", out, *take), 0)
                self.assertEqual(tree(self.data), applied)
            self.killed_once_begun(out, draw, "--undo")
            self.assert_exit(surefoot("clean", self.data, "--out", out, "--undo"), 0)
            self.assertEqual(tree(self.data), before)


if __name__ == "__main__":
    unittest.main()
