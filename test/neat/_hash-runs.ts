/** Prints, as JSON, the hashes of the runs in `whole-runs.ts`: for processes of other settings. */
import { hashesOfWholeRuns } from './whole-runs.js'

console.log(JSON.stringify(await hashesOfWholeRuns()))
