import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import { exportOnnx } from '#src/onnx/export.js'
import { pythonWith } from '../python.js'
import { smallGenome, someRows, start } from './harness.js'

test("Triton's own client loads, asks, counts and unloads", async (t) => {
  const python = pythonWith('tritonclient.http')
  if (python === undefined) {
    t.log("skipped: no python/tritonclient (pip install 'tritonclient[http]' in .venv)")
    t.pass()
    return
  }
  const directory = await mkdtemp(join(tmpdir(), 'neatron-'))
  t.teardown(() => rm(directory, { recursive: true }))
  const genomes = [smallGenome(1), smallGenome(2)]
  const rows = someRows(9)
  const expected = rows.map((row, r) => Array.from(genomes[r % 2].feedForward(row)))
  const files = ['model.onnx', 'inputs.json', 'expected.json'].map((name) => join(directory, name))
  await writeFile(files[0], exportOnnx(genomes))
  await writeFile(files[1], JSON.stringify(rows))
  await writeFile(files[2], JSON.stringify(expected))
  const server = await start(t, { allowLoad: true })
  const program = ['test/serve/triton_client.py', new URL(server.url).host, ...files]
  const { stdout } = await promisify(execFile)(python, program)
  const lines = stdout.trim().split('\n')
  t.log(lines.join('\n'))
  t.is(lines.at(-1), 'unloaded it')
})
