// Runs after `npm install` in a clone: builds the addon and the TypeScript, where they are missing
// or older than their sources (cargo and tsc know). An installed package brings both, and npm does
// not run this script there.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'

const run = (script) => {
  const { status } = spawnSync('npm', ['run', script], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (status !== 0) process.exit(status ?? 1)
}

const cargo = spawnSync('cargo', ['--version'], { stdio: 'ignore' })
if (cargo.status === 0) {
  run('build:native')
} else if (!readdirSync('.').some((name) => /^neatron\..+\.node$/.test(name))) {
  console.error(
    'neatron: cargo was not found, and the native addon has to be built from source here: install Rust 1.89 or newer (https://rustup.rs), then run npm install again.',
  )
  process.exit(1)
}
run('build:ts')
