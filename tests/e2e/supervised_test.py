"""The supervisor beside the real engine: crashes are mended without a trace in the weights, requests to stop are honoured once."""
import json
import os
import pathlib
import pty
import signal
import subprocess
import time
import unittest

from command import FAST, EndToEnd, arguments, events, has_event, render, start, surefoot, wait_for, weights_sum

OFTEN = ["--set", "checkpoint.every_steps=2", "--set", "log.every_steps=1"]


def engine_of(supervisor: int) -> int:
    """The process id of the engine; 0 while there is none."""
    children = pathlib.Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
    return int(children[0]) if children else 0


def resident_bytes(pid: int) -> int:
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


class Supervised(EndToEnd):
    def setUp(self):
        super().setUp()
        render(self.folder / "pictures", 3, 32, 8)
        self.run = self.folder / "run"

    def train(self, run, epochs=6, *more):
        return ["train", self.folder / "pictures", "--out", run, *FAST, *OFTEN, "--epochs", epochs, *more]

    def begun(self, process, checkpoints=2):
        self.assertTrue(wait_for(lambda: has_event(self.run, "checkpoint", checkpoints), process), "ended before anything happened to it")

    def test_crashes_leave_no_trace_in_the_weights(self):
        whole = self.folder / "whole"
        self.assert_exit(surefoot(*self.train(whole)), 0)
        process = start(*self.train(self.run))
        try:
            for count, how in enumerate((signal.SIGKILL, signal.SIGSEGV), start=1):
                self.begun(process, 3 * count)
                engine = engine_of(process.pid)
                small = resident_bytes(process.pid)
                os.kill(engine, how)
                self.assertTrue(wait_for(lambda: has_event(self.run, "restarted", count), process), "not restarted")
            print(f"the supervisor is resident with {small / 1e6:.1f} MB")
            self.assertLess(small, 15e6)
            output = process.communicate(timeout=200)[0]
        finally:
            process.kill()
        self.assertEqual(process.returncode, 0, output[-3000:])
        self.assertEqual(weights_sum(self.run), weights_sum(whole))
        for text in ("the training process was killed (SIGKILL)", "Segmentation fault", "why:", "fix:", "starting again from the checkpoint of step"):
            self.assertIn(text, output)
        book = [json.loads(line) for line in (self.run / "incidents.jsonl").read_text().splitlines()]
        self.assertEqual([incident["kind"] for incident in book], ["killed", "segfault"])
        summary = json.loads((self.run / "summary.json").read_text())
        self.assertEqual({kind: summary["incidents"][kind] for kind in ("killed", "segfault", "restarted")}, {"killed": 1, "segfault": 1, "restarted": 2})
        self.assertFalse(summary["rehearsed"])
        self.assertGreater(summary["lost_seconds"]["restarts"], 0)
        self.assertLess(summary["effective_training_time"], 1)
        self.assertGreater(summary["effective_training_time"], 0)

    def test_ctrl_c_at_a_terminal_saves_once_and_ends(self):
        pid, terminal = pty.fork()
        if pid == 0:
            words = arguments(*self.train(self.run, 200))
            os.execv(words[0], words)
        said = b""
        deadline = time.monotonic() + 120
        os.set_blocking(terminal, False)
        pressed = ended = False
        status = 0
        while not ended and time.monotonic() < deadline:
            try:
                said += os.read(terminal, 65536)
            except (BlockingIOError, OSError):
                time.sleep(0.02)
            if not pressed and has_event(self.run, "checkpoint", 2):
                os.write(terminal, b"\x03")
                pressed = True
            done, status = os.waitpid(pid, os.WNOHANG)
            ended = done == pid
        self.assertTrue(pressed and ended, said[-2000:])
        try:
            said += os.read(terminal, 65536)
        except OSError:
            pass
        self.assertEqual(os.waitstatus_to_exitcode(status), 6, said[-2000:])
        self.assertIn(b"To go on: surefoot train", said)
        self.assertEqual([event["event"] for event in events(self.run)].count("interrupted"), 1)
        self.assertFalse((self.run / "incidents.jsonl").exists())

    def test_a_stop_sent_to_the_whole_group_is_one_request(self):
        process = subprocess.Popen(arguments(*self.train(self.run, 200)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        try:
            self.begun(process)
            os.killpg(process.pid, signal.SIGTERM)
            output = process.communicate(timeout=60)[0]
        finally:
            process.kill()
        self.assertEqual(process.returncode, 6, output[-3000:])
        self.assertIn("surefoot train", output)

    def test_if_the_supervisor_is_killed_the_engine_saves_and_ends(self):
        process = start(*self.train(self.run, 200))
        self.begun(process)
        process.kill()
        process.communicate(timeout=60)  # the engine holds the pipe until it ends
        self.assertTrue(has_event(self.run, "interrupted"))

    def test_a_crash_that_repeats_itself_is_explained_and_ended(self):
        plan = self.folder / "plan.yaml"
        plan.write_text("- {at_step: 6, fault: segfault}\n" * 3)
        result = surefoot(*self.train(self.run, 6, "--chaos", plan))
        self.assert_exit(result, 5, "SF-GRD-010", "twice after step 5", "the checkpoint of step 4 is kept", "surefoot train")
        self.assertEqual([event["event"] for event in events(self.run)].count("crashed"), 2)

    def test_without_a_supervisor_the_engine_is_the_process(self):
        process = start(*self.train(self.run, 200, "--no-supervisor"))
        try:
            self.begun(process)
            self.assertEqual(engine_of(process.pid), 0)
            self.assertIn("surefoot-engine", os.readlink(f"/proc/{process.pid}/exe"))
        finally:
            process.kill()
            process.communicate()
        self.assertEqual(process.returncode, -signal.SIGKILL)


class StartUp(unittest.TestCase):
    def test_help_is_quick(self):
        seconds = []
        for _ in range(15):
            began = time.perf_counter()
            subprocess.run(arguments("--help"), stdout=subprocess.DEVNULL, check=True)
            seconds.append(time.perf_counter() - began)
        print(f"surefoot --help takes {1e3 * sorted(seconds)[len(seconds) // 2]:.1f} ms (median), {1e3 * min(seconds):.1f} ms at best")


if __name__ == "__main__":
    unittest.main()
