"""What goes wrong on real machines: a clear error with its exit code, or clean handling; nothing is lost."""
import os
import shutil
import subprocess
import time
import unittest

from command import FAST, EndToEnd, events, has_event, render, start, surefoot, wait_for


class Faults(EndToEnd):
    def train(self, *more, epochs=1):
        return ["train", self.folder / "pictures", "--out", self.folder / "run", *FAST, "--epochs", epochs, *more]

    def test_a_second_process_on_the_same_run_is_refused(self):
        render(self.folder / "pictures", 3, 32, 8)
        first = start(*self.train("--set", "log.every_steps=1", "--no-supervisor", epochs=40))
        try:
            self.assertTrue(wait_for(lambda: has_event(self.folder / "run", "step"), first))
            self.assert_exit(surefoot(*self.train("--set", "log.every_steps=1", epochs=40)), 4, "SF-ENV-004", str(first.pid))
            self.assertIsNone(first.poll())
        finally:
            first.kill()
            first.communicate()

    def test_a_target_that_cannot_be_written(self):
        render(self.folder / "pictures", 2, 8, 4)
        self.assert_exit(surefoot("train", self.folder / "pictures", "--out", "/proc/surefoot/run", *FAST), 4, "SF-ENV-002", "fix:")

    def test_a_full_disk(self):
        render(self.folder / "pictures", 2, 16, 4)
        disk = self.folder / "run"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=60m", "surefoot-test", disk], stderr=subprocess.DEVNULL)
        if mounted.returncode != 0:
            self.skipTest("mounting a small disk needs root")
        try:
            self.assert_exit(surefoot(*self.train()), 4, "SF-ENV-003", "fix:")
        finally:
            subprocess.run(["umount", "-l", disk], check=True)

    def test_the_run_folder_is_deleted_meanwhile(self):
        render(self.folder / "pictures", 3, 32, 8)
        run = self.folder / "run"
        process = start(*self.train("--set", "log.every_steps=1", "--set", "checkpoint.every_steps=2", epochs=12))
        self.assertTrue(wait_for(lambda: has_event(run, "checkpoint", 2), process))
        shutil.rmtree(run, ignore_errors=True)
        time.sleep(0.2)
        shutil.rmtree(run, ignore_errors=True)
        output = process.communicate(timeout=250)[0]
        self.assertIn("checkpoint", output)
        if process.returncode == 0:  # it made the folder again
            self.assertTrue((run / "checkpoints" / "last.safetensors").exists(), output[-3000:])
        else:
            self.assertEqual(process.returncode, 4, output[-3000:])
            self.assertIn("fix:", output)

    def test_broken_pictures_are_skipped_counted_and_named(self):
        render(self.folder / "pictures", 2, 40, 8)
        broken = self.folder / "pictures" / "train" / "circle" / "broken.jpg"
        broken.write_bytes((self.folder / "pictures" / "train" / "circle" / "0000.jpg").read_bytes()[:700])
        self.assert_exit(surefoot(*self.train("--set", "data.max_bad_fraction=0.05")), 0)
        bad = [event for event in events(self.folder / "run") if event["event"] == "bad_picture"]
        self.assertEqual(len(bad), 1, bad)
        self.assertIn("broken.jpg", str(bad[0]))

    def test_too_many_broken_pictures_stop_the_run(self):
        render(self.folder / "pictures", 2, 10, 8)
        for number in range(40):
            (self.folder / "pictures" / "train" / "circle" / f"broken{number}.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
        self.assert_exit(surefoot(*self.train()), 3, "SF-DATA-006", "fix:")

    def test_folders_that_are_no_data(self):
        pictures = self.folder / "pictures"
        self.assert_exit(surefoot(*self.train()), 3, "SF-DATA-001")
        pictures.mkdir()
        self.assert_exit(surefoot(*self.train()), 3, "SF-DATA-00")
        render(self.folder / "made", 2, 6, 2)
        shutil.copytree(self.folder / "made" / "train" / "circle", pictures / "circle")
        self.assert_exit(surefoot(*self.train()), 3, "SF-DATA-004")

    def test_an_empty_class_is_said(self):
        render(self.folder / "pictures", 2, 16, 8)
        (self.folder / "pictures" / "train" / "zebra").mkdir()
        result = surefoot(*self.train())
        self.assertIn(result.returncode, (0, 3), result.stderr)
        self.assertIn("zebra", result.stdout + result.stderr)

    def test_ten_thousand_classes(self):
        render(self.folder / "made", 2, 2, 2)
        pictures = self.folder / "pictures"
        for number in range(10_000):
            (pictures / f"class{number:05}").mkdir(parents=True)
            for copy in range(2):
                os.link(self.folder / "made" / "train" / "circle" / f"000{copy}.jpg", pictures / f"class{number:05}" / f"{copy}.jpg")
        began = time.monotonic()
        self.assert_exit(surefoot(*self.train("--set", "train.max_steps=4")), 0)
        self.assertLess(time.monotonic() - began, 200)
        self.assertLess((self.folder / "run" / "report.html").stat().st_size, 20 << 20)

    def test_names_that_are_not_text(self):
        made = render(self.folder / "made", 2, 16, 8)
        names = {"circle": b'a\n"<img src=x onerror=alert(1)>\'', "cross": b"=1+1,\xff\xfe \\x41"}
        for part in (b"train", b"val"):
            for shape, name in names.items():
                target = os.path.join(os.fsencode(self.folder / "pictures"), part, name)
                shutil.copytree(os.path.join(os.fsencode(made), part, shape.encode()), target)
                first = sorted(os.listdir(target))[0]
                os.rename(os.path.join(target, first), os.path.join(target, b"<b>\n\xff\"'\x1b[31m.jpg"))
        result = surefoot(*self.train(epochs=2))
        self.assert_exit(result, 0)
        self.assertNotIn("\x1b[31m.jpg", result.stdout + result.stderr)
        report = (self.folder / "run" / "report.html").read_bytes()
        self.assertNotIn(b"<img src=x", report)
        self.assertNotIn(b"<b>\n", report)
        report.decode("utf-8")
        self.assertTrue(events(self.folder / "run"))  # every line is JSON
        for option in ("--json", "--csv"):
            predicted = surefoot("predict", self.folder / "run", self.folder / "pictures" / "val", option)
            self.assert_exit(predicted, 0)
            lines = predicted.stdout.splitlines()
            self.assertEqual(len(lines), 16 + (option == "--csv"))
            self.assertFalse(any(line.startswith(("=", "+", "@")) for line in lines))


if __name__ == "__main__":
    unittest.main()
