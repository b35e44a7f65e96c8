"""Runs surefoot as a person would, for the end-to-end tests. Names and output are bytes where they come from hostile files."""
import hashlib
import json
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

BIN = pathlib.Path(os.environ["SUREFOOT_BIN"])
DATA = pathlib.Path(os.environ.get("SUREFOOT_TEST_DATA", pathlib.Path(__file__).parents[3] / "shared" / "data"))
# A network that learns the rendered shapes a little in seconds; one thread, so that tests beside it do not change the pace much.
FAST = ["--model", "resnet18", "--set", "model.stem=imagenet", "--set", "data.image_size=32", "--set", "train.batch=16",
        "--set", "train.batch_norm.group=16", "--set", "train.precision=fp32", "--set", "train.threads=1", "--set", "schedule.warmup_epochs=0"]


def arguments(*words) -> list:
    return [str(BIN / "surefoot"), *[word if isinstance(word, bytes) else str(word) for word in words]]


def surefoot(*words, timeout: float = 300) -> subprocess.CompletedProcess:
    """Waits for the command. stdout and stderr are text with undecodable bytes kept."""
    return subprocess.run(arguments(*words), stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="surrogateescape", timeout=timeout)


def start(*words) -> subprocess.Popen:
    return subprocess.Popen(arguments(*words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            errors="surrogateescape")


def render(folder: pathlib.Path, classes: int, train: int, val: int) -> pathlib.Path:
    subprocess.run([BIN / "surefoot-render-pictures", folder, "--classes", str(classes), "--per-class", str(train), "--val-per-class", str(val)],
                   check=True, stdout=subprocess.DEVNULL)
    return folder


def weights_sum(run: pathlib.Path, name: str = "last") -> str:
    return hashlib.sha256((run / "checkpoints" / f"{name}.safetensors").read_bytes()).hexdigest()


def events(run: pathlib.Path) -> list:
    """Every event of the run; a last line that a kill cut short is left out."""
    lines = (run / "events.jsonl").read_bytes().split(b"\n")
    return [json.loads(line) for line in lines[:-1]]


def wait_for(condition, process: subprocess.Popen, seconds: float = 120) -> bool:
    """True once `condition()` holds; False when the process ended before."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        if process.poll() is not None:
            return condition()
        time.sleep(0.005)
    raise AssertionError("waited in vain")


def has_event(run: pathlib.Path, name: str, at_least: int = 1) -> bool:
    file = run / "events.jsonl"
    return file.exists() and file.read_bytes().count(f'"event":"{name}"'.encode()) + file.read_bytes().count(f'"event": "{name}"'.encode()) >= at_least


class EndToEnd(unittest.TestCase):
    """A folder of its own for each test: self.folder."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="surefoot-e2e-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        os.environ["XDG_CACHE_HOME"] = str(self.folder / "cache")  # what other runs have learnt is not for this one

    def assert_exit(self, result, code: int, *said: str):
        output = f"{result.stdout or ''}\n{result.stderr or ''}"
        self.assertEqual(result.returncode, code, output[-4000:])
        for text in said:
            self.assertIn(text, output)
