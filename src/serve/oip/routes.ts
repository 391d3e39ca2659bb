import type { FastifyInstance } from 'fastify'
import { checkRoom, infer, type ServerContext } from '../context.js'
import { HttpError } from '../http-error.js'
import type { Model } from '../model.js'
import { SCHEMAS } from '../schemas.js'
import type { TensorSpec } from '../signature.js'
import { modelConfig } from './config.js'
import { JSON_LENGTH, readOipInfer } from './infer.js'

type ModelParams = { model: string; version?: string }

const EXTENSIONS = [
  'binary_tensor_data',
  'model_repository',
  'model_configuration',
  'statistics',
] as const

/** The Open Inference Protocol v2: health, metadata, inference, configuration, statistics. */
export function oipRoutes(app: FastifyInstance, context: ServerContext): void {
  const { repository, versions } = context
  const find = (params: unknown): Model => {
    const { model, version } = params as ModelParams
    return repository.find(model, version)
  }

  app.get('/v2', { schema: SCHEMAS.server }, () => ({
    name: 'neatron',
    version: versions.neatron,
    extensions: EXTENSIONS,
    runtime: { name: 'onnxruntime', version: versions.onnxruntime },
  }))
  app.get('/v2/health/live', { schema: SCHEMAS.live }, () => ({ live: true }))
  app.get('/v2/health/ready', { schema: SCHEMAS.ready }, (_request, reply) => {
    const ready = repository.ready && !context.draining
    return reply.code(ready ? 200 : 503).send({ ready })
  })
  app.get('/v2/models/stats', { schema: SCHEMAS.stats }, () => ({
    model_stats: [...repository.models].map(modelStat),
  }))

  for (const base of ['/v2/models/:model', '/v2/models/:model/versions/:version']) {
    app.get(base, { schema: SCHEMAS.model }, ({ params }) => modelMetadata(find(params)))
    app.get(`${base}/ready`, { schema: SCHEMAS.modelReady }, ({ params }, reply) => {
      const { name } = find(params)
      if (context.draining) throw new HttpError('DRAINING', 'The server is shutting down.')
      return reply.send({ name, ready: true })
    })
    app.get(`${base}/config`, { schema: SCHEMAS.config }, ({ params }) =>
      modelConfig(find(params), context.options),
    )
    app.get(`${base}/stats`, { schema: SCHEMAS.stats }, ({ params }) => ({
      model_stats: [modelStat(find(params))],
    }))
    app.post<{ Body: Buffer | undefined }>(
      `${base}/infer`,
      {
        schema: SCHEMAS.oipInfer,
        onRequest: (request, _reply, done) => {
          checkRoom(context, request.raw, repository.peek((request.params as ModelParams).model))
          done()
        },
      },
      (request, reply) => {
        const length = request.headers[JSON_LENGTH] as string | undefined
        const asked = readOipInfer(find(request.params), request.body, length)
        return infer(context, request, reply, asked)
      },
    )
  }
}

function modelStat(model: Model) {
  return model.statistics.toModelStat(model.name, model.version)
}

function modelMetadata({ name, version, signature }: Model) {
  const tensor = ({ name, datatype, shape }: TensorSpec) => ({ name, datatype, shape })
  return {
    name,
    versions: [version],
    platform: 'onnxruntime_onnx',
    inputs: signature.inputs.map(tensor),
    outputs: signature.outputs.map(tensor),
  }
}
