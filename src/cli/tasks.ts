import Table from 'cli-table3'
import { Command } from 'commander'
import { PLAIN_TABLE } from '../report/plain-table.js'
import { tasks } from '../tasks/index.js'

/** `neatron tasks`: what can be trained. */
export function tasksCommand(): Command {
  return new Command('tasks')
    .description('list the tasks that can be trained')
    .option('--json', 'one JSON array instead of a table')
    .action((options: { json?: boolean }) => {
      const rows = Object.values(tasks).map(({ name, inputs, outputs, description }) => ({
        name,
        inputs,
        outputs,
        description,
      }))
      if (options.json) {
        console.log(JSON.stringify(rows))
        return
      }
      const table = new Table({
        head: ['task', 'inputs', 'outputs', 'what it asks'],
        colAligns: ['left', 'right', 'right', 'left'],
        ...PLAIN_TABLE,
      })
      for (const row of rows) table.push([row.name, row.inputs, row.outputs, row.description])
      console.log(table.toString().replace(/ +$/gm, ''))
    })
}
