/** Longer texts are cut. */
const MOST_CHARACTERS = 60

/** Names a value that is not what was expected, in few characters: for messages of errors. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value === 'string') {
    return JSON.stringify(
      value.length > MOST_CHARACTERS ? `${value.slice(0, MOST_CHARACTERS)}...` : value,
    )
  }
  if (typeof value !== 'object' || value === null) return String(value)
  const name = value.constructor?.name
  return name === undefined || name === 'Object' ? 'an object' : `an instance of ${name}`
}
