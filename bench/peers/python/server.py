"""ONNX Runtime behind grpc.aio, as a careful team would write it in an afternoon.

server.py MODEL PORT: serves the network as `generator`, one request by its tensors (ModelInfer), and its
frames as `generator-frames`, on a clock of its own (ModelStreamInfer). Run from a folder with the stubs
that grpc_tools makes.
"""

import asyncio
import concurrent.futures
import sys

import grpc
import numpy as np
import onnxruntime
from inference import grpc_service_pb2 as oip
from inference import grpc_service_pb2_grpc as service

NAMES = {"tensor(float)": "FP32", "tensor(uint8)": "UINT8", "tensor(int64)": "INT64"}
FRAMES = (("seed", "INT64"), ("label", "INT64"), ("fps", "FP64"), ("frames", "INT64"))
TYPES = {"FP32": np.float32, "FP64": np.float64, "UINT8": np.uint8, "INT64": np.int64}


def value(request, name, otherwise):
    """A tensor of one element."""
    for place, tensor in enumerate(request.inputs):
        if tensor.name == name:
            if request.raw_input_contents:
                return np.frombuffer(request.raw_input_contents[place], TYPES[tensor.datatype])[0]
            contents = tensor.contents
            return (contents.int64_contents or contents.fp64_contents)[0]
    return otherwise


class Inference(service.GRPCInferenceServiceServicer):
    def __init__(self, model):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(model, options, ["CPUExecutionProvider"])
        # A run holds no lock of Python's, and must not hold up the event loop.
        self.thread = concurrent.futures.ThreadPoolExecutor(1)

    async def run(self, inputs):
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.thread, self.session.run, None, inputs)

    async def ServerLive(self, request, context):
        return oip.ServerLiveResponse(live=True)

    async def ServerReady(self, request, context):
        return oip.ServerReadyResponse(ready=True)

    async def ModelReady(self, request, context):
        return oip.ModelReadyResponse(ready=True)

    async def ModelMetadata(self, request, context):
        answer = oip.ModelMetadataResponse(name=request.name, versions=["1"], platform="onnxruntime")
        if request.name.endswith("-frames"):
            for name, datatype in FRAMES:
                answer.inputs.add(name=name, datatype=datatype, shape=[1])
            return answer
        for tensors, told in ((self.session.get_inputs(), answer.inputs),
                              (self.session.get_outputs(), answer.outputs)):
            for tensor in tensors:
                shape = [size if isinstance(size, int) else -1 for size in tensor.shape]
                told.add(name=tensor.name, datatype=NAMES[tensor.type], shape=shape)
        return answer

    async def ModelInfer(self, request, context):
        inputs = {}
        for tensor, raw in zip(request.inputs, request.raw_input_contents):
            inputs[tensor.name] = np.frombuffer(raw, TYPES[tensor.datatype]).reshape(tensor.shape)
        answer = oip.ModelInferResponse(model_name=request.model_name, model_version="1", id=request.id)
        for told, output in zip(self.session.get_outputs(), await self.run(inputs)):
            answer.outputs.add(name=told.name, datatype=NAMES[told.type], shape=output.shape)
            answer.raw_output_contents.append(output.tobytes())
        return answer

    async def ModelStreamInfer(self, requests, context):
        async for request in requests:
            async for frame in self.frames(request):
                yield oip.ModelStreamInferResponse(infer_response=frame)

    async def frames(self, request):
        draw = np.random.default_rng(int(value(request, "seed", 0)))
        period = 1 / float(value(request, "fps", 20.0))
        count = int(value(request, "frames", 0))
        label = int(value(request, "label", -1))
        inputs = {}
        for tensor in self.session.get_inputs():
            shape = [size if isinstance(size, int) else 1 for size in tensor.shape]
            inputs[tensor.name] = np.zeros(shape, np.float32)
        if "label" in inputs and label >= 0:
            inputs["label"][0, label] = 1
        loop = asyncio.get_running_loop()
        start = loop.time()
        k = 0
        while count == 0 or k < count:
            late = loop.time() - (start + k * period)
            if late > period:
                # A frame that nobody can still show in time is left out.
                k += int(late / period)
                continue
            if late < 0:
                await asyncio.sleep(-late)
            inputs["noise"] = draw.standard_normal(inputs["noise"].shape, dtype=np.float32)
            image = (await self.run(inputs))[0][0]
            answer = oip.ModelInferResponse(model_name=request.model_name, id=request.id)
            answer.outputs.add(name="image", datatype="UINT8", shape=image.shape)
            answer.outputs.add(name="index", datatype="INT64", shape=[1])
            answer.outputs.add(name="due", datatype="INT64", shape=[1])
            answer.raw_output_contents.append(image.tobytes())
            answer.raw_output_contents.append(np.array([k], np.int64).tobytes())
            answer.raw_output_contents.append(np.array([k * period * 1e9], np.int64).tobytes())
            yield answer
            k += 1


async def main(model, port):
    server = grpc.aio.server()
    service.add_GRPCInferenceServiceServicer_to_server(Inference(model), server)
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    print("ready", flush=True)
    await server.wait_for_termination()


asyncio.run(main(sys.argv[1], sys.argv[2]))
