import { NeatronError } from '../errors.js'
import { asNeatronError, type BoundCall } from '../native/addon.js'

function detached(): NeatronError {
  return new NeatronError(
    'BUFFER_DETACHED',
    'the memory of a bound array is gone (its buffer was transferred, resized or detached); ' +
      'allocate new arrays and bind again',
  )
}

/**
 * A function that makes a bound call, unless the memory of its arrays has gone: the native side
 * knows addresses, and only JavaScript can see cheaply that they are stale. The lengths are those
 * of private views, since user code can give its own arrays a `length` of any value.
 */
export function guardBound(call: BoundCall): () => void {
  const { inputs, outputs } = call
  const inputLength = inputs.length
  const outputLength = outputs.length
  return () => {
    if (inputs.length !== inputLength || outputs.length !== outputLength) throw detached()
    try {
      call()
    } catch (error) {
      throw asNeatronError(error)
    }
  }
}
