import type { Server, ServerOptions } from './serve/server.js'

/**
 * Starts an inference server in this process: `POST /infer` and the Open Inference Protocol v2,
 * answered by ONNX Runtime. The server and ONNX Runtime are loaded at the first call, so that
 * programs which never serve do not pay for them.
 *
 * @throws NeatronError `SERVER_OPTION` for an option out of range, or a host beyond loopback
 *   without a token; `MODEL_REFUSED` for a model it does not run; `ONNX_MISSING` without ONNX
 *   Runtime; `SERVER_START_FAILED` when the address cannot be listened on
 */
export async function createServer(options?: ServerOptions): Promise<Server> {
  const server = await import('./serve/server.js')
  return server.createServer(options)
}
