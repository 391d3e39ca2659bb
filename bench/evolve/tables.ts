import Table from 'cli-table3'
import { spread } from '../spread.js'
import type { ChildCost } from './child-cost.js'
import { mean } from './contender.js'
import type { Solving, Speed } from './measure.js'
import type { Parts } from './own.js'

/** What each library's rounds, or seeds, gave; in the same order for all. */
export type Results<T> = Map<string, T[]>

/** A budget of the design, and whether it holds. */
export interface Budget {
  what: string
  target: string
  reached: number
  low: number
  high: number
  holds: boolean
}

const STYLE = { head: [], border: [] }

const digits = (value: number) => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)

/** The median, and the quartiles about it. */
export function told(values: readonly number[]): string {
  const { median, low, high } = spread(values)
  return `${digits(median)} (${digits(low)} - ${digits(high)})`
}

/** How many times the one is the other, pair by pair. */
export const ratios = (one: readonly number[], other: readonly number[]) =>
  one.map((value, index) => value / other[index])

/** Each library's speed, and how many times neatron is as fast. */
export function speedTable(title: string, results: Results<Speed>): string {
  const table = new Table({
    head: [title, 'generations/s', 'neatron is so many times as fast', 'connections', 'hidden'],
    style: STYLE,
  })
  const own = [...results.values()][0].map((one) => one.generationsPerSecond)
  for (const [name, all] of results) {
    const speeds = all.map((one) => one.generationsPerSecond)
    table.push([
      name,
      told(speeds),
      name === 'neatron' ? '' : told(ratios(own, speeds)),
      mean(all, (one) => one.connections).toFixed(1),
      mean(all, (one) => one.hidden).toFixed(1),
    ])
  }
  return table.toString()
}

/** How long each library takes to solve a problem. */
export function solvingTable(title: string, results: Results<Solving>): string {
  const table = new Table({
    head: [title, 'solved', 'ms to solve', 'generations', 'connections', 'hidden'],
    style: STYLE,
  })
  for (const [name, all] of results) {
    table.push([
      name,
      `${all.filter((one) => one.solved).length} of ${all.length}`,
      told(all.map((one) => one.ms)),
      told(all.map((one) => one.generations)),
      mean(all, (one) => one.connections).toFixed(1),
      mean(all, (one) => one.hidden).toFixed(1),
    ])
  }
  return table.toString()
}

/** Where neatron's generations spend their time. */
export function partsTable(all: Map<string, Parts>): string {
  const [first] = all.values()
  const names = Object.keys(first) as (keyof Parts)[]
  const table = new Table({ head: ['us a generation', ...names], style: STYLE })
  for (const [title, parts] of all) {
    table.push([title, ...names.map((name) => (parts[name] * 1000).toFixed(0))])
  }
  return table.toString()
}

/** What a child costs. */
export function childTable(costs: readonly ChildCost[]): string {
  const table = new Table({
    head: ['threshold', 'species', 'connections', 'us a child', 'select', 'reproduce', 'speciate'],
    style: STYLE,
  })
  for (const { targetSpecies, us, shares, connections, species } of costs) {
    const { median } = spread(us)
    table.push([
      targetSpecies === 0 ? "3, the paper's" : `steered to ${targetSpecies} species`,
      species.toFixed(1),
      connections.toFixed(1),
      told(us),
      ...Object.values(shares).map((share) => (share * median).toFixed(2)),
    ])
  }
  return table.toString()
}

/** Every budget, and whether it holds. */
export function budgetTable(budgets: readonly Budget[]): string {
  const table = new Table({ head: ['budget', 'to reach', 'reached', 'holds'], style: STYLE })
  for (const { what, target, reached, low, high, holds } of budgets) {
    table.push([
      what,
      target,
      `${digits(reached)} (${digits(low)} - ${digits(high)})`,
      holds ? 'yes' : 'NO',
    ])
  }
  return table.toString()
}
