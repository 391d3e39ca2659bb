import { Command } from 'commander'
import writeFileAtomic from 'write-file-atomic'
import { exportOnnx } from '../onnx/export.js'
import { readGenome } from './files.js'

/** `neatron export`: genomes to an ONNX model. */
export function exportCommand(): Command {
  return new Command('export')
    .description('write a genome, or several as one population model, as ONNX (opset 17)')
    .argument('<genome.json...>', 'genome files; two or more make a population model')
    .requiredOption('-o, --output <model.onnx>', 'the file to write')
    .addHelpText(
      'after',
      `
Examples:
  neatron export champion.json -o champion.onnx
  neatron export a.json b.json c.json -o population.onnx

A model of one genome takes inputs [rows, I] and gives outputs [rows, O]. A population model
takes in addition genome [rows]: the index, in the order given here, of the genome that answers
each row.`,
    )
    .action(async (paths: string[], options: { output: string }) => {
      const genomes = await Promise.all(paths.map(readGenome))
      const model = exportOnnx(genomes.length === 1 ? genomes[0]! : genomes)
      await writeFileAtomic(options.output, Buffer.from(model))
      const what = genomes.length === 1 ? '1 genome' : `a population of ${genomes.length} genomes`
      console.log(`${options.output}: ${what}, ${model.length} bytes`)
    })
}
