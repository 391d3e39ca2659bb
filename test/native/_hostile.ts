/**
 * Throws wrong and almost right values at every function that index.d.ts declares, and at every
 * function that those hand out, for the given milliseconds. Ends with counts on stdout; a crash
 * ends it sooner.
 *
 *     node --expose-gc --import=tsx test/native/_hostile.ts MILLISECONDS [SEED]
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { guardBound } from '#src/genome/bound.js'
import { argument, below, genomes, handles, type Parameter, pick } from './_hostile-values.js'

type Call = (...args: unknown[]) => unknown
interface Target {
  name: string
  call: Call
  parameters: Parameter[]
  /** The type of what it returns. */
  returns: string
}

const milliseconds = Number(process.argv[2])
const addon = createRequire(import.meta.url)('../../index.js') as Record<string, Call>

/** The parameters of a list, whose types are taken without `undefined` and `null`. */
const parametersOf = (list: string): Parameter[] =>
  [...list.matchAll(/(\w+)\??: ([^,|)]+)/g)].map(([, name, type]) => ({ name, type: type.trim() }))

const declarations = readFileSync(new URL('../../index.d.ts', import.meta.url), 'utf8')
const exported: Target[] = [
  ...declarations.matchAll(/^export declare function (\w+)\((.*?)\): (.*)$/gm),
].map(([, name, list, returns]) => ({
  name,
  call: addon[name],
  parameters: parametersOf(list),
  returns,
}))

/** Functions that the addon handed out. */
const handed: Target[] = []
const keepIn = <T>(list: T[], value: T) => {
  list[list.length < 50 ? list.length : below(50)] = value
}

const counts = { calls: 0, codes: {} as Record<string, number> }
/** How often each function answered, and refused. */
const by = new Map<string, { answered: number; refused: number }>()
const pending: Promise<unknown>[] = []

function refused(name: string, error: unknown): void {
  // All have a code; an option that is no object is refused by the engine, with a TypeError.
  const { code, name: kind } = error as { code?: string; name: string }
  counts.codes[code ?? kind] = (counts.codes[code ?? kind] ?? 0) + 1
  by.get(name)!.refused++
}

/** Keeps what came back, to be passed or called later. */
function keep({ name, returns }: Target, result: unknown): void {
  if (result instanceof Promise) {
    pending.push(result.catch((error) => refused(name, error)))
  } else if (returns.startsWith('ExternalObject')) {
    keepIn(handles.get(returns)!, result)
  } else if (name.startsWith('bind')) {
    // As src/genome does, which alone calls bound functions; some lose their arrays before.
    const { inputs } = result as { inputs: Float32Array }
    const call = guardBound(result as Parameters<typeof guardBound>[0])
    if (below(4) === 0) structuredClone(0, { transfer: [inputs.buffer as ArrayBuffer] })
    keepIn(handed, { name: `call of ${name}`, call, parameters: [], returns: 'void' })
  } else if (typeof result === 'function') {
    const parameters = parametersOf(returns.slice(0, returns.lastIndexOf('=>')))
    keepIn(handed, { name: result.name, call: result as Call, parameters, returns: 'void' })
  }
}

function attack(target: Target): void {
  counts.calls++
  const { name, call, parameters } = target
  if (!by.has(name)) by.set(name, { answered: 0, refused: 0 })
  // Or there would soon be no population in use.
  if (name.startsWith('dispose') && below(10) > 0) return
  const args = parameters.map(argument)
  if (below(20) === 0) args.length = below(args.length + 1)
  // The measuring loop may run for its 2^32 calls: it gets few.
  if (name === 'timeFeedForward') args[4] = below(3)
  try {
    keep(target, call(...args))
    by.get(name)!.answered++
  } catch (error) {
    refused(name, error)
  }
}

for (const { returns } of exported) {
  if (returns.startsWith('ExternalObject')) handles.set(returns, [])
}
// Real handles to begin with, so that most attacks get past the first check.
for (const { words } of genomes) {
  const offsets = Uint32Array.of(0, words.length)
  for (const { call, parameters, returns } of exported) {
    handles.get(returns)?.push(parameters.length === 1 ? call(words) : call(words, offsets))
  }
}

const end = Date.now() + milliseconds
// On a busy machine, too, every function has its turn.
while (Date.now() < end || counts.calls < 30_000) {
  for (let turn = 0; turn < 500; turn++) {
    attack(pick(exported))
    if (handed.length > 0) attack(pick(handed))
  }
  await Promise.all(pending.splice(0))
  await new Promise(setImmediate)
  globalThis.gc?.()
}
console.log(JSON.stringify({ ...counts, by: Object.fromEntries(by) }))
