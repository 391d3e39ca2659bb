import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { cli, scratch } from './run-cli.js'

/** Trains a short run. */
async function trained(t: ExecutionContext, generations = 3): Promise<string> {
  const directory = join(await scratch(t), 'run')
  const flags = ['--seed', '3', '--population', '20', '--generations', String(generations)]
  const { code, stderr } = await cli(['train', 'xor', ...flags, '--out', directory, '--json'])
  t.is(code, 0, stderr)
  return directory
}

const pictures = async (directory: string) =>
  (await readdir(directory)).filter((name) => name.endsWith('.svg')).sort()

const ALL = ['champion.svg', 'fitness.svg', 'latency.svg', 'species.svg']

test('draws a run into its directory, or another', async (t) => {
  const directory = await trained(t)
  const { code, stdout, stderr } = await cli(['plot', directory])
  t.is(code, 0, stderr)
  t.deepEqual(await pictures(directory), ALL)
  t.deepEqual(
    stdout.trim().split('\n').sort(),
    ALL.map((name) => join(directory, name)),
  )
  const svg = await readFile(join(directory, 'fitness.svg'), 'utf8')
  t.true(svg.includes('xor, seed 3: 3 generations of 20 genomes'))

  const out = join(directory, 'deep', 'pictures')
  t.is((await cli(['plot', directory, '--out', out])).code, 0)
  t.deepEqual(await pictures(out), ALL)
})

test('draws a run of one generation, and one that has no champion yet', async (t) => {
  const directory = await trained(t, 1)
  await rm(join(directory, 'champion.json'))
  const { code, stdout, stderr } = await cli(['plot', directory])
  t.is(code, 0, stderr)
  t.deepEqual(await pictures(directory), ALL.slice(1))
  t.regex(stdout, /without champion\.svg: .* has no champion\.json until the run ends/)
})

test('refuses what is no run, and says why', async (t) => {
  const directory = await trained(t, 1)
  const without = async (name: string, change: (copy: string) => Promise<void>) => {
    const copy = `${directory}-${name}`
    await cp(directory, copy, { recursive: true })
    await change(copy)
    const { code, stdout, stderr } = await cli(['plot', copy])
    t.is(code, 1, name)
    t.is(stdout, '')
    t.is(stderr.trim().split('\n').length, 1)
    t.deepEqual(await pictures(copy), [])
    return stderr
  }
  const write = (name: string, text: string) => (copy: string) => writeFile(join(copy, name), text)
  t.regex(
    await without('generations', (copy) => rm(join(copy, 'generations.jsonl'))),
    /it has no generations\.jsonl.*\[RUN_INVALID\]/,
  )
  t.regex(
    await without('empty', write('generations.jsonl', '')),
    /no generation of it is complete yet.*\[RUN_INVALID\]/,
  )
  t.regex(
    await without('damaged', write('generations.jsonl', '{}\n')),
    /Line 1 of generations\.jsonl is no generation.*\[RUN_INVALID\]/,
  )
  t.regex(await without('format', write('run.json', '[]')), /is not of format.*\[RUN_INVALID\]/)

  const nowhere = join(directory, 'nowhere')
  t.regex((await cli(['plot', nowhere])).stderr, /it has no run\.json.*\[RUN_INVALID\]/)
  t.is((await cli(['plot'])).code, 2)
})
