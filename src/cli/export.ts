import { basename, extname } from 'node:path'
import { Command } from 'commander'
import { isFolderName, writeModelFolder } from '../brain/model-folder.js'
import { NeatronError } from '../errors.js'
import { exportOnnx } from '../onnx/export.js'
import { scanModel } from '../onnx/scan.js'
import { writeWholeFile } from '../whole-file.js'
import { readGenome, writing } from './files.js'

interface ExportOptions {
  output?: string
  repository?: string
  name?: string
}

/** `neatron export`: genomes to an ONNX model. */
export function exportCommand(): Command {
  return new Command('export')
    .description('write a genome, or several as one population model, as ONNX (opset 17)')
    .argument('<genome.json...>', 'genome files; two or more make a population model')
    .option('-o, --output <model.onnx>', 'the file to write')
    .option(
      '--repository <dir>',
      'write it into a model repository instead (Triton, MLServer, KServe)',
    )
    .option('--name <name>', "name in the repository (default: the first file's)")
    .addHelpText(
      'after',
      `
Examples:
  neatron export champion.json -o champion.onnx
  neatron export a.json b.json c.json -o population.onnx
  neatron export champion.json --repository models

A model of one genome takes inputs [rows, I] and gives outputs [rows, O]. A population model
takes in addition genome [rows]: the index, in the order given here, of the genome that answers
each row.`,
    )
    .action(async (paths: string[], options: ExportOptions) => {
      const { output, repository } = options
      if ((output === undefined) === (repository === undefined)) {
        throw new NeatronError('USAGE', 'Give either -o MODEL.onnx or --repository DIR.')
      }
      const genomes = await Promise.all(paths.map(readGenome))
      const population = genomes.length > 1
      const bytes = exportOnnx(population ? genomes : genomes[0]!)
      if (output !== undefined) {
        await writing(output, writeWholeFile(output, bytes))
      } else {
        const name = options.name ?? basename(paths[0]!, extname(paths[0]!))
        if (!isFolderName(name)) {
          throw new NeatronError(
            'USAGE',
            `${JSON.stringify(name)} cannot be the name of a folder in a model repository: give letters, digits, "_", "-" and "." by --name.`,
          )
        }
        const { inputSize, outputSize, recurrent } = genomes[0]!
        const model = {
          ...{ name, bytes, inputSize, outputSize, population },
          ...(recurrent && { stateSize: stateSizeOf(bytes) }),
        }
        await writing(repository!, writeModelFolder(repository!, model))
      }
      const what = population ? `a population of ${genomes.length} genomes` : '1 genome'
      console.log(`${output ?? repository}: ${what}, ${bytes.length} bytes`)
    })
}

/** What the exported model says of its state: a population's is that of its largest genome. */
function stateSizeOf(bytes: Uint8Array): number {
  return Number(scanModel(bytes).metadata.get('state_size'))
}
