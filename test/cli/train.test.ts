import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { Genome } from 'neatron'
import { cli, scratch, start } from './run-cli.js'

const json = (stdout: string) => JSON.parse(stdout.trimEnd().split('\n').at(-1)!)
const read = (path: string) => readFileSync(path, 'utf8')

for (const mode of [
  { name: 'in process', args: ['--mode', 'cpu'], batch: 1 },
  { name: 'one call at a time', args: ['--mode', 'remote', '--batch', '1'], batch: 1 },
  { name: 'in batches', args: ['--mode', 'remote', '--batch', '8'], batch: 8 },
]) {
  test(`train --runs 5 ${mode.name}: the JSON line, the directory, counts that add up`, async (t) => {
    const out = join(await scratch(t), 'run')
    const population = mode.name === 'one call at a time' ? ['--population', '30'] : []
    const args = ['train', '--runs', '5', ...mode.args, ...population]
    const { stdout, stderr, code } = await cli([...args, '--seed', '3', '--out', out, '--json'])
    t.is(code, 0, stderr)
    t.is(stderr, '')
    t.is(stdout.trimEnd().split('\n').length, 1)
    const line = json(stdout)
    t.is(line.task, 'cart-pole')
    t.is(line.mode, mode.args[1])
    t.is(line.batch, mode.batch)
    t.is(line.seed, 3)
    t.true(line.generations >= 1 && line.generations <= 5)
    t.true(line.gensPerSec > 0)
    for (const p of ['p50', 'p95', 'p99']) t.true(line.simTickUs[p] > 0)
    t.true(line.inference.totalMs > 0 && line.inference.p50Us > 0)

    const generations = read(join(out, 'generations.jsonl')).trimEnd().split('\n').map(json)
    t.is(generations.length, line.generations)
    const rows = generations.reduce((sum, { rows }) => sum + rows, 0)
    t.is(line.inference.count, rows)
    t.is(
      generations.reduce((sum, { inference }) => sum + inference.inferCount, 0),
      rows,
    )
    if (mode.args[1] === 'cpu') {
      t.is(line.http, null)
    } else {
      const { requests } = line.http
      t.true(mode.batch === 1 ? requests === rows : requests < rows && requests * 8 >= rows)
    }
    const champion = Genome.fromJSON(JSON.parse(read(join(out, 'champion.json'))))
    t.is(champion.inputSize, 4)
    for (const name of ['run.json', 'champion.onnx', 'checkpoint.json', 'latency.hlog']) {
      t.true(existsSync(join(out, name)), name)
    }
  })
}

test('a run interrupted by SIGINT resumes to the same champion as one that was not', async (t) => {
  const folder = await scratch(t)
  const args = ['train', 'xor', '--seed', '11', '--generations', '60', '--population', '80']
  const whole = await cli([...args, '--out', join(folder, 'whole'), '--json'])
  t.is(whole.code, 0)

  const cut = join(folder, 'cut')
  const running = start([...args, '--out', cut])
  await running.printed(/generation +4 /)
  running.child.kill('SIGINT')
  const interrupted = await running.ended
  if (json(whole.stdout).generations > 20) t.is(interrupted.code, 130)
  if (interrupted.code === 130) t.regex(interrupted.stderr, /--resume .*cut/)

  const resumed = await cli(['train', '--resume', cut, '--json'])
  t.is(resumed.code, 0, resumed.stderr)
  const { generations, bestFitness, solved, evaluations } = json(whole.stdout)
  t.like(json(resumed.stdout), { generations, bestFitness, solved, evaluations })
  t.is(read(join(cut, 'champion.json')), read(join(folder, 'whole', 'champion.json')))
  const counted = (run: string) => read(join(folder, run, 'generations.jsonl')).split('\n').length
  t.is(counted('cut'), counted('whole'))
})

test('a server that dies ends remote training in one clear error and a saved run', async (t) => {
  const out = join(await scratch(t), 'run')
  const server = start(['serve', '--port', '0', '--allow-load'])
  t.teardown(() => server.child.kill('SIGKILL'))
  const url = await server.printed(/http:\/\/127\.0\.0\.1:\d+/)
  const remote = ['--mode', 'remote', '--batch', '64', '--url', url]
  const training = start([
    'train',
    'xor',
    '--seed',
    '5',
    '--generations',
    '1000',
    ...remote,
    '--out',
    out,
  ])
  await training.printed(/generation +2 /)
  server.child.kill('SIGKILL')
  const { code, stderr } = await training.ended
  t.is(code, 1)
  t.is(stderr.trimEnd().split('\n').length, 1, stderr)
  t.regex(stderr, /SERVER_UNREACHABLE|RESPONSE_INVALID/)
  t.true(stderr.includes(`--resume ${out}`), stderr)

  const saved = read(join(out, 'generations.jsonl')).trimEnd().split('\n').length
  const resumed = await cli(['train', '--resume', out, '--mode', 'cpu', '--json'])
  t.is(resumed.code, 0, resumed.stderr)
  t.true(json(resumed.stdout).generations > saved)
})

test('with --wait-for-server training goes on, to the same champion, when the server is back', async (t) => {
  const folder = await scratch(t)
  const args = [
    'train',
    'xor',
    '--seed',
    '5',
    '--generations',
    '12',
    '--mode',
    'remote',
    '--batch',
    '600',
  ]
  const whole = await cli([...args, '--out', join(folder, 'whole'), '--json'])
  t.is(whole.code, 0, whole.stderr)

  const server = start(['serve', '--port', '0', '--allow-load'])
  const url = await server.printed(/http:\/\/127\.0\.0\.1:\d+/)
  const waiting = ['--url', url, '--wait-for-server', '60']
  const training = start([...args, ...waiting, '--out', join(folder, 'cut')])
  await training.printed(/generation +2 /)
  server.child.kill('SIGKILL')
  await server.ended
  const back = start(['serve', '--port', new URL(url).port, '--allow-load'])
  t.teardown(() => back.child.kill('SIGKILL'))
  const { code, stderr } = await training.ended
  t.is(code, 0, stderr)
  const champion = (run: string) => read(join(folder, run, 'champion.json'))
  t.is(champion('cut'), champion('whole'))
})

test('wrong usage exits with 2 and says on stderr what is wrong', async (t) => {
  const folder = await scratch(t)
  for (const [args, message] of [
    [['train', 'nothing'], /no task nothing.*cart-pole/],
    [['train', '--generations', '0'], /--generations.*at least 1/],
    [['train', '--mode', 'cloud'], /cpu, remote/],
    [['train', '--generations', '3', '--runs', '3'], /cannot be used with/],
    [['train', '--url', 'http://127.0.0.1:1'], /--mode remote/],
    [['train', '--mode', 'remote', '--url', 'localhost:8000'], /http:\/\//],
    [['train', '--retries', '2'], /--retries goes with --mode remote/],
    [['train', '--mode', 'remote', '--concurrency', '0'], /--concurrency.*from 1 to 1024/],
    [['train', '--mode', 'remote', '--deadline-ms', '0'], /--deadline-ms.*from 1/],
    [['train', '--bogus'], /unknown option/],
    [['bogus'], /unknown command/],
  ] as const) {
    const { stdout, stderr, code } = await cli([
      ...args,
      ...(args[0] === 'train' ? ['--out', folder] : []),
    ])
    t.is(code, 2, `${args.join(' ')}: ${stderr}`)
    t.is(stdout, '')
    t.regex(stderr, message)
  }
})

test('failures exit with 1 and one line', async (t) => {
  const folder = await scratch(t)
  writeFileSync(join(folder, 'run.json'), '{"format":"neatron/run","task":"xor","seed":1}')
  for (const [args, code] of [
    [['train', '--resume', join(folder, 'none')], 'CHECKPOINT_INVALID'],
    [['train', '--resume', folder], 'CHECKPOINT_INVALID'],
    [
      ['train', '--mode', 'remote', '--url', 'http://127.0.0.1:9', '--out', join(folder, 'dead')],
      'SERVER_UNREACHABLE',
    ],
    [['infer', join(folder, 'none.json'), '--inputs', '-'], 'JSON_INVALID'],
    [['export', join(folder, 'none.json'), '-o', join(folder, 'x.onnx')], 'FILE_UNREADABLE'],
  ] as const) {
    const ended = await cli([...args])
    t.is(ended.code, 1, `${args.join(' ')}: ${ended.stderr}`)
    t.regex(ended.stderr, new RegExp(code))
    t.is(ended.stderr.trimEnd().split('\n').length, 1, ended.stderr)
  }
})

test('--out does not write over a run', async (t) => {
  const out = join(await scratch(t), 'run')
  const args = ['train', 'xor', '--generations', '1', '--population', '10', '--out', out]
  t.is((await cli(args)).code, 0)
  const again = await cli(args)
  t.is(again.code, 1)
  t.regex(again.stderr, /RUN_EXISTS/)
})

test('a pipe that is closed early ends a command without a word', async (t) => {
  const out = join(await scratch(t), 'run')
  const run = start(['train', 'parity-4', '--seed', '1', '--out', out])
  await run.printed(/generation/)
  run.child.stdout?.destroy()
  const { code, stderr } = await run.ended
  t.is(code, 141)
  t.is(stderr, '')
})

test('resuming a run that is over says so instead of measuring nothing', async (t) => {
  const out = join(await scratch(t), 'run')
  await cli([
    'train',
    'xor',
    '--generations',
    '1',
    '--population',
    '10',
    '--seed',
    '1',
    '--out',
    out,
  ])
  const { code, stdout } = await cli(['train', '--resume', out])
  t.is(code, 0)
  t.regex(stdout, /nothing was left to do/)
  t.notRegex(stdout, /p99/)
})

test('--help of every command teaches', async (t) => {
  for (const command of ['train', 'infer', 'export', 'plot', 'serve', 'bench', 'load', 'tasks']) {
    const { stdout, code } = await cli([command, '--help'])
    t.is(code, 0)
    t.regex(stdout, new RegExp(`Usage: neatron ${command}`))
  }
})
