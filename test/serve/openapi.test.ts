import { Validator } from '@seriousme/openapi-schema-validator'
import test from 'ava'
import { smallGenome, start } from './harness.js'

const models = [{ name: 'm', genome: smallGenome() }]
const token = 'a-token-of-some-length'

test('GET /docs/json is a valid OpenAPI document of all addresses', async (t) => {
  const server = await start(t, { models })
  const { json } = await server.get('/docs/json')
  const { valid, errors } = await new Validator().validate(structuredClone(json))
  t.true(valid, JSON.stringify(errors))
  const base = '/v2/models/{model}'
  const ofModel = ['', '/ready', '/config', '/stats', '/infer']
  const expected = [
    ...['/infer', '/metrics', '/v2', '/v2/health/live', '/v2/health/ready', '/v2/models/stats'],
    ...['/v2/repository/index', '/v2/repository/models/{model}/load'],
    '/v2/repository/models/{model}/unload',
    ...ofModel.flatMap((rest) => [base + rest, `${base}/versions/{version}${rest}`]),
  ]
  t.deepEqual(Object.keys(json.paths).sort(), expected.sort())
  for (const [path, methods] of Object.entries<Record<string, unknown>>(json.paths)) {
    const method = /infer$|repository/.test(path) ? 'post' : 'get'
    t.deepEqual(Object.keys(methods), [method], path)
  }
  const { post } = json.paths[`${base}/infer`]
  const types = ['application/json', 'application/octet-stream']
  t.deepEqual(Object.keys(post.requestBody.content), types)
  t.deepEqual(Object.keys(post.responses[200].content), types)
})

test('it says whether a token is needed', async (t) => {
  const server = await start(t, { models, token })
  const { json } = await server.get('/docs/json', { authorization: `Bearer ${token}` })
  const { valid, errors } = await new Validator().validate(structuredClone(json))
  t.true(valid, JSON.stringify(errors))
  t.deepEqual(json.security, [{ bearer: [] }])
  t.deepEqual(json.paths['/v2/health/live'].get.security, [])
  t.is(json.paths['/infer'].post.security, undefined)
})
