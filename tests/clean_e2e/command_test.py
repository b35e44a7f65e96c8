"""The command's options, exit codes and outputs; hostile names; what it takes and gives back."""
import json
import os
import pathlib
import re
import unittest

from crawl import EndToEnd, crawl, findings, issues, picture, surefoot, tree, write


class Command(EndToEnd):
    def setUp(self):
        super().setUp()
        self.data, self.out = self.folder / "data", self.folder / "out"

    def clean(self, *more, code=0):
        result = surefoot("clean", self.data, "--out", self.out, "--checks", "fast", *more)
        self.assert_exit(result, code)
        return result

    def test_wrong_options(self):
        write(self.data / "a" / "1.bmp", picture(1))
        for words, said in ((["--check", "look"], "did you mean --checks?"), (["--checks", "luok"], "did you mean `look`?"), (["--checks", ","], "names no check"),
                            (["--threshold", "big"], "whole number"), (["--threads", "0"], "whole number"), (["--seed", "x"], "whole number"),
                            (["--shard", "0/4"], "counted from 1"), (["--shard", "5/4"], "counted from 1"), (["--shard", "1"], "counted from 1"),
                            (["--take", "blank"], "needs --apply"), (["--force"], "needs --apply"), (["--max-share", "0.2"], "needs --apply"), (["--apply", "--max-share", "2"], "at most 1"),
                            (["--apply", "--max-share", "0"], "above 0"), (["--label-budget", "0.1x"], "cannot be understood"), (["--undo", "--apply"], "do not go together"),
                            (["--shard", "1/2", "--merge", "x"], "do not go together"), (["--fail-on", "hihg"], "did you mean `high`?"),
                            (["--apply", "--take", "blnak"], "did you mean `blank`?"), (["more"], "takes one folder"), (["--out", self.data], "data folder itself"),
                            (["--json=1"], "takes no value")):
            with self.subTest(words=words):
                more = [] if "--out" in words else ["--out", self.out]
                self.assert_exit(surefoot("clean", self.data, *more, *words), 2, said)
        self.assert_exit(surefoot("clean"), 2)
        self.assert_exit(surefoot("clean", "--apply", self.data, "--undo"), 2)  # the folder is not taken for --apply's file

    def test_data_that_is_not_there(self):
        for words, code, said in (([self.folder / "nothing"], 3, "no such folder"), ([self.folder / "empty"], 3, "no files")):
            (self.folder / "empty").mkdir(exist_ok=True)
            self.assert_exit(surefoot("clean", *words, "--out", self.out), code, said)
        write(self.data / "a" / "1.bmp", picture(1))
        self.assert_exit(surefoot("clean", self.data, "--out", self.folder / "none", "--undo"), 4, "nothing to undo")
        self.assert_exit(surefoot("clean", self.data, "--out", self.out, "--merge", self.folder / "none.sqlite3"), 4, "no such file")
        self.assert_exit(surefoot("clean", self.data, "--out", self.out, "--apply", self.folder / "none.csv"), 4, "none.csv")
        self.assert_exit(surefoot("clean", self.data, "--out", self.out, "--reference", self.folder / "none"), 3, "no such folder")

    def test_an_out_that_cannot_be_written(self):
        write(self.data / "a" / "1.bmp", picture(1))
        (self.folder / "file").write_bytes(b"")
        self.assert_exit(surefoot("clean", self.data, "--out", self.folder / "file" / "out"), 4, "cannot write")
        self.assert_exit(surefoot("clean", self.data, "--out", "/proc/surefoot-out"), 4, "cannot write")
        write(self.out / "clean.sqlite3", b"x" * 8192)
        self.assert_exit(surefoot("clean", self.data, "--out", self.out), 3, "the store is damaged", "fix:")

    def test_unreadable_files_are_findings(self):
        for i in range(4):
            write(self.data / "a" / f"{i}.bmp", picture(i))
        os.symlink("/proc/self/mem", self.data / "a" / "bad.bmp")  # a regular file whose reading fails, also for root
        self.clean()
        self.assertEqual([row["issue"] for row in findings(self.out) if row["path"] == "a/bad.bmp"], ["corrupt"])

    def test_hostile_names(self):
        root = os.fsencode(self.data)
        names = [b"a/new\nline.jpg", b"a/quote\"comma,.jpg", b"a/\xff\xfe.jpg", b"a/=cmd|' /C calc'!A0.jpg", b"a/-dash.jpg", b"a/back\\slash.jpg",
                 "a/\u202egpj.exe.jpg".encode(), b"a/<script>alert(1)</script>.jpg", b"a/" + b"x" * 250 + b".jpg", b"a/\x1b[31mred.jpg", b" /..jpg", b"a/%s%n.jpg"]
        for i, name in enumerate(names):
            write(os.path.join(root, name), picture(1))
        result = self.clean()
        rows = [row for row in findings(self.out) if row["issue"] == "exact-duplicate"]
        self.assertEqual(len(rows), len(names) - 1)
        self.assertNotIn("\x1b", result.stdout + result.stderr)
        for line in (self.out / "findings.jsonl").read_bytes().splitlines():
            json.loads(line)
        page = (self.out / "report.html").read_bytes().decode("utf-8")
        self.assertNotIn("<script>alert(1)", page)
        before = tree(self.data)
        self.clean("--apply", "--force")
        self.assertEqual(len(tree(self.data)), 1)
        self.assert_exit(surefoot("clean", self.data, "--out", self.out, "--undo"), 0, f"put {len(names) - 1} files back")
        self.assertEqual(tree(self.data), before)

    def test_the_share_that_may_be_taken_of_a_class_is_an_option(self):
        for i in range(4):
            write(self.data / "a" / f"{i}.bmp", picture(i))
        for i in range(6):
            write(self.data / "a" / f"page {i}.jpg", b"<html>%d" % i)
        before = tree(self.data)
        self.assert_exit(surefoot("clean", self.data, "--out", self.out, "--checks", "corrupt", "--apply"), 3, "6 of 10", "the limit is 50 %", "--max-share")
        self.assert_exit(surefoot("clean", self.data, "--out", self.out, "--checks", "corrupt", "--apply", "--max-share", "0.59"), 3, "the limit is 59 %")
        self.assertEqual(tree(self.data), before)
        self.clean("--apply", "--max-share", "0.6")
        self.assertEqual(len(tree(self.data)), 4)

    def test_fail_on(self):
        for i in range(6):
            write(self.data / "a" / f"{i}.bmp", picture(i))
        self.clean("--fail-on", "high")
        write(self.data / "a" / "page.jpg", b"<html>")
        self.clean()
        for words, code in ((["high"], 1), (["low"], 1), (["not-an-image"], 1), (["blank"], 0), (["blank,not-an-image"], 1)):
            self.clean("--fail-on", *words, code=code)

    def test_output_goes_where_it_should(self):
        crawl(self.data, 24)
        result = self.clean("--json", "--quiet")
        self.assertEqual(result.stderr, "")
        self.assertEqual(json.loads(result.stdout), json.loads((self.out / "summary.json").read_text()))
        result = self.clean("--no-progress")
        self.assertIn("exact-duplicate", result.stdout)
        self.assertIn("next     surefoot clean", result.stdout)
        for name in ("findings.csv", "findings.jsonl", "pictures.csv", "groups.csv", "summary.json", "report.html", "clean.sqlite3"):
            self.assertTrue((self.out / name).exists(), name)

    def test_the_documentation_names_every_check_and_option(self):
        root = pathlib.Path(__file__).parents[2]
        text = (root / "docs" / "cleaning.md").read_text()
        issues_listed = re.findall(r'SUREFOOT_ISSUE\("([a-z-]+)"', (root / "src/surefoot/clean/issues.def").read_text())
        checks = re.findall(r"^SUREFOOT_ENTRY\((\w+)\)", (root / "src/surefoot/clean/detectors/catalog.def").read_text(), re.M)
        options = re.findall(r"^  --([a-z-]+)", surefoot("clean", "--help").stdout, re.M)
        self.assertGreater(min(len(issues_listed), len(checks), len(options)), 7)
        for word in [f"`{name}`" for name in issues_listed + checks] + [f"--{name}" for name in options if name != "help"]:
            self.assertIn(word, text)

    def test_references_are_compared_with_and_left_alone(self):
        for i in range(6):
            write(self.data / "a" / f"{i}.bmp", picture(i))
        for i in (1, 4):
            write(self.folder / "gold" / f"{i}.bmp", picture(i))
        gold = tree(self.folder / "gold")
        self.clean("--reference", self.folder / "gold", "--apply")
        self.assertEqual({path for path, issue in issues(self.out) if issue == "exact-duplicate"}, {"a/1.bmp", "a/4.bmp"})
        self.assertEqual(tree(self.folder / "gold"), gold)
        self.assertEqual(len(tree(self.data)), 4)

    def test_decisions_are_taken_and_remembered(self):
        for i in range(8):
            write(self.data / "a" / f"{i}.bmp", picture(i))
        write(self.data / "a" / "page.jpg", b"<html>")
        decisions = self.folder / "decisions.csv"
        decisions.write_text("path,content,issue,decision,label,related\na/3.bmp,,,remove,,\na/page.jpg,,not-an-image,keep,,\n")
        self.clean("--apply", decisions)
        self.assertFalse((self.data / "a" / "3.bmp").exists())
        self.assertTrue((self.data / "a" / "page.jpg").exists())
        write(self.data / "a" / "the next crawl.bmp", picture(3))
        self.clean()
        self.assertEqual({row for row in issues(self.out) if row[0] != "a" and row[1] in ("rejected-before", "not-an-image")},
                         {("a/the next crawl.bmp", "rejected-before")})
        self.assertIn("a/3.bmp", (self.out / "decisions.csv").read_text())
        self.clean("--apply")
        self.assertFalse((self.data / "a" / "the next crawl.bmp").exists())


if __name__ == "__main__":
    unittest.main()
