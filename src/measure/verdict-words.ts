import { digits, us } from './units.js'
import { type Decision, type MeasuredMode, type RemoteChoice, RULES } from './verdict.js'

/** The row that remote ones are held against: native, or ONNX Runtime where only a model is known. */
export function inProcessRow({ mode }: MeasuredMode): string {
  return mode === 'native' ? 'a native row' : 'a row in process'
}

/** The decision in a sentence. */
export function headline(
  decision: Decision,
  native: MeasuredMode | undefined,
  remote: MeasuredMode | undefined,
  choice: RemoteChoice | null,
): string {
  const mustBeRemote = choice ? ` If it has to be remote: ${remoteAdvice(choice)}.` : ''
  if (decision === 'native' && native && remote) {
    const cheaper = digits(remote.rowNs.value / native.rowNs.value)
    return `Run inference in process: ${inProcessRow(native)} is ${cheaper} times cheaper than the cheapest remote one.${mustBeRemote}`
  }
  if (decision === 'cannot tell' || !choice) {
    return `Cannot tell from this run: see the reasons.${mustBeRemote}`
  }
  return `Remote inference is good enough: ${remoteAdvice(choice)}.`
}

function remoteAdvice({ decision, batch }: RemoteChoice): string {
  if (decision === 'batched') return `send batches of ${batch}`
  return decision === 'single' ? 'single calls are fine' : 'cannot tell single calls from batches'
}

/** What would have to be different for another decision. */
export function wouldChange(
  native: MeasuredMode | undefined,
  single: MeasuredMode | undefined,
  remote: MeasuredMode | undefined,
  decision: Decision,
): string[] {
  const changes: string[] = []
  if (decision === 'cannot tell') {
    changes.push('Narrower intervals: run without --quick, and with nothing else on the machine.')
  }
  if (native && remote && decision === 'native') {
    const limit = remote.rowNs.low / RULES.adoptOver
    changes.push(
      `A network so large that ${inProcessRow(native)} costs over ${(limit / 1000).toFixed(1)} us while the remote cost stays, or a reason that is not speed: a GPU, a shared model, another language.`,
    )
  }
  if (single) {
    const [low, high] = RULES.singleAddsUs
    changes.push(
      `Single calls would do if one added under ${low} to ${high} us; here the whole exchange costs ${us(single.rowNs)}.`,
    )
  }
  return changes
}
