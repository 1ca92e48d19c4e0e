"""Exports the one-step generator of a network with random weights by torch.onnx: what a Python user
would serve. The network is that of ../training-step/peer.py.

    peer.py FILE --channels 16 --mult 1,2,4 ...
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "training-step"))

import peer  # noqa: E402
import torch  # noqa: E402

SIGMA_INIT = 2.5


class Generator(torch.nn.Module):
    def __init__(self, o):
        super().__init__()
        self.denoiser = peer.Denoiser(o)

    def forward(self, noise, label=None):
        sigma = torch.full((1, 1, 1, 1), SIGMA_INIT)
        return self.denoiser(noise * SIGMA_INIT, sigma, label)


def main():
    file = sys.argv.pop(1)
    o = peer.options()
    torch.manual_seed(0)
    noise = torch.randn(2, o.image_channels, o.resolution, o.resolution)
    arguments, names = [noise], ["noise"]
    if o.labels:
        arguments.append(torch.eye(o.labels)[:2])
        names.append("label")
    torch.onnx.export(
        Generator(o).eval(),
        tuple(arguments),
        file,
        input_names=names,
        output_names=["image"],
        dynamic_axes={name: {0: "N"} for name in [*names, "image"]},
        opset_version=17,
        dynamo=False,
    )


main()
