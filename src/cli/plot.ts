import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { Command } from 'commander'
import { NeatronError } from '../errors.js'
import { parseGenerations } from '../report/plot/generation-line.js'
import { plotRun } from '../report/plot/plot.js'
import type { TrainingRun } from '../report/plot/run.js'
import { writeWholeFile } from '../whole-file.js'
import { readGenome, readInput, readJson, writing } from './files.js'

/** What a picture says of `run.json`. */
const RunFile = Type.Object({
  format: Type.Literal('neatron/run'),
  task: Type.String(),
  seed: Type.Number(),
})

/** `neatron plot`: pictures of a training run. */
export function plotCommand(): Command {
  return new Command('plot')
    .description('draw a training run: fitness, species, latency and champion, as SVG')
    .argument('<dir>', 'the directory of a run, as train writes it')
    .option('--out <dir>', "where the pictures go (default: the run's directory)")
    .addHelpText(
      'after',
      `
Examples:
  neatron train xor --seed 3 --out runs/xor && neatron plot runs/xor
  neatron plot runs/xor --out pictures

Writes fitness.svg, species.svg, latency.svg and champion.svg, light or dark as their reader's
screen is. A run that goes on can be drawn too; its champion is written when it ends.`,
    )
    .action(async (directory: string, options: { out?: string }) => {
      const run = await readRun(directory)
      const pictures = plotRun(run)
      const out = options.out ?? directory
      await writing(out, mkdir(out, { recursive: true }))
      for (const [name, svg] of pictures) {
        const path = join(out, name)
        await writing(path, writeWholeFile(path, svg))
        console.log(path)
      }
      if (!run.champion) {
        console.log(`without champion.svg: ${directory} has no champion.json until the run ends`)
      }
      if (!pictures.has('latency.svg')) {
        console.log('without latency.svg: no inference was timed in this run')
      }
    })
}

/**
 * Reads a run.
 *
 * @throws NeatronError `RUN_INVALID` if the directory holds none with a complete generation,
 *   `FILE_UNREADABLE` if it, or a file in it, is there and cannot be read
 */
async function readRun(directory: string): Promise<TrainingRun> {
  const file = (name: string) => join(directory, name)
  const run = await present(readJson(file('run.json')))
  if (run === undefined) {
    throw notARun(directory, existsSync(directory) ? 'it has no run.json' : 'it is not there')
  }
  if (!Value.Check(RunFile, run)) {
    throw notARun(directory, 'its run.json is not of format "neatron/run"')
  }
  const lines = await present(readInput(file('generations.jsonl')))
  if (lines === undefined) throw notARun(directory, 'it has no generations.jsonl')
  const generations = parseGenerations(lines.toString())
  if (generations.length === 0) throw notARun(directory, 'no generation of it is complete yet')
  const champion = (await present(readGenome(file('champion.json')))) ?? null
  return { task: run.task, seed: run.seed, generations, champion }
}

/** What was read, or undefined if there is no such file. Other failures to read stay failures. */
async function present<T>(reading: Promise<T>): Promise<T | undefined> {
  return reading.catch((error: Error) => {
    if ((error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return undefined
    throw error
  })
}

function notARun(directory: string, reason: string): NeatronError {
  return new NeatronError(
    'RUN_INVALID',
    `Cannot draw ${directory}: ${reason}. Give a directory that neatron train wrote.`,
  )
}
