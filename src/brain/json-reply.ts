import { describe } from '../describe.js'
import type { HttpReply } from './exchange.js'
import { invalid } from './exchange-error.js'

/** The JSON object in an answer; throws `RESPONSE_INVALID` when there is none. */
export function parseJson(reply: HttpReply, url: string): Record<string, unknown> {
  return parseJsonText(reply.body.toString('utf8'), url)
}

/** As {@link parseJson}, of the text itself. */
export function parseJsonText(text: string, url: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw invalid(url, 'a JSON object', `${describe(text)} (${(error as Error).message})`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(url, 'a JSON object', describe(value))
  }
  return value as Record<string, unknown>
}
