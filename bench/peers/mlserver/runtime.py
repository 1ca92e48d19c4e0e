"""ONNX Runtime as a custom runtime of MLServer, which has none of its own for ONNX."""

import asyncio
import concurrent.futures

import onnxruntime
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceResponse, MetadataModelResponse, MetadataTensor

NAMES = {"tensor(float)": "FP32", "tensor(uint8)": "UINT8"}


class Generator(MLModel):
    async def load(self):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            self.settings.parameters.uri, options, ["CPUExecutionProvider"])
        self.thread = concurrent.futures.ThreadPoolExecutor(1)
        return True

    async def metadata(self):
        def told(tensors):
            return [MetadataTensor(name=tensor.name, datatype=NAMES[tensor.type],
                                   shape=[size if isinstance(size, int) else -1 for size in tensor.shape])
                    for tensor in tensors]

        return MetadataModelResponse(name=self.name, platform="onnxruntime",
                                     inputs=told(self.session.get_inputs()),
                                     outputs=told(self.session.get_outputs()))

    async def predict(self, payload):
        inputs = {tensor.name: NumpyCodec.decode_input(tensor) for tensor in payload.inputs}
        loop = asyncio.get_running_loop()
        outputs = await loop.run_in_executor(self.thread, self.session.run, None, inputs)
        return InferenceResponse(
            model_name=self.name,
            outputs=[NumpyCodec.encode_output(told.name, output)
                     for told, output in zip(self.session.get_outputs(), outputs)])
