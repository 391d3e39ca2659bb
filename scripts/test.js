// Runs `cargo test` and ava, shows their output as it comes, and closes with the sum of both:
// `N passed, N failed`. What computes runs once more under each instruction set. With --full it runs the slow suite (test/full) as well.
import { spawn, spawnSync } from 'node:child_process'

/** Runs a command, passing its output through, and resolves to that output and the exit code. */
function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['inherit', 'pipe', 'inherit'],
      shell: process.platform === 'win32',
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      output += chunk
      process.stdout.write(chunk)
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ output, code }))
  })
}

const sum = (output, pattern) =>
  [...output.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0)

const total = { passed: 0, failed: 0 }

async function suite(command, args, passedPattern, failedPattern) {
  const { output, code } = await run(command, args)
  const passed = sum(output, passedPattern)
  const failed = sum(output, failedPattern)
  total.passed += passed
  // A suite that broke before it could count (a compile error, a crash, no tests) has failed.
  total.failed += code !== 0 || passed + failed === 0 ? Math.max(failed, 1) : failed
}

const build = await run('npm', ['run', '--silent', 'build'])
if (build.code !== 0) {
  console.log('The build failed.\n0 passed, 1 failed')
  process.exit(1)
}

const ava = (...args) =>
  suite(
    'npx',
    ['ava', ...args],
    /^ {2}(\d+) tests? passed$/gm,
    /^ {2}(\d+) (?:tests? failed|uncaught exceptions?|unhandled rejections?|hooks? failed)$/gm,
  )

/** The instruction sets of this machine, by the addon's own account. */
function tiers() {
  const ask = "import('./dist/index.js').then(({ simd }) => simd())"
  return ['portable', 'avx2', 'avx512'].filter((NEATRON_SIMD) => {
    const env = { ...process.env, NEATRON_SIMD }
    return spawnSync(process.execPath, ['-e', ask], { env, stdio: 'ignore' }).status === 0
  })
}

await suite('cargo', ['test', '--quiet'], /(\d+) passed;/g, /(\d+) failed;/g)
await ava()
const ran = tiers()
for (const tier of ran) {
  console.log(`\nGenomes and networks under NEATRON_SIMD=${tier}`)
  process.env.NEATRON_SIMD = tier
  await ava('test/genome/*.test.ts')
}
delete process.env.NEATRON_SIMD
console.log(`\nInstruction sets of this machine that ran: ${ran.join(', ')}`)
if (process.argv.includes('--full')) await ava('--config', 'ava.full.config.js')

console.log(`\n${total.passed} passed, ${total.failed} failed`)
process.exit(total.failed === 0 ? 0 : 1)
