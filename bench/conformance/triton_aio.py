"""tritonclient, asyncio: triton_aio.py ADDRESS MODEL [frames]"""
import asyncio
import sys

import tritonclient.grpc.aio as triton

from tensors import frame_inputs, inputs

address, model = sys.argv[1:3]


async def frames(client):
    async def requests():
        for seed in range(2):
            yield {
                'model_name': model + '-frames',
                'inputs': frame_inputs(seed, fps=25.0, frames=10),
                'request_id': str(seed),
            }

    ids = set()
    async for result, error in client.stream_infer(requests()):
        assert error is None and result.as_numpy('image').size > 0, error
        ids.add(result.get_response().id)
    assert ids == {'0', '1'}, ids

    async def endless():
        yield {'model_name': model + '-frames', 'inputs': frame_inputs(1, fps=50.0)}
        await asyncio.sleep(60)

    answers = client.stream_infer(endless())
    seen = 0
    async for result, error in answers:
        assert error is None, error
        seen += 1
        if seen == 5:
            answers.cancel()
            break


async def main():
    client = triton.InferenceServerClient(address)
    assert await client.is_server_live() and await client.is_model_ready(model)
    given = inputs(await client.get_model_metadata(model))
    results = await asyncio.gather(
        *[client.infer(model, given, request_id=str(i)) for i in range(20)])
    assert [r.get_response().id for r in results] == [str(i) for i in range(20)]
    if 'frames' in sys.argv:
        await frames(client)
    await client.close()


asyncio.run(main())
print('ok: tritonclient, asyncio' + (' and decoupled' if 'frames' in sys.argv else ''))
