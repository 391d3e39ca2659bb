import type { Cancellation } from './cancellation.js'
import type { Exchange } from './exchange.js'

/** Whether a server says (`GET /v2`) that it speaks Triton's binary tensor data extension. */
export async function takesBinaryTensors(
  exchange: Exchange,
  cancellation?: Cancellation,
): Promise<boolean> {
  const reply = await exchange({ method: 'GET', path: '/v2' }, cancellation)
  if (reply.status !== 200) return false
  try {
    const { extensions } = JSON.parse(reply.body.toString())
    return Array.isArray(extensions) && extensions.includes('binary_tensor_data')
  } catch {
    return false
  }
}
