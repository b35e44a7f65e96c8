"""`surefoot --help` answers in under 20 ms: the first executable has no libtorch."""
import subprocess
import time
import unittest

from command import arguments


class QuickStart(unittest.TestCase):
    def test_help_answers_at_once(self):
        seconds = []
        for _ in range(30):
            began = time.perf_counter()
            subprocess.run(arguments("--help"), check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
            seconds.append(time.perf_counter() - began)
        self.assertLess(min(seconds), 0.020, seconds)  # the best of many: other work on the machine is not ours


if __name__ == "__main__":
    unittest.main()
