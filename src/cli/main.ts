#!/usr/bin/env node
import { Command } from 'commander'
import { VERSION } from '../version.js'
import { benchCommand } from './bench.js'
import { exitCode, report } from './exit.js'
import { exportCommand } from './export.js'
import { inferCommand } from './infer.js'
import { loadCommand } from './load.js'
import { plotCommand } from './plot.js'
import { serveCommand } from './serve.js'
import { tasksCommand } from './tasks.js'
import { trainCommand } from './train.js'

const program = new Command('neatron')
  .description(
    'Evolve small networks with NEAT, run them natively, and measure where inference should run.',
  )
  .version(VERSION)
  .exitOverride()
  .showHelpAfterError('(--help shows what there is)')
  .addHelpText(
    'after',
    `
Examples:
  neatron train                           evolve a cart-pole controller, in process
  neatron train xor --seed 7 --out runs/xor
  neatron train --mode remote --batch 8   the same with inference over HTTP, 8 rows a request
  neatron plot runs/xor                   fitness, species, latency and champion as SVG
  neatron infer runs/xor/champion.json --inputs rows.json
  neatron export runs/xor/champion.json -o champion.onnx
  neatron serve champion.onnx             POST /infer and the Open Inference Protocol
  neatron bench --quick                   where should inference run on this machine?

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted after saving.`,
  )

const commands = [
  trainCommand(),
  inferCommand(),
  exportCommand(),
  plotCommand(),
  serveCommand(),
  benchCommand(),
  loadCommand(),
  tasksCommand(),
]
for (const command of commands) program.addCommand(command.copyInheritedSettings(program))

// `neatron tasks | head -1`: nobody reads on, which is no fault. 128 + SIGPIPE, as others end then.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(141)
})

try {
  await program.parseAsync()
} catch (error) {
  report(error)
  process.exitCode = exitCode(error)
}
