"""Checks every `#include "surefoot/<layer>/..."` against the surefoot_layer(... DEPENDS ...) calls, and the torch wall.

layering.py ROOT [--diagram]   the diagram is the table of layers for ARCHITECTURE.md
"""
import pathlib
import re
import sys

ABOVE_THE_WALL = {"base", "config", "image", "data", "index", "runs", "report", "clean", "guards", "supervise"}
TORCH_HEADER = re.compile(r'#include [<"](torch|ATen|c10|caffe2)/')
# Compiled into the torch-free executables, although cli as a whole stands below the wall.
TORCH_FREE_FILES = {"cli/main.cpp", "cli/clean.cpp", "cli/clean_options.cpp", "cli/clean_page.cpp", "cli/clean_progress.cpp",
                    "cli/clean_summary.cpp", "cli/engine_interrupt.cpp", "cli/start_engine.cpp", "cli/decode_main.cpp", "cli/decode_child.cpp", "cli/decode_worker.cpp", "cli/decode_pool.cpp", "cli/worker_process.cpp", "cli/sandbox.cpp",
                    "cli/engine_label_scorer.cpp", "cli/label_files.cpp", "cli/scratch_folder.cpp"}


def declared(source: pathlib.Path) -> dict[str, set[str]]:
    layers = {}
    for file in sorted(source.glob("*/CMakeLists.txt")):
        text = re.sub(r"#.*", "", file.read_text())
        for name, body in re.findall(r"surefoot_layer\(\s*(\w+)(.*?)\)", text, re.S):
            words = re.split(r"\b(SOURCES|DEPENDS|LINK|TORCH)\b", body)
            depends = words[words.index("DEPENDS") + 1].split() if "DEPENDS" in words else []
            layers[name] = set(depends)
    return layers


def reach(layers: dict[str, set[str]]) -> dict[str, set[str]]:
    """Transitive closure. A cycle is an error of its own."""
    closed: dict[str, set[str]] = {}

    def visit(name: str, path: tuple[str, ...]) -> set[str]:
        if name in path:
            raise SystemExit(f"layers in a circle: {' -> '.join((*path, name))}")
        if name not in closed:
            closed[name] = set(layers.get(name, ()))
            for other in layers.get(name, ()):
                closed[name] |= visit(other, (*path, name))
        return closed[name]

    for name in layers:
        visit(name, ())
    return closed


def complaints(source: pathlib.Path, layers: dict[str, set[str]]) -> list[str]:
    allowed = reach(layers)
    found = []
    for name in sorted(ABOVE_THE_WALL & set(layers)):
        for other in sorted(allowed[name] - ABOVE_THE_WALL):
            found.append(f"{name} stands above the torch wall and depends on {other}, which does not")
    for file in sorted([*source.rglob("*.h"), *source.rglob("*.cpp"), *source.rglob("*.def")]):
        relative = file.relative_to(source)
        layer = relative.parts[0]
        torch_free = layer in ABOVE_THE_WALL or str(relative) in TORCH_FREE_FILES
        for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1):
            if torch_free and TORCH_HEADER.match(line):
                found.append(f"{file}:{number}: a torch header above the wall")
            include = re.match(r'#include "surefoot/(\w+)/', line)
            # cli composes everything: its executables name their layers themselves.
            if include and layer != "cli" and include[1] != layer and include[1] not in allowed.get(layer, set()):
                found.append(f"{file}:{number}: {layer} includes {include[1]} and does not depend on it")
    return found


def main() -> int:
    source = pathlib.Path(sys.argv[1]) / "src" / "surefoot"
    layers = declared(source)
    if "--diagram" in sys.argv:
        for name, depends in layers.items():
            print(f"{name:8} -> {' '.join(sorted(depends)) or '(nothing)'}")
        return 0
    if len(layers) < 4:
        print(f"only {len(layers)} layers found below {source}: this test reads the wrong place")
        return 1
    found = complaints(source, layers)
    print("\n".join(found) or f"{len(layers)} layers, every include points downwards")
    return 1 if found else 0


sys.exit(main())
