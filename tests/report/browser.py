"""Drives headless Chromium over the DevTools protocol on a pipe: Python's standard library alone."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

FLAGS = ["--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
         "--mute-audio", "--hide-scrollbars", "--password-store=basic", "--use-mock-keychain"]


def find_chromium():
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Browser:
    """One browser with one tab; `with Browser() as tab: tab.open(file)`."""

    def __init__(self, program):
        self.folder = tempfile.mkdtemp(prefix="surefoot-browser-")
        to_browser, self.pen = os.pipe()
        self.ear, from_browser = os.pipe()
        pipes = {3: to_browser, 4: from_browser}

        def place_pipes():  # the browser reads commands from 3 and answers on 4
            spare = {number: os.dup2(fd, number + 40) for number, fd in pipes.items()}
            for number, fd in spare.items():
                os.dup2(fd, number)

        self.process = subprocess.Popen([program, *FLAGS, f"--user-data-dir={self.folder}", "about:blank"], close_fds=False, preexec_fn=place_pipes,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(to_browser)
        os.close(from_browser)
        self.buffer, self.number, self.events = b"", 0, []
        target = self.send("Target.getTargets", session=None)["targetInfos"]
        page = next(one for one in target if one["type"] == "page")
        self.session = self.send("Target.attachToTarget", {"targetId": page["targetId"], "flatten": True}, session=None)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.send("Browser.close", session=None, seconds=5)
            self.process.wait(10)
        except Exception:
            os.killpg(self.process.pid, 9)
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def receive(self, seconds):
        """The next message, or None when the time is over."""
        end = time.monotonic() + seconds
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.ear], [], [], max(0, end - time.monotonic()))
            if not ready:
                return None
            piece = os.read(self.ear, 1 << 20)
            if not piece:
                raise RuntimeError("the browser has gone")
            self.buffer += piece
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def send(self, method, parameters=None, session="", seconds=60):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters or {}}
        if session is not None:
            message["sessionId"] = session or self.session
        os.write(self.pen, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + seconds
        while True:
            answer = self.receive(max(0.01, end - time.monotonic()))
            if answer is None:
                raise RuntimeError(f"no answer to {method} in {seconds} s")
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def wait_for_event(self, name, seconds=60):
        end = time.monotonic() + seconds
        while not any(event.get("method") == name for event in self.events):
            message = self.receive(max(0.01, end - time.monotonic()))
            if message is None:
                raise RuntimeError(f"no {name} in {seconds} s")
            self.events.append(message)

    def open(self, file, seconds=60):
        """Returns once the page has been read wholly."""
        self.events = [event for event in self.events if event.get("method") != "Page.loadEventFired"]
        self.send("Page.navigate", {"url": "file://" + os.path.abspath(file)}, seconds=seconds)
        self.wait_for_event("Page.loadEventFired", seconds)

    def run(self, script, seconds=60):
        """The value of an expression (a promise is waited for)."""
        answer = self.send("Runtime.evaluate", {"expression": script, "returnByValue": True, "awaitPromise": True}, seconds=seconds)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise RuntimeError(f"{script}: {details.get('exception', {}).get('description', details['text'])}")
        return answer["result"].get("value")

    def wait_until(self, condition, seconds=30):
        end = time.monotonic() + seconds
        while not self.run(f"!!({condition})"):
            if time.monotonic() > end:
                raise RuntimeError(f"never true: {condition}")
            time.sleep(0.05)

    def key(self, key, text=None):
        code = {"key": key, "text": text if text is not None else (key if len(key) == 1 else "\r" if key == "Enter" else "")}
        if not code["text"]:
            del code["text"]
        if key == "Enter":
            code["windowsVirtualKeyCode"] = 13
        self.send("Input.dispatchKeyEvent", {"type": "keyDown", **code})
        self.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": key})

    def window(self, width, height, dark=False, mobile=False):
        self.send("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile})
        self.send("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]})

    def screenshot(self, file):
        with open(file, "wb") as out:
            out.write(base64.b64decode(self.send("Page.captureScreenshot", {"format": "png"})["data"]))

    def problems(self):
        """What the page complained about, and every request that left the disk."""
        found = []
        for event in self.events:
            method, values = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                found.append("exception: " + values["exceptionDetails"].get("exception", {}).get("description", values["exceptionDetails"]["text"]))
            if method == "Log.entryAdded" and values["entry"]["level"] == "error" and not values["entry"].get("url", "").startswith("file:"):
                found.append("error: " + values["entry"]["text"])
            if method == "Network.requestWillBeSent" and values["request"]["url"].split(":")[0] not in ("file", "data", "blob", "about"):
                found.append("request: " + values["request"]["url"])
        return found
