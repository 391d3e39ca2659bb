import Table from 'cli-table3'
import type { Experiment } from './experiments.js'
import type { Run } from './runs.js'

type Rows = { head: string[]; rows: (string | number)[][] }

/** Runs beside what the paper reports: means and standard deviations of those that solved. */
export function beside(experiments: readonly Experiment[], results: readonly Run[][]): Rows {
  return {
    head: [
      'experiment',
      '',
      'evaluations',
      'generations',
      'hidden',
      'connections',
      'generalisation',
      'failures',
    ],
    rows: experiments.flatMap(({ title, paper }, index) => {
      const runs = results[index]
      const solved = runs.filter((run) => run.solved)
      const ours = [
        title,
        'neatron',
        spread(solved.map((run) => run.evaluations)),
        spread(
          solved.map((run) => run.generations),
          1,
        ),
        spread(
          solved.map((run) => run.hidden),
          2,
        ),
        spread(
          solved.map((run) => run.connections),
          2,
        ),
        paper?.generalisation === undefined ? '' : spread(solved.map((run) => run.passed ?? 0)),
        `${runs.length - solved.length} of ${runs.length}`,
      ]
      const theirs = [
        '',
        'paper',
        paper?.evaluations ?? '',
        paper?.generations ?? '',
        paper?.hidden ?? '',
        '',
        paper?.generalisation ?? '',
        paper?.failures ?? '',
      ]
      return [ours, theirs]
    }),
  }
}

/** How many runs solved each task, and how soon. */
export function rates(experiments: readonly Experiment[], results: readonly Run[][]): Rows {
  return {
    head: ['task', 'solved', 'generations: median', 'worst', 'allowed', 'evaluations'],
    rows: experiments.map(({ title, generations }, index) => {
      const runs = results[index]
      const solved = runs.filter((run) => run.solved).sort((a, b) => a.generations - b.generations)
      const median = solved[Math.floor(solved.length / 2)]
      return [
        title,
        `${solved.length} of ${runs.length}`,
        median?.generations ?? '-',
        solved.at(-1)?.generations ?? '-',
        generations,
        spread(solved.map((run) => run.evaluations)),
      ]
    }),
  }
}

/** A table for a terminal, or as Markdown. */
export function print({ head, rows }: Rows, markdown: boolean): string {
  if (markdown) {
    const lines = [head, head.map(() => '---'), ...rows]
    return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  }
  const table = new Table({ head, style: { head: [], border: [] } })
  table.push(...rows)
  return table.toString()
}

/** Mean and standard deviation, rounded. */
function spread(numbers: readonly number[], digits = 0): string {
  if (numbers.length === 0) return '-'
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length
  const variance = numbers.reduce((sum, n) => sum + (n - mean) ** 2, 0) / numbers.length
  return `${mean.toFixed(digits)} ± ${Math.sqrt(variance).toFixed(digits)}`
}
