import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NeatronError } from '../errors.js'
import type { Cancellation } from './cancellation.js'
import type { Exchange, HttpReply, HttpRequest } from './exchange.js'
import { refused, serverMessage } from './exchange-error.js'

/** A model to deliver, and what its rows look like. */
export interface DeliverableModel {
  readonly name: string
  /** An ONNX population. */
  readonly bytes: Uint8Array
  readonly inputSize: number
  readonly outputSize: number
}

/** Brings models to a server, and takes them away again. */
export interface ModelDelivery {
  /**
   * Puts `model` in the place of the one of the same name.
   *
   * Throws `SERVER_CANNOT_LOAD` when the server has no way to take it or refuses it.
   */
  deliver(model: DeliverableModel, cancellation: Cancellation): Promise<void>
  /** Takes the model of this name off the server. */
  withdraw(name: string): Promise<void>
}

/** Making a session for a large population takes a while, and is done once a generation. */
const LOAD_TIMEOUT_MS = 120_000
/** Taking a model away is tidiness; it must not hold up whoever is closing. */
const UNLOAD_TIMEOUT_MS = 5_000

/** The whole model in the load request, as Triton and our own server take it. */
export class InlineDelivery implements ModelDelivery {
  constructor(
    private readonly exchange: Exchange,
    private readonly url: string,
  ) {}

  async deliver(model: DeliverableModel, cancellation: Cancellation): Promise<void> {
    const config = JSON.stringify(tritonConfig(model))
    const base64 = Buffer.from(
      model.bytes.buffer,
      model.bytes.byteOffset,
      model.bytes.byteLength,
    ).toString('base64')
    const parameters = `{"config":${JSON.stringify(config)},"file:1/model.onnx":"${base64}"}`
    await load(this.exchange, this.url, model.name, `{"parameters":${parameters}}`, cancellation)
  }

  async withdraw(name: string): Promise<void> {
    await unload(this.exchange, name)
  }
}

/**
 * A folder of models that the server reads, and a request to load from it: Triton in explicit
 * mode, MLServer. `directory` is that folder as this process sees it; its models are
 * `NAME/1/model.onnx`, described by `config.pbtxt` for Triton and `model-settings.json` for
 * MLServer (whose runtime is named by `MLSERVER_MODEL_IMPLEMENTATION`).
 */
export class RepositoryDelivery implements ModelDelivery {
  constructor(
    private readonly exchange: Exchange,
    private readonly url: string,
    private readonly directory: string,
  ) {}

  async deliver(model: DeliverableModel, cancellation: Cancellation): Promise<void> {
    const folder = join(this.directory, model.name)
    await mkdir(join(folder, '1'), { recursive: true })
    await replaceFile(join(folder, '1', 'model.onnx'), model.bytes)
    await replaceFile(join(folder, 'config.pbtxt'), tritonConfigText(model))
    const settings = { name: model.name, parameters: { uri: './1/model.onnx', version: '1' } }
    await replaceFile(join(folder, 'model-settings.json'), `${JSON.stringify(settings, null, 2)}\n`)
    await load(this.exchange, this.url, model.name, '{}', cancellation)
  }

  async withdraw(name: string): Promise<void> {
    try {
      await unload(this.exchange, name)
    } finally {
      await rm(join(this.directory, name), { recursive: true, force: true })
    }
  }
}

async function load(
  exchange: Exchange,
  url: string,
  name: string,
  body: string,
  cancellation: Cancellation,
): Promise<void> {
  const request: HttpRequest = {
    method: 'POST',
    path: `/v2/repository/models/${encodeURIComponent(name)}/load`,
    body,
    headers: { 'content-type': 'application/json' },
    timeoutMs: LOAD_TIMEOUT_MS,
  }
  const reply = await exchange(request, cancellation)
  if (reply.status >= 200 && reply.status < 300) return
  if (reply.status >= 500 && reply.status !== 501) throw refused(url, name, reply)
  throw new NeatronError(
    'SERVER_CANNOT_LOAD',
    `${url} does not load the population: ${reply.status}: ${serverMessage(reply)}; ${loadRemedy(reply)}`,
  )
}

function loadRemedy({ status }: HttpReply): string {
  switch (status) {
    case 401:
      return 'give its token'
    case 403:
      return 'start it with --allow-load'
    case 413:
      return 'raise its --max-body-mb, or evolve a smaller population'
    default:
      return (
        'training needs a server that loads models from the request (neatron serve --allow-load, Triton), ' +
        'or from a folder named by --model-repository (Triton, MLServer)'
      )
  }
}

async function unload(exchange: Exchange, name: string): Promise<void> {
  await exchange({
    method: 'POST',
    path: `/v2/repository/models/${encodeURIComponent(name)}/unload`,
    body: '{}',
    headers: { 'content-type': 'application/json' },
    timeoutMs: UNLOAD_TIMEOUT_MS,
  })
}

/** Triton's model configuration; 0 as batch size says that the shapes are whole. */
function tritonConfig({ name, inputSize, outputSize }: DeliverableModel) {
  return {
    name,
    backend: 'onnxruntime',
    max_batch_size: 0,
    input: [
      { name: 'inputs', data_type: 'TYPE_FP32', dims: [-1, inputSize] },
      { name: 'genome', data_type: 'TYPE_INT64', dims: [-1] },
    ],
    output: [{ name: 'outputs', data_type: 'TYPE_FP32', dims: [-1, outputSize] }],
  }
}

/** The same in protobuf's text format, as a model repository holds it. */
function tritonConfigText(model: DeliverableModel): string {
  const { name, backend, max_batch_size, input, output } = tritonConfig(model)
  const tensors = (list: { name: string; data_type: string; dims: number[] }[]) =>
    list
      .map(
        (t) => `  { name: "${t.name}" data_type: ${t.data_type} dims: [ ${t.dims.join(', ')} ] }`,
      )
      .join(',\n')
  return `name: "${name}"
backend: "${backend}"
max_batch_size: ${max_batch_size}
input [
${tensors(input)}
]
output [
${tensors(output)}
]
`
}

/** Replaces a file whole, so that a server never reads half a model. */
async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${path}.new`
  await writeFile(temporary, content)
  await rename(temporary, path)
}
