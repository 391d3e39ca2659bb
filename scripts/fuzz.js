// Runs every fuzz target of fuzz/ for some time, from real genomes on. Says so, and ends well,
// where the toolchain has no nightly or no cargo-fuzz.
//
//     node scripts/fuzz.js [seconds for each target, 60]
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const seconds = Number(process.argv[2] ?? 60)
const root = dirname(import.meta.dirname)
const cargo = (args, stdio) => spawnSync('cargo', args, { cwd: join(root, 'fuzz'), stdio })

if (cargo(['+nightly', 'fuzz', '--version'], 'ignore').status !== 0) {
  console.log(
    'fuzzing skipped: it needs rustup toolchain install nightly; cargo install cargo-fuzz',
  )
  process.exit(0)
}

/** Small genomes as the targets read them: JSON text, or packed words as bytes. */
async function writeSeeds(folder) {
  const { Genome } = await import('neatron')
  const genomes = Array.from({ length: 20 }, (_, seed) =>
    Genome.random({ inputs: 1 + (seed % 3), outputs: 1 + (seed % 2), hidden: seed % 7, seed }),
  )
  for (const kind of ['text', 'words']) mkdirSync(join(folder, kind))
  for (const [at, genome] of genomes.entries()) {
    writeFileSync(join(folder, 'text', String(at)), JSON.stringify(genome))
    const { buffer, byteOffset, byteLength } = genome.words
    writeFileSync(join(folder, 'words', String(at)), new Uint8Array(buffer, byteOffset, byteLength))
  }
  // The activations by name, for the fuzzer to put together.
  const dictionary = readFileSync(join(root, 'src/genome/layout.ts'), 'utf8').match(/'\w+'/g)
  writeFileSync(
    join(folder, 'words.dict'),
    dictionary.map((name) => `"${name.slice(1, -1)}"`).join('\n'),
  )
}

const seeds = mkdtempSync(join(tmpdir(), 'neatron-fuzz-'))
try {
  await writeSeeds(seeds)
  for (const file of readdirSync(join(root, 'fuzz/fuzz_targets'))) {
    const target = file.replace('.rs', '')
    const text = target === 'genome_json'
    // New inputs that reach new code go to the first folder, and are found again by the next run.
    const corpus = join(root, 'fuzz/corpus', target)
    mkdirSync(corpus, { recursive: true })
    const { status } = cargo(
      [
        '+nightly',
        'fuzz',
        'run',
        target,
        corpus,
        join(seeds, text ? 'text' : 'words'),
        '--',
        `-max_total_time=${seconds}`,
        '-max_len=4096',
        '-print_final_stats=1',
        ...(text ? [`-dict=${join(seeds, 'words.dict')}`] : []),
      ],
      'inherit',
    )
    if (status !== 0) throw new Error(`${target} found something; its input is in fuzz/artifacts`)
  }
} finally {
  rmSync(seeds, { recursive: true, force: true })
}
