"""tritonclient on ModelStreamInfer: triton_stream.py ADDRESS MODEL [frames]"""
import queue
import sys
import time

import tritonclient.grpc as triton

from tensors import final, frame_inputs, inputs

address, model = sys.argv[1:3]
client = triton.InferenceServerClient(address)
given = inputs(client.get_model_metadata(model))


def start(**how):
    answers = queue.Queue()
    client.start_stream(lambda result, error: answers.put((result, error)), **how)
    return answers


# Single answers keep the order of their requests, and a failure among them does not end the call.
answers = start()
for i in range(20):
    client.async_stream_infer('none' if i == 7 else model, given, request_id=str(i))
for i in range(20):
    result, error = answers.get(timeout=30)
    if i == 7:
        assert "unknown model: 'none'" in str(error), error
    else:
        assert error is None and result.get_response().id == str(i) and final(result), error
client.stop_stream()

# With Triton's header the first failure is the status of the call.
answers = start(headers={'triton_grpc_error': 'true'})
client.async_stream_infer('none', given)
assert answers.get(timeout=10)[1].status() == 'StatusCode.NOT_FOUND'
client.stop_stream()

if 'frames' in sys.argv:
    maker = model + '-frames'
    assert client.get_model_config(maker).config.model_transaction_policy.decoupled
    answers = start()
    client.async_stream_infer(maker, frame_inputs(7, fps=50.0, frames=20), request_id='f',
                              enable_empty_final_response=True)
    indexes = []
    while True:
        result, error = answers.get(timeout=10)
        assert error is None, error
        if final(result):
            assert not result.get_response().outputs
            break
        indexes.append(int(result.as_numpy('index')[0]))
    assert indexes == sorted(set(indexes)) and 0 < len(indexes) <= 20, indexes
    client.async_stream_infer(maker, frame_inputs(7, fps=0.0))
    assert "input 'fps' is 0.0" in str(answers.get(timeout=10)[1])
    # Frames without an end stop with the stream.
    client.async_stream_infer(maker, frame_inputs(7, fps=50.0))
    for _ in range(5):
        assert answers.get(timeout=10)[1] is None
    before = time.monotonic()
    client.stop_stream()
    assert time.monotonic() - before < 5
    answers = start()
    client.async_stream_infer(maker, frame_inputs(7, fps=50.0))
    assert answers.get(timeout=10)[1] is None
    client.stop_stream(cancel_requests=True)
client.close()
print('ok: tritonclient, streaming' + (' and decoupled' if 'frames' in sys.argv else ''))
