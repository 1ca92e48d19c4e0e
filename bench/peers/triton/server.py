"""Triton, by way of PyTriton: server.py MODEL PORT. It carries Triton's own front end and no backend
but Python's, so the network runs in ONNX Runtime within the process that PyTriton talks to."""

import sys

import numpy as np
import onnxruntime
from pytriton.decorators import batch
from pytriton.model_config import DynamicBatcher, ModelConfig, Tensor
from pytriton.triton import Triton, TritonConfig

TYPES = {"tensor(float)": np.float32, "tensor(uint8)": np.uint8}

model, port = sys.argv[1], int(sys.argv[2])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(model, options, ["CPUExecutionProvider"])


def tensors(described):
    return [Tensor(name=tensor.name, dtype=TYPES[tensor.type],
                   shape=tuple(size if isinstance(size, int) else -1 for size in tensor.shape[1:]))
            for tensor in described]


@batch
def generate(**inputs):
    return session.run(None, inputs)


with Triton(config=TritonConfig(grpc_port=port, http_port=port + 1, metrics_port=port + 2,
                                log_verbose=0)) as triton:
    triton.bind(
        model_name="generator",
        infer_func=generate,
        inputs=tensors(session.get_inputs()),
        outputs=tensors(session.get_outputs()),
        config=ModelConfig(max_batch_size=8, batcher=DynamicBatcher(max_queue_delay_microseconds=0)),
    )
    triton.run()
    print("ready", flush=True)
    triton.serve()
