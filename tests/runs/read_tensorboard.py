"""Prints every scalar of the TensorBoard files in a folder as `tag step value`, read by TensorBoard itself."""
import sys

try:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
except ImportError:
    sys.exit(77)
accumulator = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "tensors": 0})
accumulator.Reload()
tags = accumulator.Tags()
for tag in sorted(tags["scalars"]):
    for event in accumulator.Scalars(tag):
        print(tag, event.step, "%.6g" % event.value)
