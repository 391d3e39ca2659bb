import { type BreakEven, breakEven } from './break-even.js'
import type { Mode } from './contender.js'
import { against, difference, type Estimate, ratio } from './statistics.js'
import { digits, times, us } from './units.js'
import { headline, inProcessRow, wouldChange } from './verdict-words.js'

/**
 * The rules of the verdict, from the source guide. Batch when a single call adds more than 10 to
 * 20 us to a row; adopt a costlier arrangement only when it is over 2 times faster; read a high
 * p99 as jitter.
 */
export const RULES = {
  /** Microseconds that a single remote call may add to a row: fine under the first. */
  singleAddsUs: [10, 20],
  /** How many times faster the more elaborate choice must be. */
  adoptOver: 2,
  /** A p99 this many times the p50 is jitter. The guide gives no figure; this one is ours. */
  jitterOver: 3,
} as const

/** A measured row, as much as the verdict needs of it. */
export interface MeasuredMode {
  readonly name: string
  readonly label: string
  readonly mode: Mode
  readonly rowsPerCall: number
  /** Cost of a row, in nanoseconds. */
  readonly rowNs: Estimate
  readonly p50Ns: Estimate | null
  readonly p99Ns: Estimate | null
  /** False when outputs differed or rows were lost: such a row decides nothing. */
  readonly valid: boolean
}

/** A training session in one mode, as much as the verdict needs of it. */
export interface TrainedMode {
  readonly label: string
  readonly mode: 'cpu' | 'remote'
  readonly gensPerSec: Estimate
  /** False when rows were lost: such a session decides nothing. */
  readonly valid: boolean
}

/** Where inference should run. */
export type Decision = 'native' | 'batched' | 'single' | 'cannot tell'

/** Why: the rule, and what it found in the figures. */
export interface Reason {
  readonly rule: 'single adds' | 'over 2 times' | 'jitter' | 'training' | 'missing'
  readonly text: string
  /** The figure the rule looked at, where it is one: microseconds or a ratio. */
  readonly figure: Estimate | null
}

/** What to do when inference has to be remote. */
export interface RemoteChoice {
  readonly decision: Exclude<Decision, 'native'>
  /** Rows a request; 1 for single calls, null when it cannot be told. */
  readonly batch: number | null
}

/** What the rules decide, in figures and in words. */
export interface Verdict {
  readonly decision: Decision
  readonly headline: string
  /** Null when no remote mode was measured. */
  readonly remote: RemoteChoice | null
  readonly reasons: readonly Reason[]
  /** What would have to be different for another decision. */
  readonly wouldChange: readonly string[]
  readonly breakEven: BreakEven | null
}

/**
 * Decides where inference should run from measured rows of one workload and one server. Pure: the same rows give
 * the same verdict. It says 'cannot tell' where an interval reaches across the threshold of the
 * rule that would decide.
 *
 * 1. Remote: single calls are fine when they add under 10 us to a native row. Over 20 us they are
 *    not, and the smallest batch is chosen that no larger one beats by over 2 times. From 10 to
 *    20 us a batch is chosen only if it is over 2 times faster than single calls. The arrangement
 *    must itself be over 2 times faster than single calls to be adopted at all.
 * 2. Native or remote: a native call of one row (ONNX Runtime's in process, where only a model is
 *    known), which native batches would only make cheaper, against the cheapest remote row. Native is chosen when it is over 2 times faster, since moving
 *    inference into the process has to pay for itself.
 * 3. Training speeds, where there are some, are told, and decide nothing: they follow from the rows.
 * 4. Each of the modes above whose p99 is surely over 3 times its p50 gets a reason that names the
 *    jitter.
 */
export function verdict(
  modes: readonly MeasuredMode[],
  training: readonly TrainedMode[] = [],
): Verdict {
  const valid = modes.filter((mode) => mode.valid)
  const native = cheapest(
    valid.filter(({ mode, rowsPerCall }) => mode === inProcess(modes) && rowsPerCall === 1),
  )
  const single = cheapest(valid.filter(({ mode }) => mode === 'single'))
  const batches = cheapestOfEachSize(valid.filter(({ mode }) => mode === 'batch'))
  const reasons: Reason[] = []
  const remote = chooseRemote(native, single, batches, reasons)
  const bestRemote = cheapest([...(single ? [single] : []), ...batches])
  const decision = chooseSide(native, bestRemote, remote, reasons)
  reasons.push(...trainingSpeed(training.filter((mode) => mode.valid)))
  const chosen = batches.find(({ rowsPerCall }) => rowsPerCall === remote?.batch)
  const deciding = new Set([native, single, bestRemote, chosen])
  reasons.push(...[...deciding].flatMap((mode) => (mode ? jitter(mode) : [])))
  const even = single ? breakEven(native?.rowNs ?? null, [single, ...batches]) : null
  return {
    decision,
    headline: headline(decision, native, bestRemote, remote),
    remote,
    reasons,
    wouldChange: wouldChange(native, single, bestRemote, decision),
    breakEven: even,
  }
}

/** Native rows stand for calls in process; ONNX Runtime's, where the genome of a model is not known. */
function inProcess(modes: readonly MeasuredMode[]): Mode {
  return modes.some(({ mode }) => mode === 'native') ? 'native' : 'in process'
}

function cheapest(modes: readonly MeasuredMode[]): MeasuredMode | undefined {
  return [...modes].sort((a, b) => a.rowNs.value - b.rowNs.value)[0]
}

/** Ascending in size: one batch of each, in the protocol that makes its rows cheapest. */
function cheapestOfEachSize(batches: readonly MeasuredMode[]): MeasuredMode[] {
  const sizes = [...new Set(batches.map(({ rowsPerCall }) => rowsPerCall))].sort((a, b) => a - b)
  return sizes.map((size) => cheapest(batches.filter(({ rowsPerCall }) => rowsPerCall === size))!)
}

function chooseRemote(
  native: MeasuredMode | undefined,
  single: MeasuredMode | undefined,
  batches: readonly MeasuredMode[],
  reasons: Reason[],
): RemoteChoice | null {
  if (!single) {
    if (batches.length === 0) return null
    const text = 'No valid row for single remote calls, so batches have nothing to beat.'
    reasons.push({ rule: 'missing', text, figure: null })
    return { decision: 'cannot tell', batch: null }
  }
  const adds = native ? difference(single.rowNs, native.rowNs) : single.rowNs
  const [fine, costly] = RULES.singleAddsUs.map((limit) => against(adds, limit * 1000))
  const says = native
    ? `A single remote call adds ${us(adds)} to a row`
    : `A single remote call costs ${us(adds)} a row, with no native one to compare`
  const rule = 'single adds'
  if (fine === 'under') {
    reasons.push({ rule, text: `${says}, under 10 us: single calls are fine.`, figure: adds })
    return { decision: 'single', batch: 1 }
  }
  // The guide's threshold is itself a range; inside it only the rule of 2 times can decide.
  if (fine === 'over') {
    const where = costly === 'over' ? 'over 20 us: batch' : 'in the grey range from 10 to 20 us'
    reasons.push({ rule, text: `${says}, ${where}.`, figure: adds })
    return chooseBatch(single, batches, reasons)
  }
  reasons.push({ rule, text: `${says}: the interval reaches across 10 us.`, figure: adds })
  return { decision: 'cannot tell', batch: null }
}

function chooseBatch(
  single: MeasuredMode,
  batches: readonly MeasuredMode[],
  reasons: Reason[],
): RemoteChoice {
  const rule = 'over 2 times'
  const faster = (than: MeasuredMode, mode: MeasuredMode) => ratio(than.rowNs, mode.rowNs)
  const over = (figure: Estimate) => against(figure, RULES.adoptOver)
  const gains = batches.map((mode) => ({ mode, gain: faster(single, mode) }))
  const sure = gains.filter(({ gain }) => over(gain) === 'over').map(({ mode }) => mode)
  const chosen = sure.find((mode) => sure.every((other) => over(faster(mode, other)) !== 'over'))
  if (chosen) {
    const figure = faster(single, chosen)
    const text = `Batches of ${chosen.rowsPerCall} make a row ${times(figure)} cheaper than single calls, and no other batch measured is surely over 2 times cheaper still.`
    reasons.push({ rule, text, figure })
    return { decision: 'batched', batch: chosen.rowsPerCall }
  }
  const best = [...gains].sort((a, b) => b.gain.value - a.gain.value)[0]
  if (!best) {
    reasons.push({ rule: 'missing', text: 'No valid row for remote batches.', figure: null })
    return { decision: 'cannot tell', batch: null }
  }
  const figure = best.gain
  const what = `The best batch (${best.mode.rowsPerCall}) makes a row ${times(figure)} cheaper than single calls`
  if (over(figure) === 'unsure') {
    reasons.push({ rule, text: `${what}: the interval reaches across 2.`, figure })
    return { decision: 'cannot tell', batch: null }
  }
  reasons.push({ rule, text: `${what}, not over 2: batching is not worth it.`, figure })
  return { decision: 'single', batch: 1 }
}

function chooseSide(
  native: MeasuredMode | undefined,
  remote: MeasuredMode | undefined,
  choice: RemoteChoice | null,
  reasons: Reason[],
): Decision {
  if (!native || !remote) {
    const text = `No valid ${native ? 'remote' : 'native'} row to compare with.`
    reasons.unshift({ rule: 'missing', text, figure: null })
    return choice?.decision ?? 'cannot tell'
  }
  const figure = ratio(remote.rowNs, native.rowNs)
  const text = `The cheapest remote row (${remote.label}, ${us(remote.rowNs)}) costs ${times(figure)} as much as ${inProcessRow(native)} (${native.label}, ${us(native.rowNs)})`
  const rule = 'over 2 times'
  const side = against(figure, RULES.adoptOver)
  const ending = {
    over: `, over 2: ${native.mode === 'native' ? 'native' : 'in process'}.`,
    under: ', under 2: remote is good enough.',
    unsure: ': the interval reaches across 2.',
  }[side]
  reasons.unshift({ rule, text: text + ending, figure })
  if (side === 'over') return 'native'
  return side === 'under' && choice ? choice.decision : 'cannot tell'
}

function trainingSpeed(training: readonly TrainedMode[]): Reason[] {
  const native = training.find(({ mode }) => mode === 'cpu')
  const [remote] = training
    .filter(({ mode }) => mode === 'remote')
    .sort((a, b) => b.gensPerSec.value - a.gensPerSec.value)
  if (!native || !remote) return []
  const figure = ratio(native.gensPerSec, remote.gensPerSec)
  const speed = ({ gensPerSec }: TrainedMode) => digits(gensPerSec.value)
  const text = `Training in process makes ${speed(native)} generations/s, the fastest remote mode (${remote.label}) ${speed(remote)}: ${digits(figure.value)} times as many.`
  return [{ rule: 'training', text, figure }]
}

function jitter({ label, p50Ns, p99Ns }: MeasuredMode): Reason[] {
  if (!p50Ns || !p99Ns) return []
  const figure = ratio(p99Ns, p50Ns)
  if (against(figure, RULES.jitterOver) !== 'over') return []
  const text = `${label}: p99 (${us(p99Ns)}) is ${times(figure)} p50 (${us(p50Ns)}), which is jitter: budget by the tail.`
  return [{ rule: 'jitter', text, figure }]
}
