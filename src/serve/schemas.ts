import { type TSchema, Type } from '@sinclair/typebox'
import type { FastifySchema } from 'fastify'

/**
 * What the routes take and give, for the OpenAPI document. They document and do not validate:
 * rows are checked by hand, which is faster and says more when it fails.
 */

const numbers = Type.Array(Type.Number())
const parameters = Type.Record(Type.String(), Type.Unknown())

const error = Type.Object({
  error: Type.String({ description: 'What was expected and what came.' }),
  code: Type.String({ description: 'A stable name; docs/server.md lists them.' }),
})

const requestTensor = Type.Object({
  name: Type.String(),
  shape: Type.Array(Type.Integer()),
  datatype: Type.String({ examples: ['FP32', 'INT64'] }),
  data: Type.Optional(
    Type.Array(Type.Unknown(), { description: 'Flat or nested; absent for binary data.' }),
  ),
  parameters: Type.Optional(parameters),
})

const inferBody = Type.Object({
  inputs: Type.Array(numbers, { description: 'Rows [rows x I]; one row is a batch of one.' }),
  model: Type.Optional(Type.String({ description: 'Default: "default", or the first loaded.' })),
  genome: Type.Optional(
    Type.Array(Type.Integer({ minimum: 0 }), {
      description: 'For a population: the index of the genome that answers each row.',
    }),
  ),
  state: Type.Optional(
    Type.Array(numbers, {
      description: 'For a recurrent network: the state of each row [rows x N], by default zeros.',
    }),
  ),
})

const inferAnswer = Type.Object({
  outputs: Type.Array(numbers),
  state: Type.Optional(
    Type.Array(numbers, {
      description: 'Of a recurrent network: what to send with the next step.',
    }),
  ),
})

const oipBody = Type.Object({
  id: Type.Optional(Type.String()),
  parameters: Type.Optional(parameters),
  inputs: Type.Array(requestTensor),
  outputs: Type.Optional(
    Type.Array(Type.Object({ name: Type.String(), parameters: Type.Optional(parameters) })),
  ),
})

const oipAnswer = Type.Object({
  id: Type.Optional(Type.String()),
  model_name: Type.String(),
  model_version: Type.String(),
  outputs: Type.Array(
    Type.Object({
      name: Type.String(),
      shape: Type.Array(Type.Integer()),
      datatype: Type.String(),
      data: Type.Optional(numbers),
      parameters: Type.Optional(parameters),
    }),
  ),
})

const loadBody = Type.Object({
  parameters: Type.Object({
    'file:1/model.onnx': Type.String({ contentEncoding: 'base64' }),
    config: Type.Optional(Type.String({ description: "Triton's model configuration as JSON." })),
  }),
})

/** Tensors as JSON, or JSON followed by their bytes. */
const jsonOrBinary = (json: TSchema) => ({
  content: {
    'application/json': { schema: json },
    'application/octet-stream': { schema: { type: 'string', format: 'binary' } },
  },
})

const anything = Type.Record(Type.String(), Type.Unknown())

function route(summary: string, answer: object, body?: object): FastifySchema {
  const schema = { summary, response: { 200: answer, '4xx': error, '5xx': error } }
  return body === undefined ? schema : { ...schema, body }
}

/** Of a route that needs no token. */
const open = (schema: FastifySchema): FastifySchema => ({ ...schema, security: [] })

/** The schema of each route. */
export const SCHEMAS = {
  infer: route('Rows in, rows out.', inferAnswer, inferBody),
  server: route('What this server is, and what it runs.', anything),
  live: open(route('Whether the process answers.', Type.Object({ live: Type.Boolean() }))),
  ready: open(route('Whether requests are accepted.', Type.Object({ ready: Type.Boolean() }))),
  model: route('Inputs and outputs of a model.', anything),
  modelReady: route('Whether a model can be asked.', anything),
  config: route("A model's configuration, in Triton's form.", anything),
  stats: route('Rows, runs and times.', Type.Object({ model_stats: Type.Array(anything) })),
  oipInfer: route(
    'Tensors in, tensors out, as JSON or binary.',
    { description: 'The outputs asked for.', ...jsonOrBinary(oipAnswer) },
    jsonOrBinary(oipBody),
  ),
  index: route('The models that there are.', Type.Array(anything), anything),
  load: route('Loads a model, in place of one of the same name.', anything, loadBody),
  unload: route('Unloads a model.', anything, anything),
  metrics: route("Metrics in Prometheus' text format.", {
    description: 'Text format 0.0.4.',
    content: { 'text/plain': { schema: Type.String() } },
  }),
} as const
