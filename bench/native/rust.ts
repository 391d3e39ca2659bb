/**
 * What only Rust can measure (the naive loop, the machine's peaks, a population on one thread and
 * on two): `cargo bench --bench bench_feed_forward`, whose last line is an array of budgets.
 */
import { spawn, spawnSync } from 'node:child_process'
import type { Budget } from './budgets.js'

/** Its budgets, or why there are none. */
export type Rust = { budgets: Budget[]; text: string } | { missing: string }

/** Runs it on genomes whose names contain `filter`, and on the populations. */
export async function measureRust(filter: string, quick: boolean): Promise<Rust> {
  if (spawnSync('cargo', ['--version'], { stdio: 'ignore' }).status !== 0) {
    return { missing: 'cargo is not on PATH' }
  }
  const names = filter === '' ? [] : [filter, 'population']
  const child = spawn(
    'cargo',
    ['bench', '--quiet', '--bench', 'bench_feed_forward', '--', '--json']
      .concat(quick ? ['--quick'] : [])
      .concat(names),
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  if (code !== 0) return { missing: `cargo bench failed with exit code ${code}` }
  const lines = output.trimEnd().split('\n')
  const budgets = JSON.parse(lines.pop()!) as Budget[]
  return { budgets, text: lines.join('\n') }
}
