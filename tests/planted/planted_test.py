"""planted_test.py rendered|flowers5|keep_best: plants rubbish, cleans, compares with the truth.

The floors lie a little below what docs/results.md records, so that a machine whose libraries round otherwise passes, and a detector that lost its
sense does not.
"""
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile

from score import Score

HERE = pathlib.Path(__file__).parent
BIN = pathlib.Path(os.environ["SUREFOOT_BIN"])
DATA = pathlib.Path(os.environ.get("SUREFOOT_TEST_DATA", HERE.parents[2] / "shared" / "data"))
PYTHON = os.environ.get("SUREFOOT_TEST_PYTHON", "")  # has Pillow
CHECKS = "corrupt,duplicates,resolution,look,shape,imbalance"

# issue: (least recall, least precision); None: not judged there.
FLOORS = {
    "rendered": {"exact-duplicate": (1.0, 1.0), "near-duplicate": (0.78, 0.82), "corrupt": (1.0, 1.0), "not-an-image": (1.0, 1.0), "blank": (1.0, 0.99)},
    "flowers5": {"exact-duplicate": (1.0, 0.98), "near-duplicate": (0.95, 0.98), "corrupt": (0.9, 1.0), "not-an-image": (1.0, 1.0), "wrong-extension": (1.0, 1.0),
                 "blank": (1.0, 0.97), "low-resolution": (1.0, None), "leak": (0.9, None), "label-conflict": (0.9, None), "rotated": (1.0, 1.0)},
}


def unpacked(folder: pathlib.Path) -> pathlib.Path:
    if not (DATA / "flowers5.tar").exists():
        print("skipped: no data")
        sys.exit(0)
    if not PYTHON:
        print("skipped: no Python with Pillow (SUREFOOT_TEST_PYTHON)")
        sys.exit(0)
    with tarfile.open(DATA / "flowers5.tar") as tar:
        tar.extractall(folder)
    return folder / "flowers5"


def keep_best(folder: pathlib.Path) -> int:
    """Of a clean copy and a marked one the clean one is kept, whichever is compressed less."""
    command = [PYTHON, HERE / "keep_best.py", unpacked(folder) / "train", folder / "work", "--surefoot", BIN / "surefoot", "--each", "12", "--least", "0.93"]
    return subprocess.run(command).returncode


def plant(folder: pathlib.Path, which: str) -> pathlib.Path:
    crawl = folder / "crawl"
    if which == "rendered":  # so many that the one picture under many marks, plain before a plain ground, does not decide
        subprocess.run([BIN / "surefoot-render-pictures", crawl, "--per-class", "140", "--rubbish"], check=True)
        return crawl
    subprocess.run([PYTHON, HERE / "plant.py", unpacked(folder), crawl, "--scale", "0.5", "--marks", "40"], check=True)
    return crawl


def main() -> int:
    which = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if which == "keep_best":
            return keep_best(folder)
        crawl = plant(folder, which)
        out = folder / "out"
        subprocess.run([BIN / "surefoot", "clean", crawl, "--out", out, "--checks", CHECKS, "--no-progress", "--threshold", "240"], check=True)
        score = Score(crawl.with_name("crawl.truth.csv"), out / "findings.csv")
        failed = 0
        for issue, (recall, precision) in FLOORS[which].items():
            got = score.recall(issue), score.precision(issue)
            bad = got[0] < recall or (precision is not None and not got[1] >= precision)
            failed += bad
            print(f"{'FAILED' if bad else 'ok':7} {issue:16} recall {got[0]:.3f} (at least {recall})  precision {got[1]:.3f} (at least {precision})")
            if bad:
                missed = [path for path in score.planted(issue) if path not in score.found[issue]]
                print("  missed:", [(path, score.truth.edit[path]) for path in missed][:20])
                print("  false:", [(row["path"], row["related"], row["detail"]) for row in score.wrong[issue]][:20])
    return 1 if failed else 0


sys.exit(main())
