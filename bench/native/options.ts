import { parseArgs } from 'node:util'

const HELP = `Measures every native path against the reference in TypeScript, generated
JavaScript, two NEAT libraries and ONNX Runtime in process, on bench/genomes;
then the budgets, each with what was reached and whether it holds.

    npm run bench:native -- [options]

    --json           the result as JSON, on the last line
    --genomes NAME   only genomes whose names contain NAME, such as 600
    --rounds N       rounds of each suite, in rotated order; 9 by default
    --quick          3 rounds, and a fifth of the time in Rust
    --no-rust        leave out what cargo bench measures
    --help           this

Takes about three minutes on two cores, one and a half with --quick; the first run with cargo
builds the benchmark before. Leave the machine alone meanwhile.`

/** What to measure, and how to tell it. */
export interface Options {
  json: boolean
  /** Part of the names of the genomes to measure on. */
  genomes: string
  rounds: number
  quick: boolean
  rust: boolean
}

function refuse(message: string): never {
  console.error(`${message}; --help lists the options`)
  process.exit(2)
}

/** Reads the command line, and answers it where it asks for help or makes no sense. */
export function readOptions(): Options {
  let values: ReturnType<typeof parse>
  try {
    values = parse()
  } catch (error) {
    refuse((error as Error).message)
  }
  if (values.help) {
    console.log(HELP)
    process.exit()
  }
  const rounds = Number(values.rounds ?? (values.quick ? 3 : 9))
  if (!(Number.isInteger(rounds) && rounds > 0)) refuse('--rounds must be a whole number above 0')
  const { json, genomes, quick } = values
  return { json, genomes, quick, rounds, rust: !values['no-rust'] }
}

const parse = () =>
  parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      genomes: { type: 'string', default: '' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'no-rust': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values
