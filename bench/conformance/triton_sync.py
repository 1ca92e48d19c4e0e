"""tritonclient, blocking: all that needs no stream. triton_sync.py ADDRESS MODEL"""
import queue
import sys

import numpy as np
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

from tensors import inputs

address, model = sys.argv[1:]
client = triton.InferenceServerClient(address)


def refused(status, words, call):
    try:
        call()
    except InferenceServerException as e:
        assert e.status() == 'StatusCode.' + status, (e.status(), e.message())
        assert words in e.message(), e.message()
    else:
        raise AssertionError('not refused: ' + words)


assert client.is_server_live() and client.is_server_ready()
assert client.is_model_ready(model) and client.is_model_ready(model, '1')
assert not client.is_model_ready('none')
assert 'model_configuration' in client.get_server_metadata().extensions
metadata = client.get_model_metadata(model)
config = client.get_model_config(model).config
assert metadata.name == config.name == model and list(metadata.versions) == ['1']
assert any(entry.name == model for entry in client.get_model_repository_index().models)

# The same tensors give the same outputs, of the shape that was promised, in a batch or alone.
given = inputs(metadata)
result = client.infer(model, given, request_id='abc')
assert result.get_response().id == 'abc'
first = metadata.outputs[0]
output = result.as_numpy(first.name)
assert len(output.shape) == len(first.shape), output.shape
assert np.array_equal(output, client.infer(model, given).as_numpy(first.name), equal_nan=True)
if config.max_batch_size > 1:
    assert client.infer(model, inputs(metadata, 2)).as_numpy(first.name).shape[0] == 2
if first.datatype in ('FP32', 'UINT8'):
    wanted = triton.InferRequestedOutput(first.name, class_count=3)
    classes = client.infer(model, given, outputs=[wanted]).as_numpy(first.name)
    assert b':' in classes.flat[0], classes

refused('NOT_FOUND', "Request for unknown model: 'none' is not found",
        lambda: client.infer('none', given))
refused('NOT_FOUND', 'version 7 is not found', lambda: client.infer(model, given, '7'))
refused('INVALID_ARGUMENT', 'failed to get model version',
        lambda: client.infer(model, given, 'x'))
refused('INVALID_ARGUMENT', 'expected %d inputs but got' % len(given),
        lambda: client.infer(model, given[:-1]))
refused('INVALID_ARGUMENT', "unexpected inference output 'none'",
        lambda: client.infer(model, given, outputs=[triton.InferRequestedOutput('none')]))
refused('UNAVAILABLE', 'explicit model load / unload is not allowed',
        lambda: client.load_model(model))
refused('UNIMPLEMENTED', 'shares no memory',
        lambda: client.register_system_shared_memory('a', '/b', 10))
assert not client.get_system_shared_memory_status().regions
client.unregister_system_shared_memory()
assert client.get_trace_settings().settings and client.get_log_settings().settings
statistics = client.get_inference_statistics(model).model_stats[0]
assert statistics.inference_stats.success.count >= 2 and statistics.inference_stats.fail.count >= 1

# Callbacks, one of them of a call that was cancelled.
done = queue.Queue()
for _ in range(5):
    client.async_infer(model, given, callback=lambda result, error: done.put(error))
assert [done.get(timeout=10) for _ in range(5)] == [None] * 5
client.async_infer(model, given, callback=lambda result, error: done.put(error)).cancel()
done.get(timeout=10)
client.close()
print('ok: tritonclient, blocking')
