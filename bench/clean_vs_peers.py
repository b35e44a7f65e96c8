#!/usr/bin/env python3
"""surefoot clean beside the duplicate and quality finders that people use, on one planted set, in one run.

usage: clean_vs_peers.py SET SET.truth.csv --surefoot build/release/surefoot --runner RUN.SH [--peers fastdup90,imagededup_phash10,...]
SET: made by tests/planted/plant.py. RUN.SH DIR OUT PEER runs one peer and writes OUT/PEER.csv (path,issue,other_path,score); it finds the peers itself.
Prints a row each: planted copies found, false pairs, damaged and foreign files, blanks, dark, blurry; pictures a CPU second (steadier than wall clock on a
machine with other work) and peak memory of the largest process.
The same files, one after the other; ours from an empty store each time."""
import argparse
import collections
import csv
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "planted"))
from score import Truth  # noqa: E402

COPIES = {"exact-duplicate", "near-duplicate", "exact_duplicate", "near_duplicate"}
ALIKE = {"corrupt": "corrupt", "crashed_tool": "corrupt", "not-an-image": "corrupt", "wrong-extension": "", "low_information": "blank", "low_quality_hash": "blank",
         "light": "bright", "odd_aspect_ratio": "odd-aspect"}
OURS = {"surefoot: duplicates": "duplicates", "surefoot: look and shape": "look,shape", "surefoot: all but labels": "corrupt,duplicates,resolution,look,shape,imbalance"}


def timed(command, env=None):
    with tempfile.NamedTemporaryFile() as log:
        result = subprocess.run(["/usr/bin/time", "-f", "%U %S %M", "-o", log.name, *map(str, command)], capture_output=True, text=True, env=env)
        user, system, memory = pathlib.Path(log.name).read_text().split()[-3:]
    return result, float(user) + float(system), int(memory) / 1024


def findings_of(file, issue_column="issue", other="other_path"):
    return [(row["path"], row[issue_column], row[other]) for row in csv.DictReader(open(file, newline="", encoding="utf-8", errors="replace"))]


def judge(truth, rows):
    copies = [row["path"] for row in truth.rows if row["kind"] in ("exact-duplicate", "near-duplicate", "label-conflict", "leak")]
    linked, pairs, false = set(), 0, 0
    found = collections.defaultdict(set)
    for path, issue, other in rows:
        if issue in COPIES:
            pairs += 1
            same = truth.root(path) == truth.root(other)
            # Pictures without content are alike in a way; nobody planted them as copies.
            if not same and {truth.kind.get(path), truth.kind.get(other)} & {"blank", "corrupt", "not-an-image", "wrong-extension"}:
                pairs -= 1
            elif same:
                linked |= {path, other}
            else:
                false += 1
        else:
            found[ALIKE.get(issue, issue)].add(path)
    recall = sum(path in linked for path in copies) / len(copies)
    precision = 1 - false / pairs if pairs else float("nan")
    f1 = 2 * recall * precision / (recall + precision) if pairs and recall + precision else 0.0
    cells = [f"{recall:.3f}", f"{false} of {pairs}", f"{f1:.3f}"]
    planted = collections.defaultdict(set)
    for row in truth.rows:
        planted["corrupt" if row["kind"] == "not-an-image" else row["kind"]].add(row["path"])
    for kind in ("corrupt", "blank", "dark", "blurry"):
        right = len(found[kind] & planted[kind])
        cells.append(f"{right}/{len(planted[kind])}, {len(found[kind] - planted[kind])} false" if found[kind] else "–")
    return cells


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=pathlib.Path)
    parser.add_argument("truth", type=pathlib.Path)
    parser.add_argument("--surefoot", default="build/release/surefoot")
    parser.add_argument("--runner", required=True)
    parser.add_argument("--peers", default="pdq31d8,czkawka15,imagededup_phash10,imagededup_dhash10,cleanvision,fastdup90,fastdup96,datadoctor")
    given = parser.parse_args()
    truth = Truth(given.truth)
    pictures = sum(len(files) for _, _, files in os.walk(given.set))
    work = pathlib.Path(tempfile.mkdtemp(prefix="clean-vs-peers-"))
    print("| tool | copies found | false pairs | F1 | damaged, foreign | blank | dark | blurry | pictures a CPU s | peak MB |\n|---|---|---|---|---|---|---|---|---|---|")
    for name, checks in OURS.items():
        out = work / checks.replace(",", "-")
        result, seconds, memory = timed([given.surefoot, "clean", given.set, "--out", out, "--checks", checks, "--threshold", "200", "--quiet"])
        if result.returncode != 0:
            sys.exit(f"{name}: {result.stderr}")
        cells = judge(truth, findings_of(out / "findings.csv", other="related"))
        print(f"| {name} | {' | '.join(cells)} | {pictures / seconds:.0f} | {memory:.0f} |", flush=True)
    for peer in given.peers.split(","):
        result, seconds, memory = timed(["bash", given.runner, given.set, work, peer])
        file = work / f"{peer}.csv"
        if not file.exists():
            print(f"| {peer} | did not run: {(result.stdout + result.stderr).strip().splitlines()[-1][:80]} | | | | | | | | |", flush=True)
            continue
        print(f"| {peer} | {' | '.join(judge(truth, findings_of(file)))} | {pictures / seconds:.0f} | {memory:.0f} |", flush=True)
    shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
