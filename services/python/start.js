// Starts the Python service in a virtual environment of its own, made on first use.
// usage: npm run serve:python -- [--port N] [--allow-load] [MODEL.onnx ...]
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const environment = join(here, '.venv')
const bin = join(environment, process.platform === 'win32' ? 'Scripts' : 'bin')
const python = join(bin, 'python')
const requirements = join(here, 'requirements.txt')
// A copy of what was installed; another content means that it must be installed again.
const installed = join(environment, 'installed.txt')

function run(command, args) {
  return spawnSync(command, args, { stdio: 'inherit' }).status === 0
}

function fail(message) {
  console.error(`neatron: ${message}`)
  process.exit(1)
}

function read(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : null
}

if (read(installed) !== read(requirements)) {
  const system = ['python3', 'python'].find(
    (name) => spawnSync(name, ['-c', 'import venv, ensurepip'], { stdio: 'ignore' }).status === 0,
  )
  if (system === undefined) {
    fail('the Python service needs Python 3.11 or later with venv (apt install python3-venv).')
  }
  console.error('neatron: making a virtual environment in services/python/.venv (once) ...')
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
  if (!run(system, ['-m', 'venv', environment]) || !run(python, [...pip, '-r', requirements])) {
    fail('the packages in services/python/requirements.txt could not be installed; see above.')
  }
  copyFileSync(requirements, installed)
}

const service = spawn(python, [join(here, 'app.py'), ...process.argv.slice(2)], {
  stdio: 'inherit',
})
// Ctrl-C reaches the service by itself; a SIGTERM to this process must be passed on.
process.on('SIGTERM', () => service.kill('SIGTERM')).on('SIGINT', () => {})
service.on('close', (code) => {
  process.exitCode = code ?? 0
})
