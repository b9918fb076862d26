import { JobsError } from '@cgk-platform/jobs/errors'

import { readOptions, usage, UsageError } from './demo/options.ts'
import { createScreen } from './demo/screen.ts'
import { DemoEngineError } from './demo/demo-engine.ts'

// Declines and refusals are expected here. Their log lines would hide the table.
process.env['JOB_LOG_LEVEL'] ??= 'silent'

/** Each loads only its scenario: a definition registers itself on import, and the others do not use it. */
const load = {
  days: async () => (await import('./demo/run-demo.ts')).runDemo,
  fulfilment: async () => (await import('./demo/fulfilment/run-fulfilment.ts')).runFulfilment,
  dashboard: async () => (await import('./demo/dashboard/run-dashboard-demo.ts')).runDashboardDemo,
  rush: async () => (await import('./demo/rush/run-rush.ts')).runRush,
}

process.exitCode = await main(process.argv.slice(2))

/** Returns the exit code: 0 if every figure is right, 1 if not or if the engine fails, 2 for invalid arguments. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args)
    if (options.help) {
      console.log(usage)
      return 0
    }
    // The modules that the scenarios import read this variable.
    if (options.folder !== undefined) process.env['STOREFRONT_DATA'] = options.folder
    const run = await load[options.dashboard ? 'dashboard' : options.scenario]()
    return (await run(options, createScreen(process.stdout))) ? 0 : 1
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`${error.message}\n\n${usage}`)
      return 2
    }
    if (!JobsError.isInstance(error) && !(error instanceof DemoEngineError)) throw error
    console.error(`\n${error.message}`)
    return 1
  }
}
