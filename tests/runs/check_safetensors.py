"""Reads FOLDER/ours.safetensors with the safetensors package and writes FOLDER/theirs.safetensors."""
import sys

try:
    import numpy
    from safetensors import safe_open
    from safetensors.numpy import save_file
except ImportError:
    sys.exit(77)
with safe_open(sys.argv[1] + "/ours.safetensors", framework="numpy") as file:
    print(sorted(file.metadata().items()))
    for name in sorted(file.keys()):
        value = file.get_tensor(name)
        print(name, value.dtype, list(value.shape), value.reshape(-1).tolist())
save_file({"b": numpy.arange(6, dtype=numpy.float32).reshape(2, 3), "a": numpy.array(7, dtype=numpy.int64),
           "empty": numpy.zeros((0, 4), dtype=numpy.uint8)}, sys.argv[1] + "/theirs.safetensors", metadata={"k": "v"})
