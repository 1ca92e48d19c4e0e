// ONNX Runtime behind grpc-js. server.js MODEL PORT PROTOS: serves the network as `generator`, one
// request by its tensors (ModelInfer), and its frames as `generator-frames`, on a clock of its own
// (ModelStreamInfer).
'use strict';

const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');
const ort = require('onnxruntime-node');

const [model, port, protos] = process.argv.slice(2);
const names = { float32: 'FP32', uint8: 'UINT8', int64: 'INT64' };

const framesInputs = Object.entries({ seed: 'INT64', label: 'INT64', fps: 'FP64', frames: 'INT64' })
  .map(([name, datatype]) => ({ name, datatype, shape: [1] }));

/** The bytes of a message, as numbers; a copy only where they do not lie on a boundary. */
function floats(bytes) {
  if (bytes.byteOffset % 4 === 0) {
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  }
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

function bytes(numbers) {
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** A tensor of one element. */
function value(request, name, otherwise) {
  const place = request.inputs.findIndex((tensor) => tensor.name === name);
  if (place < 0) {
    return otherwise;
  }
  const contents = request.inputs[place].contents;
  if (request.raw_input_contents.length === 0) {
    return Number((contents.int64_contents.length ? contents.int64_contents : contents.fp64_contents)[0]);
  }
  const raw = request.raw_input_contents[place];
  return request.inputs[place].datatype === 'FP64' ? raw.readDoubleLE(0) : Number(raw.readBigInt64LE(0));
}

function normals(numbers) {
  for (let i = 0; i < numbers.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - Math.random()));
    const angle = 2 * Math.PI * Math.random();
    numbers[i] = radius * Math.cos(angle);
    if (i + 1 < numbers.length) {
      numbers[i + 1] = radius * Math.sin(angle);
    }
  }
}

function metadata(tensors) {
  return tensors.map(({ name, type, shape }) => ({
    name,
    datatype: names[type],
    shape: shape.map((size) => (typeof size === 'number' ? size : -1)),
  }));
}

async function infer(session, request) {
  const feeds = {};
  request.inputs.forEach((tensor, i) => {
    feeds[tensor.name] =
      new ort.Tensor('float32', floats(request.raw_input_contents[i]), tensor.shape.map(Number));
  });
  const outputs = await session.run(feeds);
  return {
    model_name: request.model_name,
    model_version: '1',
    id: request.id,
    outputs: session.outputNames.map((name) =>
      ({ name, datatype: names[outputs[name].type], shape: outputs[name].dims })),
    raw_output_contents: session.outputNames.map((name) => bytes(outputs[name].data)),
  };
}

async function frames(session, request, call) {
  const period = 1000 / value(request, 'fps', 20);
  const count = value(request, 'frames', 0);
  const label = value(request, 'label', -1);
  const feeds = {};
  for (const { name, shape } of session.inputMetadata) {
    const dims = shape.map((size) => (typeof size === 'number' ? size : 1));
    feeds[name] = new ort.Tensor('float32', new Float32Array(dims.reduce((a, b) => a * b, 1)), dims);
  }
  if (feeds.label && label >= 0) {
    feeds.label.data[label] = 1;
  }
  const start = performance.now();
  let k = 0;
  while (!call.cancelled && (count === 0 || k < count)) {
    const late = performance.now() - (start + k * period);
    if (late > period) {
      // A frame that nobody can still show in time is left out.
      k += Math.floor(late / period);
      continue;
    }
    if (late < 0) {
      await new Promise((resolve) => setTimeout(resolve, -late));
    }
    normals(feeds.noise.data);
    const image = (await session.run(feeds))[session.outputNames[0]];
    call.write({
      infer_response: {
        model_name: request.model_name,
        id: request.id,
        outputs: [
          { name: 'image', datatype: 'UINT8', shape: image.dims.slice(1) },
          { name: 'index', datatype: 'INT64', shape: [1] },
          { name: 'due', datatype: 'INT64', shape: [1] },
        ],
        raw_output_contents: [
          bytes(image.data),
          bytes(BigInt64Array.of(BigInt(k))),
          bytes(BigInt64Array.of(BigInt(Math.round(k * period * 1e6)))),
        ],
      },
    });
    k++;
  }
}

async function main() {
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
  });
  const definition = loader.loadSync('inference/grpc_service.proto', {
    keepCase: true,
    longs: String,
    defaults: true,
    includeDirs: [protos],
  });
  const server = new grpc.Server();
  server.addService(grpc.loadPackageDefinition(definition).inference.GRPCInferenceService.service, {
    ServerLive: (call, done) => done(null, { live: true }),
    ServerReady: (call, done) => done(null, { ready: true }),
    ModelReady: (call, done) => done(null, { ready: true }),
    ModelMetadata: (call, done) =>
      done(null, {
        name: call.request.name,
        versions: ['1'],
        platform: 'onnxruntime',
        inputs: call.request.name.endsWith('-frames') ? framesInputs : metadata(session.inputMetadata),
        outputs: metadata(session.outputMetadata),
      }),
    ModelInfer: (call, done) => infer(session, call.request).then((answer) => done(null, answer), done),
    ModelStreamInfer: (call) => {
      let open = 0;
      let ended = false;
      const close = () => ended && open === 0 && call.end();
      call.on('data', (request) => {
        open++;
        frames(session, request, call)
          .catch((error) => call.destroy(error))
          .finally(() => { open--; close(); });
      });
      call.on('end', () => { ended = true; close(); });
    },
  });
  server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error) => {
    if (error) {
      throw error;
    }
    console.log('ready');
  });
}

main();
