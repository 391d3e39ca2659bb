import { championPicture } from './champion.js'
import { fitnessPicture } from './fitness.js'
import { latencyPicture } from './latency.js'
import { svgFile } from './picture.js'
import type { TrainingRun } from './run.js'
import { speciesPicture } from './species.js'

/** The pictures of a run by file name, as SVG; without those that it has nothing for. */
export function plotRun(run: TrainingRun): Map<string, string> {
  const pictures = {
    'fitness.svg': fitnessPicture(run),
    'species.svg': speciesPicture(run),
    'latency.svg': latencyPicture(run),
    'champion.svg': run.champion && championPicture(run, run.champion),
  }
  return new Map(
    Object.entries(pictures).flatMap(([name, picture]) =>
      picture ? [[name, svgFile(picture)]] : [],
    ),
  )
}
