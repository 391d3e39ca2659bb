import { InvalidArgumentError } from 'commander'

/** Makes a commander parser for whole numbers from `min` to `max`. */
export function integer(min: number, max = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(`Expected a whole number ${range(min, max)}.`)
    }
    return value
  }
}

/** Parses a batch size: rows, or `adaptive`. */
export function batchSize(text: string): number | 'adaptive' {
  return text === 'adaptive' ? text : integer(1)(text)
}

/** Makes a commander parser for numbers from `min` to `max`. */
export function number(min: number, max = Number.MAX_VALUE) {
  return (text: string): number => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isFinite(value) || value < min || value > max) {
      throw new InvalidArgumentError(`Expected a number ${range(min, max)}.`)
    }
    return value
  }
}

function range(min: number, max: number): string {
  return max >= Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`
}

/** A server's address, checked before anything is begun. */
export function serverUrl(text: string): string {
  if (/^unix:./.test(text) || (/^https?:\/\//.test(text) && URL.canParse(text))) return text
  throw new InvalidArgumentError('Expected an address such as http://127.0.0.1:8000.')
}
