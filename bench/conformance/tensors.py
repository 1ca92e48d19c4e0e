"""What the checks share: tensors that a model takes, made from what it says of itself."""
import numpy as np
import tritonclient.grpc as triton
from tritonclient.utils import triton_to_np_dtype


def inputs(metadata, batch=1, seed=0):
    """Tensors for every input, open dimensions as large as the batch."""
    random = np.random.default_rng(seed)
    made = []
    for spec in metadata.inputs:
        shape = [batch if dim < 0 else dim for dim in spec.shape]
        values = random.standard_normal(shape)
        tensor = triton.InferInput(spec.name, shape, spec.datatype)
        if spec.datatype == 'BYTES':
            data = np.full(shape, b'text', dtype=object)
        else:
            data = values.astype(triton_to_np_dtype(spec.datatype))
        tensor.set_data_from_numpy(data)
        made.append(tensor)
    return made


def frame_inputs(seed, **wanted):
    """One-element tensors, as NAME-frames takes them."""
    made = []
    for name, value in dict(seed=seed, **wanted).items():
        real = isinstance(value, float)
        tensor = triton.InferInput(name, [1], 'FP64' if real else 'INT64')
        tensor.set_data_from_numpy(np.array([value], np.float64 if real else np.int64))
        made.append(tensor)
    return made


def final(result):
    return result.get_response().parameters['triton_final_response'].bool_param
