import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { plotCommand } from '#src/cli/plot.js'
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
  const refuses = async (path: string, message: RegExp, code = 'RUN_INVALID') => {
    await t.throwsAsync(plotCommand().parseAsync([path], { from: 'user' }), { code, message })
  }
  const damaged = async (name: string, text: string | null, message: RegExp, code?: string) => {
    const copy = `${directory}-${name}-${text?.length}`
    await cp(directory, copy, { recursive: true })
    if (text === null) await rm(join(copy, name))
    else await writeFile(join(copy, name), text)
    await refuses(copy, message, code)
    t.deepEqual(await pictures(copy), [])
  }
  await refuses(join(directory, 'nowhere'), /it is not there/)
  await refuses(join(directory, '..'), /it has no run\.json/)
  await refuses(join(directory, 'run.json'), /ENOTDIR/, 'FILE_UNREADABLE')
  await damaged('generations.jsonl', null, /it has no generations\.jsonl/)
  await damaged('generations.jsonl', '', /no generation of it is complete yet/)
  await damaged('generations.jsonl', '{}\n', /Line 1 of generations\.jsonl is no generation/)
  await damaged('run.json', '[]', /its run\.json is not of format/)
  await damaged('run.json', '{', /run\.json is not JSON/, 'JSON_INVALID')
  await damaged('champion.json', '{}', /champion\.json/, 'GENOME_FORMAT')

  const odd = `${directory}-odd`
  await mkdir(join(odd, 'run.json'), { recursive: true })
  await refuses(odd, /run\.json: EISDIR/, 'FILE_UNREADABLE')

  const { code, stdout, stderr } = await cli(['plot', join(directory, 'nowhere')])
  t.is(code, 1)
  t.is(stdout, '')
  t.regex(stderr, /^neatron: Cannot draw .*\[RUN_INVALID\]\n$/)
})
