"""Lets torchvision's models import beside a CPU build of torch.

The torchvision wheel of the plain index is built for CUDA, so its compiled operators do not load beside CPU torch; importing it then
fails where it registers shape rules for the missing operators. The models and transforms that the tests compare with need none of the
compiled operators: this declares those names before torchvision looks for them. Run once with the Python to be changed.
"""
import importlib.util
import pathlib
import sys

MARK = "# surefoot tests: declares operators"
PATCH = f"""{MARK}
import torch as _torch
try:
    _library = _torch.library.Library("torchvision", "FRAGMENT")
    for _name in ("nms", "qnms"):
        _library.define(_name + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
except RuntimeError:
    pass
"""

init = pathlib.Path(importlib.util.find_spec("torchvision").submodule_search_locations[0]) / "__init__.py"
source = init.read_text()
if MARK not in source:
    try:
        import torchvision  # noqa: F401
    except RuntimeError:
        # The future import, where there is one, has to stay first; torchvision has none.
        init.write_text(PATCH + source)
        print(f"   torchvision: operators that need CUDA declared away in {init}", file=sys.stderr)
