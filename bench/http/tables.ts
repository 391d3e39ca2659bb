import Table from 'cli-table3'
import { type Spread, spread, spreadText as text } from '../spread.js'
import type { AdaptiveResult } from './adaptive.js'
import type { AwakeResult } from './awake.js'
import type { Budget } from './budgets.js'
import { CLIENTS, type Throughput } from './concurrency.js'
import { byRound, ratioOf } from './pool.js'
import type { SingleCalls } from './single-call.js'
import { POPULATION, type TrainingSpeed } from './training.js'

export interface CallSummary {
  readonly name: string
  readonly p50Us: Spread
  readonly p99Us: Spread
  /** How many times the p50 of the echo. */
  readonly overEcho: Spread
}

/** What was measured on one connection, for each way of being answered. */
export function summaries({ samples }: SingleCalls): CallSummary[] {
  return [...samples.keys()].map((name) => ({
    name,
    p50Us: spread(byRound(samples, name, 0.5)),
    p99Us: spread(byRound(samples, name, 0.99)),
    overEcho: ratioOf(samples, name, 'echo'),
  }))
}

export function callTable(genome: string, calls: readonly CallSummary[]): string {
  return table(
    [`${genome}, one connection`, 'p50 us', 'p99 us', 'times the echo'],
    calls.map(({ name, p50Us, p99Us, overEcho }) => [
      name,
      text(p50Us, 0),
      text(p99Us, 0),
      text(overEcho, 2),
    ]),
  )
}

export function awakeTable(results: readonly AwakeResult[]): string {
  return table(
    ['requests come', 'server', 'p50 us', 'p99 us', 'its CPU us a request'],
    results.map(({ rate, awake, p50Us, p99Us, cpuUs }) => [
      rate === 0 ? 'one after the other' : `at random, ${rate}/s`,
      awake ? 'stays awake' : '--stay-awake-us 0',
      text(p50Us, 0),
      text(p99Us, 0),
      text(cpuUs, 0),
    ]),
  )
}

export function throughputTable(results: readonly Throughput[]): string {
  return table(
    [`${CLIENTS} clients, one row each`, 'requests/s', 'p50 us', 'p99 us'],
    results.map(({ batching, requestsPerSecond, p50Us, p99Us }) => [
      batching ? 'shared runs' : 'a run for each',
      text(requestsPerSecond, 0),
      text(p50Us, 0),
      text(p99Us, 0),
    ]),
  )
}

export function trainingTable(results: readonly TrainingSpeed[]): string {
  return table(
    [`remote training, population ${POPULATION}, batch`, 'generations/s', 'rows a request'],
    results.map(({ name, generationsPerSecond, rowsPerRequest }) => [
      name,
      text(generationsPerSecond, 2),
      rowsPerRequest.toFixed(1),
    ]),
  )
}

export function adaptiveTable({ clients, sizes, bestFixed, overBest }: AdaptiveResult): string {
  const rows = sizes.map(({ name, rowsPerSecond, p50Us, p99Us, rowsPerRequest }) => [
    name,
    text(rowsPerSecond, 0),
    text(p50Us, 0),
    text(p99Us, 0),
    rowsPerRequest.toFixed(1),
  ])
  const head = [`${clients}, batch`, 'rows/s', 'p50 us', 'p99 us', 'rows a request']
  return `${table(head, rows)}\nadaptive over ${bestFixed}, rows/s: ${text(overBest, 2)}`
}

export function budgetTable(budgets: readonly Budget[]): string {
  return table(
    ['budget', 'to reach', 'reached', 'holds'],
    budgets.map(({ budget, target, reached, holds }) => [
      budget,
      target,
      reached,
      holds ? 'yes' : 'NO',
    ]),
  )
}

function table(head: string[], rows: readonly (readonly string[])[]): string {
  const made = new Table({ head, style: { head: [], border: [] } })
  for (const row of rows) made.push([...row])
  return String(made)
}
