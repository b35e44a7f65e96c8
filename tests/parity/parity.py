"""Compares surefoot's models and optimisers with PyTorch, torchvision and timm. usage: parity.py MODEL_PROBE [case ...]

fp32: logits and first-step gradients of every model, 1e-4 relative. fp64: 20 steps of SGD and AdamW, loss to 1e-9.
Weights go both ways: theirs start ours, ours pass load_state_dict(strict=True).
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

PROBE = sys.argv[1]
torch = None


def import_models():
    """torch, torchvision and timm; exit code 77 (skipped) where they are not installed."""
    global torch, timm, torchvision, load_file, save_file
    try:
        import torch
        from safetensors.torch import load_file, save_file
    except ImportError as error:
        print(f"skipped: {error}")
        sys.exit(77)
    try:
        import torchvision
    except (RuntimeError, OSError):
        # A torchvision built for another device does not load its operators; the models need only their names.
        for name in [n for n in sys.modules if n.startswith("torchvision")]:
            del sys.modules[name]
        library = torch.library.Library("torchvision", "FRAGMENT")
        for operator in ("nms", "qnms"):
            library.define(operator + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import_models.keep = library
        import torchvision
    except ImportError as error:
        print(f"skipped: {error}")
        sys.exit(77)
    try:
        import timm
    except ImportError as error:
        print(f"skipped: {error}")
        sys.exit(77)


def make_reference(name, classes, size, cifar=False):
    torch.manual_seed(1)
    if name.startswith("vit"):
        model = timm.create_model(name, num_classes=classes, img_size=size)
    else:
        model = getattr(torchvision.models, name)(num_classes=classes)
        with torch.device("meta"):
            assert list(model.state_dict()) == list(timm.create_model(name, num_classes=classes).state_dict())
        if cifar:
            model.conv1 = torch.nn.Conv2d(3, 64, 3, 1, 1, bias=False)
            model.maxpool = torch.nn.Identity()
    return model


def decay_groups(model, decay):
    """No decay on vectors (norms, biases), class token and position embedding, as the probe's default recipe."""
    named = list(model.named_parameters())
    plain = [p for n, p in named if p.ndim == 1 or n in ("cls_token", "pos_embed")]
    decayed = [p for n, p in named if not (p.ndim == 1 or n in ("cls_token", "pos_embed"))]
    return [{"params": decayed, "weight_decay": decay}, {"params": plain, "weight_decay": 0.0}]


def train(model, images, labels, steps, optimizer, clip):
    losses, gradients = [], {}
    model.train()
    for step in range(steps):
        loss = torch.nn.functional.cross_entropy(model(images), labels, label_smoothing=0.1)
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            gradients = {n: p.grad.clone() for n, p in model.named_parameters()}
        if clip:
            torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        optimizer.zero_grad()
    return losses, gradients


def relative(ours, theirs):
    return ((ours - theirs).norm() / theirs.norm().clamp_min(1e-30)).item()


def compare(name, folder, batch, size, steps=1, optim="sgd", dtype="fp32", decay=0.0, lr=0.1, clip=0.0, cifar=False,
            channels_last=False):
    classes = 7
    model = make_reference(name, classes, size, cifar)
    generator = torch.Generator().manual_seed(2)
    images = torch.randn(batch, 3, size, size, generator=generator)
    labels = torch.randint(classes, (batch,), generator=generator)
    path = lambda file: os.path.join(folder, file)
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, path("weights"))
    save_file({"images": images, "labels": labels}, path("input"))
    files = {"--weights": "weights", "--input": "input", "--out": "out", "--save": "saved"}
    values = {"--classes": classes, "--image-size": size, "--steps": steps, "--optim": optim, "--dtype": dtype,
              "--decay": decay, "--lr": lr, "--clip": clip}
    command = [PROBE, name]
    command += [word for option, file in files.items() for word in (option, path(file))]
    command += [word for option, value in values.items() for word in (option, str(value))]
    command += ["--cifar"] * cifar + ["--channels-last"] * channels_last
    subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    ours = load_file(path("out"))

    if dtype == "fp64":
        model, images = model.double(), images.double()
    if channels_last:
        model = model.to(memory_format=torch.channels_last)
        images = images.contiguous(memory_format=torch.channels_last)
    model.eval()
    with torch.no_grad():
        logits = model(images)
    groups = decay_groups(model, decay)
    if optim == "sgd":
        optimizer = torch.optim.SGD(groups, lr=lr, momentum=0.9, nesterov=True)
    else:
        optimizer = torch.optim.AdamW(groups, lr=lr)
    losses, gradients = train(model, images, labels, steps, optimizer, clip)

    limit = 1e-4 if dtype == "fp32" else 1e-10
    worst = {"logits": relative(ours["logits"], logits)}
    flat = lambda get: torch.cat([get(n).flatten() for n in gradients])
    noise = 1e-6 * flat(lambda n: gradients[n]).norm()
    worst["gradient"] = relative(flat(lambda n: ours["grad." + n]), flat(lambda n: gradients[n]))
    each = {n: relative(ours["grad." + n], g) for n, g in gradients.items() if g.norm() > noise}
    worst["gradient of " + max(each, key=each.get)] = max(each.values())
    failed = [k for k, v in worst.items() if not v <= limit]
    if steps > 1:
        worst["loss"] = max(abs(a - b) for a, b in zip(ours["losses"].tolist(), losses))
        failed += ["loss"] * (not worst["loss"] <= 1e-9)
    with torch.device("meta"):
        twin = make_reference(name, classes, size, cifar)
    with open(path("saved"), "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    assert list(twin.state_dict()) == list(header), "another order"
    twin.load_state_dict(load_file(path("saved")), strict=True, assign=True)
    if steps > 1:  # also the running statistics
        theirs = {k: v.double() for k, v in model.state_dict().items()}
        buffers = [relative(twin.state_dict()[k].double(), v) for k, v in theirs.items() if v.norm() > 0]
        worst["weights after"] = max(buffers)
        failed += ["weights after"] * (not worst["weights after"] <= 1e-6)
    figures = ", ".join(f"{k} {v:.1e}" for k, v in worst.items())
    print(f"{'FAILED' if failed else 'ok'} {name} {dtype} {optim} {steps} step(s) at {size} px: {figures}", flush=True)
    return not failed


CASES = {name: dict(batch=4, size=64) for name in ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")}
CASES |= {f"vit_{size}_patch16_224": dict(batch=2, size=64) for size in ("small", "base", "large")}
CASES["vit_tiny_patch16_224"] = dict(batch=2, size=224)


def main():
    import_models()
    torch.set_num_threads(1)  # spinning threads of two runtimes would fight on a busy machine
    good = True
    with tempfile.TemporaryDirectory() as folder:
        for name, case in CASES.items():
            if not sys.argv[2:] or name in sys.argv[2:]:
                good &= compare(name, folder, **case)
        if not sys.argv[2:] or "steps" in sys.argv[2:]:
            good &= compare("resnet18", folder, 4, 32, cifar=True, channels_last=True)
            small = dict(steps=20, dtype="fp64", batch=4, size=32, decay=0.05)
            good &= compare("resnet18", folder, optim="sgd", lr=0.01, **small)
            good &= compare("resnet18", folder, optim="adamw", lr=1e-3, channels_last=True, **small)
            good &= compare("vit_tiny_patch16_224", folder, optim="sgd", lr=0.01, clip=1.0, **small)
            good &= compare("vit_tiny_patch16_224", folder, optim="adamw", lr=1e-3, **small)
    sys.exit(0 if good else 1)


main()
