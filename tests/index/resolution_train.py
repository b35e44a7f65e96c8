"""Makes src/surefoot/index/resolution_model.inc, and reports how well it does, from generated pictures.

  resolution_train.py --probe BUILD/resolution_probe --data flowers5 --cache FILE.npz [--write] [--photos N]

Photographs under DATA/train are split in halves by a checksum of their names: one trains, the other one is reported on; DATA/val, untouched, counts
false alarms. Features come from surefoot's own code through the probe. Needs Pillow and NumPy.
`--write` replaces the coefficients; the ones in the repository come from flowers5 with
`--photos 340`."""
import argparse
import concurrent.futures
import functools
import pathlib
import subprocess
import zlib

import numpy as np
from PIL import Image

import resolution_samples as samples

INC = pathlib.Path(__file__).resolve().parents[2] / "src/surefoot/index/resolution_model.inc"
FACTORS = [1.5, 2, 3, 4, 6, 8, 12]
MEASURES = ["blocks", "trace", "frequency", "replication", "score", "share", "upscaled", "confidence", "microseconds"]
HIDDEN = (24, 12)
TRACE, REPLICATION, LEAST_BLOCKS = 4.2, 0.3, 3  # as in resolution.cpp and resolution.h


@functools.cache
def process(program):
    """One probe for each worker."""
    return subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def probe(program, picture):
    gray = picture.convert("L")
    pipe = process(program)
    pipe.stdin.write(f"{gray.width} {gray.height}\n".encode() + gray.tobytes())
    pipe.stdin.flush()
    return [float(word) for word in pipe.stdout.readline().split()]


def make(name, source, others, part):
    """Yields (kind, factor, filter, picture): what is made of one photograph or drawing."""
    r = samples.generator(part, name)
    yield "untouched", 1, "-", source
    for _ in range(6):
        picture, kind = samples.native(source, others, r)
        yield kind, 1, "-", picture
    if part == "report":
        for method in samples.FILTERS:
            for factor in r.sample(FACTORS, 2):
                yield "enlarged", factor, method, samples.enlarged(source, factor, method, r)[0]
        for sigma in (1.2, 2.0):
            yield f"blurred {sigma}", 1, "-", samples.finished(source.filter(samples.ImageFilter.GaussianBlur(sigma)), r)
        return
    for _ in range(7):
        method = r.choice(list(samples.FILTERS))
        factor = r.choice(FACTORS) if r.random() < 0.6 else 2 ** r.uniform(0.55, 4)
        yield "enlarged", factor, method, samples.enlarged(source, factor, method, r)[0]


def work(program, job):
    part, (name, path), pool = job
    source = Image.open(path).convert("RGB") if path else samples.draw(name)
    if part == "val":
        return [(part, "untouched", 1, "-", name, probe(program, source))]
    others = [Image.open(p).convert("RGB") for _, p in samples.generator("others", name).sample(pool, 3)]
    return [(part, kind, factor, method, name, probe(program, picture)) for kind, factor, method, picture in make(name, source, others, part)]


def measure(arguments):
    """Rows of (part, kind, factor, filter, name, probe's numbers) over all sources."""
    photos = sorted(samples.photographs(pathlib.Path(arguments.data) / "train"), key=lambda p: zlib.crc32(p[0].encode()))  # classes mixed
    even = [p for p in photos if zlib.crc32(p[0].encode()) % 2 == 0][:arguments.photos]
    odd = [p for p in photos if zlib.crc32(p[0].encode()) % 2 == 1][:arguments.photos * 2 // 3]
    jobs = [("train", p, even) for p in even] + [("report", p, odd) for p in odd]
    jobs += [("train", (f"drawing {i}", None), even) for i in range(arguments.photos // 6)]
    jobs += [("val", p, None) for p in samples.photographs(pathlib.Path(arguments.data) / "val")]
    with concurrent.futures.ProcessPoolExecutor(2) as processes:
        return [row for rows in processes.map(functools.partial(work, arguments.probe), jobs, chunksize=4) for row in rows]


def load(arguments):
    if not pathlib.Path(arguments.cache).exists():
        rows = measure(arguments)
        np.savez(arguments.cache, part=[r[0] for r in rows], kind=[r[1] for r in rows], factor=[float(r[2]) for r in rows], filter=[r[3] for r in rows],
                 name=[r[4] for r in rows], numbers=np.array([r[5] for r in rows]))
    return dict(np.load(arguments.cache))


def standardised(x, mean, deviation):
    return np.clip((x - mean) / deviation, -4, 4)


def forward(p, x):
    a = np.tanh(x @ p["w1"].T + p["b1"])
    b = np.tanh(a @ p["w2"].T + p["b2"])
    return a, b, b @ p["w3"].T + p["b3"]


def train(x, is_enlarged, log_factor, weight, seed=0, epochs=160):
    """Adam (Kingma & Ba 2015) with weight decay; loss: cross entropy of `enlarged` + Huber of log2 of the factor where enlarged."""
    rng = np.random.default_rng(seed)
    sizes = [x.shape[1], *HIDDEN, 2]
    p = {}
    for i in range(3):
        p[f"w{i + 1}"] = rng.normal(0, 1 / np.sqrt(sizes[i]), (sizes[i + 1], sizes[i]))
        p[f"b{i + 1}"] = np.zeros(sizes[i + 1])
    first, second = ({k: np.zeros_like(v) for k, v in p.items()} for _ in range(2))
    step, batch = 0, 128
    for epoch in range(epochs):
        rate = 3e-3 * 0.5 * (1 + np.cos(np.pi * epoch / epochs)) + 1e-5
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch):
            i = order[start:start + batch]
            xi = x[i] + rng.normal(0, 0.1, x[i].shape)
            a, b, out = forward(p, xi)
            w = weight[i] / len(i)
            gradient = np.stack([(1 / (1 + np.exp(-out[:, 0])) - is_enlarged[i]) * w,
                                 np.clip(out[:, 1] - log_factor[i], -0.5, 0.5) * is_enlarged[i] * w], 1)
            gb = gradient @ p["w3"] * (1 - b * b)
            ga = gb @ p["w2"] * (1 - a * a)
            grads = {"w3": gradient.T @ b, "b3": gradient.sum(0), "w2": gb.T @ a, "b2": gb.sum(0), "w1": ga.T @ xi, "b1": ga.sum(0)}
            step += 1
            for k, g in grads.items():
                first[k] += 0.1 * (g - first[k])
                second[k] += 0.001 * (g * g - second[k])
                p[k] -= rate * (first[k] / (1 - 0.9 ** step)) / (np.sqrt(second[k] / (1 - 0.999 ** step)) + 1e-8)
                if k[0] == "w":
                    p[k] *= 1 - rate * 0.1
    return p


def fit(data, false_alarms):
    """A network whose score 0.5 is where `false_alarms` of native pictures lie above, as networks of two thirds of the
    photographs tell of the last third."""
    at = (data["part"] == "train") & (data["numbers"][:, 0] >= LEAST_BLOCKS)
    x, factor, names = data["numbers"][at, len(MEASURES):], data["factor"][at], data["name"][at]
    mean, deviation = x.mean(0), x.std(0) + 1e-3
    x, y, log_factor = standardised(x, mean, deviation), (factor > 1).astype(float), np.log2(factor)
    weight = np.where(y > 0, np.where(factor >= 2.9, 1.5, 0.7), 1.5)
    fold = np.array([zlib.crc32(n.encode()) // 2 % 3 for n in names])
    unseen = []
    for k in range(3):
        p = train(x[fold != k], y[fold != k], log_factor[fold != k], weight[fold != k])
        out = forward(p, x[fold == k])[2][:, 0]
        unseen.append(out[y[fold == k] == 0])
    cut = np.quantile(np.concatenate(unseen), 1 - false_alarms)
    print(f"logit above which {false_alarms} of the natives of other folds lie: {cut:.2f}")
    p = train(x, y, log_factor, weight)
    p["b3"] = p["b3"] - np.array([cut, 0])
    return {"mean": mean, "deviation": deviation, **p}


def predict(model, numbers):
    out = forward(model, standardised(numbers[:, len(MEASURES):], model["mean"], model["deviation"]))[2]
    return np.where(numbers[:, 0] >= LEAST_BLOCKS, out[:, 0], -9.0), np.maximum(out[:, 1], 0)


def write(model):
    number = lambda v: f"{v:.5g}" if "." in f"{v:.5g}" or "e" in f"{v:.5g}" else f"{v:.5g}."

    def lines(values):
        out, line = [], "   "
        for value in values:
            word = f" {number(value)}F,"
            if len(line) + len(word) > 150:
                out, line = out + [line], "   "
            line += word
        return "\n".join(out + [line])

    text = "// Written by tests/index/resolution_train.py; see there. Rows of weights belong to one neuron.\n"
    text += f"constexpr size_t kHidden1 = {HIDDEN[0]}, kHidden2 = {HIDDEN[1]};\n"
    for name, key in (("kMean", "mean"), ("kDeviation", "deviation"), ("kBias1", "b1"), ("kBias2", "b2"), ("kBias3", "b3")):
        text += f"constexpr float {name}[{len(model[key])}] = {{\n{lines(model[key])}\n}};\n"
    for name, key in (("kWeight1", "w1"), ("kWeight2", "w2"), ("kWeight3", "w3")):
        rows = "\n".join("    {\n" + lines(row) + "\n    }," for row in model[key])
        text += f"constexpr float {name}[{len(model[key])}][{len(model[key][0])}] = {{\n{rows}\n}};\n"
    INC.write_text(text)


def auc(positive, negative):
    order = np.argsort(np.concatenate([negative, positive]), kind="stable")
    ranks = np.empty(len(order))
    ranks[order] = np.arange(1, len(order) + 1)
    return (ranks[len(negative):].sum() - len(positive) * (len(positive) + 1) / 2) / (len(positive) * len(negative))


def report(data, score, log_factor, cut=0.0):
    """Recall by factor and filter at the shipped cut and at 1 % false alarms, on the half that did not train."""
    at = data["part"] == "report"
    kind, factor, method = data["kind"], data["factor"], data["filter"]
    fake, blurred = at & (kind == "enlarged"), np.char.startswith(kind, "blurred")
    natives = at & ~fake & ~blurred
    one = np.quantile(score[natives], 0.99)
    trace, replication = data["numbers"][:, 1], data["numbers"][:, 3]
    traces = (trace > TRACE) | (replication > REPLICATION)
    print(f"natives {natives.sum()}, enlarged {fake.sum()}, AUC {auc(score[fake], score[natives]):.4f}, "
          f"x3 and up {auc(score[fake & (factor >= 3)], score[natives]):.4f}")
    print(f"false alarms at the cut {np.mean(score[natives] > cut):.4f}, logit at 1 % {one:.2f}")
    for name in sorted(set(kind[natives])):
        print(f"  {name:13} {np.sum(natives & (kind == name)):5}  false alarms {np.mean(score[natives & (kind == name)] > cut):.4f}, "
              f"with traces {np.mean(traces[natives & (kind == name)]):.3f}")
    for name in sorted(set(kind[blurred])):
        which = blurred & (kind == name)
        print(f"  {name:13} {which.sum():5}  soft {np.mean(score[which] > cut):.3f}, of these `upscaled` {np.mean(traces[which & (score > cut)]):.3f}")
    print("recall at 1 % false alarms (at the cut; with traces) by factor:")
    for f in FACTORS:
        row = []
        for m in samples.FILTERS:
            which = fake & (factor == f) & (method == m)
            row.append(f"{m} {np.mean(score[which] > one):.3f} ({np.mean(score[which] > cut):.3f}; {np.mean(traces[which]):.2f})")
        print(f"  x{f:<4}", " | ".join(row))
    for text, which in (("x3 and up", fake & (factor >= 3)), ("x1.5", fake & (factor == 1.5)), ("x2", fake & (factor == 2))):
        error = np.abs(2 ** -log_factor[which] * factor[which] - 1)
        print(f"{text}: recall {np.mean(score[which] > one):.4f} at 1 % (at the cut {np.mean(score[which] > cut):.4f}), "
              f"with traces {np.mean(traces[which]):.3f}, median error of the share {np.median(error):.3f}")
    val = data["part"] == "val"
    flagged = val & (score > cut)
    print(f"untouched val: {flagged.sum()} of {val.sum()} flagged:", *data["name"][flagged])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--probe", "--data", "--cache"):
        parser.add_argument(name, required=True)
    parser.add_argument("--photos", type=int, default=600)
    parser.add_argument("--false-alarms", type=float, default=0.006)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--shipped", action="store_true", help="report on the coefficients that the probe was built with")
    arguments = parser.parse_args()
    data = load(arguments)
    if arguments.shipped:
        number = data["numbers"]
        score = np.log(np.maximum(number[:, 4], 1e-9) / np.maximum(1 - number[:, 4], 1e-9))
        report(data, score, -np.log2(number[:, 5]))
        print("microseconds: median", np.median(number[:, 8]), "95 %", np.quantile(number[:, 8], 0.95))
        return
    model = fit(data, arguments.false_alarms)
    score, log_factor = predict(model, data["numbers"])
    report(data, score, log_factor)
    if arguments.write:
        write(model)


if __name__ == "__main__":
    main()
