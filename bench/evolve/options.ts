import { parseArgs } from 'node:util'

const HELP = `Measures neatron's evolution: what a child costs at population 1,000 and 50
connections, and, on XOR and cart-pole at population 150 and 1,000, generations
a second and the time to solve against neataptic and neat-javascript.

    npm run bench:evolve -- [options]

    --json    the result as JSON, on the last line
    --quick   fewer rounds and seeds, and cart-pole only at population 150
    --help    this

Takes about two minutes, most of them in the other libraries; less than one with --quick. Leave
the machine alone meanwhile.`

/** What to measure, and how to tell it. */
export interface Options {
  json: boolean
  quick: boolean
}

const parse = () =>
  parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values

/** Reads the command line, and answers it where it asks for help or makes no sense. */
export function readOptions(): Options {
  let values: ReturnType<typeof parse>
  try {
    values = parse()
  } catch (error) {
    console.error(`${(error as Error).message}; --help lists the options`)
    process.exit(2)
  }
  if (values.help) {
    console.log(HELP)
    process.exit()
  }
  return values
}
