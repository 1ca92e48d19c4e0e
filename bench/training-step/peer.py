"""The same training steps in plain PyTorch eager: what a Python user would write and run.

It is driven over its standard streams. A line `steps K` runs K steps and is answered by one line of
JSON: wall and CPU seconds of each step, and the peak of resident memory so far. End of input ends it.
"""

import argparse
import json
import sys
import time

import distill
import torch
from network import Denoiser, Edm

METHODS = {"edm": Edm, **distill.METHODS}


def peak_mib():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


def options():
    def numbers(text):
        return [int(number) for number in text.split(",") if number]

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--method", choices=METHODS, default="edm")
    parser.add_argument("--resolution", type=int, default=28)
    parser.add_argument("--image-channels", type=int, default=1)
    parser.add_argument("--labels", type=int, default=10)
    parser.add_argument("--augment", type=int, default=0)
    parser.add_argument("--channels", type=int, default=16)
    parser.add_argument("--mult", type=numbers, default=[1, 2, 4])
    parser.add_argument("--blocks", type=int, default=1)
    parser.add_argument("--attention", type=numbers, default=[7])
    parser.add_argument("--dropout", type=float, default=0)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--layout", choices=["contiguous", "channels_last"], default="contiguous")
    parser.add_argument("--threads", type=int, default=1)
    o = parser.parse_args()
    last = o.layout == "channels_last"
    o.format = torch.channels_last if last else torch.contiguous_format
    return o


def main():
    o = options()
    torch.set_num_threads(o.threads)
    torch.manual_seed(0)
    network = Denoiser(o).to(memory_format=o.format)
    training = METHODS[o.method](o, network)
    parameters = sum(p.numel() for p in network.parameters())
    print(json.dumps({"torch": torch.__version__, "parameters": parameters}), flush=True)
    for line in sys.stdin:
        wall, cpu = [], []
        for _ in range(int(line.split()[1])):
            wall_before, cpu_before = time.perf_counter(), time.process_time()
            training.step()
            cpu.append(time.process_time() - cpu_before)
            wall.append(time.perf_counter() - wall_before)
        print(json.dumps({"wall": wall, "cpu": cpu, "peakMib": peak_mib()}), flush=True)


if __name__ == "__main__":
    main()
