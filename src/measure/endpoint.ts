/** What a URL names: a server, or one endpoint of it. */
export interface Endpoint {
  /** The server. */
  readonly base: string
  /** `server` when it names no endpoint, `infer` for its `/infer`, `oip` for a model of it. */
  readonly kind: 'server' | 'infer' | 'oip'
  /** The model it names, as it stands in the URL; null without one. */
  readonly model: string | null
}

/** Reads `http://host`, `http://host/infer`, and `http://host/v2/models/NAME[/infer]`. */
export function parseEndpoint(url: string): Endpoint {
  const oip = /^(.*)\/v2\/models\/([^/]+)(?:\/infer)?\/?$/.exec(url)
  if (oip) return { base: oip[1], kind: 'oip', model: oip[2] }
  const base = url.replace(/\/(infer\/?)?$/, '')
  return { base, kind: /\/infer\/?$/.test(url) ? 'infer' : 'server', model: null }
}
