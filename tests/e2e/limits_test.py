"""A job whose control group (container, batch queue) lets it have less memory than the recipe takes: it trains all the same, and the kernel
need not kill it. Says "skipped: no control group" where none can be made (that takes root and a writable memory controller)."""
import os
import pathlib
import subprocess
import unittest

from command import EndToEnd, arguments, events, render

LIMIT = 900 << 20
# Tensors take 622 MiB; what stands beside them, process and all, up to 500 MiB more.
RECIPE = ["--model", "resnet18", "--set", "model.stem=imagenet", "--set", "data.image_size=96", "--set", "train.batch=128", "--set", "train.micro_batch=128",
          "--set", "train.batch_norm.group=16", "--set", "train.precision=fp32", "--set", "train.max_steps=3"]


def limited_group() -> pathlib.Path | None:
    """A new group with the limit, of version 1 or 2."""
    for controller, file in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")):
        group = pathlib.Path(controller) / f"surefoot-test-{os.getpid()}"
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            (group / file).write_text(str(LIMIT))
            return group
        except OSError:
            group.rmdir()
    return None


class Limits(EndToEnd):
    def test_a_control_group_binds(self):
        group = limited_group()
        if group is None:
            print("skipped: no control group can be made here")
            return
        self.addCleanup(group.rmdir)
        data, run = render(self.folder / "data", 2, 96, 8), self.folder / "run"
        # The shell enters the group and becomes the command: nothing of this program is in it.
        entered = ["sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', group, *arguments("train", data, "--out", run, *RECIPE)]
        result = subprocess.run(entered, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=280)
        self.assert_exit(result, 0, "less what stands beside the tensors")
        happened = events(run)
        self.assertEqual([event for event in happened if event["event"] == "crashed"], [], "killed by the kernel")
        planned = next(event for event in happened if event["event"] == "plan")
        self.assertLess(planned["budget_bytes"], LIMIT)
        self.assertLessEqual(planned["predicted_peak_bytes"], planned["budget_bytes"])


if __name__ == "__main__":
    unittest.main()
