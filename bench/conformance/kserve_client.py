"""KServe's client: kserve_client.py ADDRESS MODEL"""
import asyncio
import sys

import grpc
import numpy as np
from kserve import InferInput, InferRequest
from kserve.inference_client import InferenceGRPCClient
from kserve.protocol.grpc import grpc_predict_v2_pb2 as messages
from kserve.protocol.grpc import grpc_predict_v2_pb2_grpc as stubs
from kserve.utils.numpy_codec import to_np_dtype

address, model = sys.argv[1:]
stub = stubs.GRPCInferenceServiceStub(grpc.insecure_channel(address))
metadata = stub.ModelMetadata(messages.ModelMetadataRequest(name=model))


async def main():
    client = InferenceGRPCClient(address)
    assert await client.is_server_live() and await client.is_server_ready()
    assert await client.is_model_ready(model)
    for binary in (True, False):
        given = []
        for spec in metadata.inputs:
            shape = [max(dim, 1) for dim in spec.shape]
            tensor = InferInput(spec.name, shape, spec.datatype)
            data = np.zeros(shape, to_np_dtype(spec.datatype))
            tensor.set_data_from_numpy(data, binary_data=binary)
            given.append(tensor)
        request = InferRequest(model_name=model, infer_inputs=given, request_id='k')
        answer = await client.infer(request)
        assert answer.id == 'k' and answer.outputs[0].as_numpy().size > 0


asyncio.run(main())

# KServe numbers the fields of these two otherwise than Triton: the model's name is understood.
try:
    stub.RepositoryModelLoad(messages.RepositoryModelLoadRequest(model_name=model))
except grpc.RpcError as e:
    assert '--model-control' in e.details(), e
else:
    raise AssertionError('a model was loaded without leave')
print("ok: KServe's client")
