#!/usr/bin/env python3
"""Compares OUT/findings.csv with what plant.py planted: recall and precision an issue, with 95 % Wilson intervals.

score.py TARGET.truth.csv OUT [--edits]     a Markdown table; --edits: recall by kind of edit too

known_copies.csv names pictures of flowers5 that were copies before anything was planted (looked at one by one): they count as one origin.
"""
import argparse
import collections
import csv
import math
import pathlib

COPIES = ("exact-duplicate", "near-duplicate")
# A planted copy under another label or in the other part is found as a copy, and as what it means.
ALSO_COPIES = ("label-conflict", "leak")


def wilson(right, of, z=1.959964):
    if of == 0:
        return 0.0, 1.0
    p, zz = right / of, z * z
    centre, spread = (p + zz / (2 * of)) / (1 + zz / of), z * math.sqrt(p * (1 - p) / of + zz / (4 * of * of)) / (1 + zz / of)
    return max(0.0, centre - spread), min(1.0, centre + spread)


class Truth:
    def __init__(self, file):
        rows = list(csv.DictReader(open(file, newline="", encoding="utf-8")))
        self.kind = {row["path"]: row["kind"] for row in rows}
        self.edit = {row["path"]: row["edit"] for row in rows}
        self.original = {row["path"]: row["original"] for row in rows if row["original"]}
        self.rows = rows
        known = pathlib.Path(__file__).with_name("known_copies.csv")
        self.known = {row["name"]: "known " + row["group"] for row in csv.DictReader(open(known, encoding="utf-8"))}

    def root(self, path):
        """What a picture was made of. One that was moved to another class is still what it was: its name tells (`daisy_NAME`)."""
        path = self.original.get(path, path)
        name = path.rsplit("/", 1)[-1]
        moved = self.edit.get(path, "") if self.kind.get(path) == "mislabelled" else ""
        return self.known.get(name.removeprefix(moved + "_"), path)


class Score:
    """`found[kind]`: planted paths that were found; `reported[issue]`: (path, related) that were reported; `wrong[issue]`: the false ones."""

    def __init__(self, truth_file, findings_file):
        self.truth = Truth(truth_file)
        findings = list(csv.DictReader(open(findings_file, newline="", encoding="utf-8")))
        self.reported = collections.defaultdict(list)
        for row in findings:
            self.reported[row["issue"]].append(row)
        self.found = collections.defaultdict(set)
        self.wrong = collections.defaultdict(list)
        linked = self.linked_roots()
        for row in self.truth.rows:
            path, kind = row["path"], row["kind"]
            issues = {issue for issue in self.reported if any(f["path"] == path for f in self.reported[issue])} if kind not in COPIES else set()
            if kind in COPIES and path in linked:
                self.found[kind].add(path)
            elif kind in ALSO_COPIES and self.says(kind, path):
                self.found[kind].add(path)
            elif kind in issues:
                self.found[kind].add(path)
        for issue, rows in self.reported.items():
            self.wrong[issue] = [row for row in rows if not self.is_right(issue, row)]

    def linked_roots(self):
        """Files that a copy finding ties to another file of the same origin (as the listed one or as the kept one)."""
        linked = set()
        for issue in COPIES:
            for row in self.reported[issue]:
                if self.truth.root(row["path"]) == self.truth.root(row["related"]):
                    linked |= {row["path"], row["related"]}
        return linked

    def says(self, kind, path):
        """A conflict or a leak may be said of the planted file or of its original."""
        return any(self.truth.root(row["path"]) == self.truth.root(path) for row in self.reported[kind])

    def is_right(self, issue, row):
        path, related = row["path"], row["related"]
        if issue in COPIES or issue in ALSO_COPIES:
            return self.truth.root(path) == self.truth.root(related)
        if issue == "fake-resolution" and self.truth.edit.get(path) == "larger":
            return True  # a copy that was enlarged is that, too
        if issue == "mislabelled" and self.truth.kind.get(path) == "label-conflict":
            return True  # the copy was planted under a wrong label
        return self.truth.kind.get(path) == issue

    def planted(self, kind):
        return [row["path"] for row in self.truth.rows if row["kind"] == kind]

    def recall(self, kind):
        planted = self.planted(kind)
        return len(self.found[kind]) / len(planted) if planted else float("nan")

    def precision(self, issue):
        rows = self.reported[issue]
        return 1 - len(self.wrong[issue]) / len(rows) if rows else float("nan")

    def recall_by_edit(self, kind):
        counts = collections.OrderedDict()
        for path in self.planted(kind):
            found, of = counts.get(self.truth.edit[path], (0, 0))
            counts[self.truth.edit[path]] = (found + (path in self.found[kind]), of + 1)
        return counts

    def precision_at(self, issue, count):
        """Of the `count` surest findings."""
        rows = sorted(self.reported[issue], key=lambda row: -float(row["score"]))[:count]
        return sum(self.is_right(issue, row) for row in rows) / count if count else float("nan")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--edits", action="store_true")
    parser.add_argument("--wrong", action="store_true", help="list the false findings")
    given = parser.parse_args()
    score = Score(given.truth, given.out / "findings.csv")
    print("| issue | planted | found | recall (95 %) | reported | false | precision (95 %) |\n|---|---|---|---|---|---|---|")
    kinds = list(dict.fromkeys(row["kind"] for row in score.truth.rows))
    for kind in sorted(kinds):
        planted, found, reported, false = len(score.planted(kind)), len(score.found[kind]), len(score.reported[kind]), len(score.wrong[kind])
        low, high = wilson(found, planted)
        plow, phigh = wilson(reported - false, reported)
        print(f"| {kind} | {planted} | {found} | {score.recall(kind):.3f} ({low:.2f}–{high:.2f}) | {reported} | {false} | {score.precision(kind):.3f} ({plow:.2f}–{phigh:.2f}) |")
    wrong = len(score.planted("mislabelled"))
    if wrong:
        print(f"\nmislabelled: precision in the first {wrong // 2} (half the true number): {score.precision_at('mislabelled', wrong // 2):.3f}")
    unplanted = {issue: len(rows) for issue, rows in score.reported.items() if issue not in kinds}
    if unplanted:
        print(f"\nreported and not planted: {unplanted}")
    if given.edits:
        for kind in ("near-duplicate", "fake-resolution", "corrupt", "blank", "wrong-extension", "not-an-image"):
            if kind in kinds:
                print(f"\n{kind}: " + ", ".join(f"{edit} {found}/{of}" for edit, (found, of) in score.recall_by_edit(kind).items()))
    if given.wrong:
        for issue, rows in score.wrong.items():
            for row in rows:
                print(f"false {issue}: {row['path']} ({row['score']}) {row['related']} {row['detail']}")


if __name__ == "__main__":
    main()
