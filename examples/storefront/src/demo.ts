import { JobsError } from '@cgk-platform/jobs/errors'

import { readOptions, usage, UsageError } from './demo/options.ts'
import { createScreen } from './demo/screen.ts'
import { DemoEngineError } from './demo/demo-engine.ts'
import { providePostgres } from './demo/provide-postgres.ts'

// Declines and refusals are expected here. Their log lines would hide the table.
process.env['JOB_LOG_LEVEL'] ??= 'silent'

/** Each loads only its scenario: a definition registers itself on import, and the others do not use it. */
const load = {
  days: async () => (await import('./demo/run-demo.ts')).runDemo,
  fulfilment: async () => (await import('./demo/fulfilment/run-fulfilment.ts')).runFulfilment,
  dashboard: async () => (await import('./demo/dashboard/run-dashboard-demo.ts')).runDashboardDemo,
  incident: async () => (await import('./demo/incident/run-incident.ts')).runIncident,
  rush: async () => (await import('./demo/rush/run-rush.ts')).runRush,
}

process.exitCode = await main(process.argv.slice(2))

/** Returns the exit code: 0 if every figure is right, 1 if not or if the engine fails, 2 for invalid arguments. */
async function main(args: readonly string[]): Promise<number> {
  let stopPostgres: (() => Promise<void>) | undefined
  try {
    const options = readOptions(args)
    if (options.help) {
      console.log(usage)
      return 0
    }
    const { store, folder, dashboard, scenario } = options
    const screen = createScreen(process.stdout)
    // The modules that the scenarios import read these variables.
    if (folder !== undefined) process.env['STOREFRONT_DATA'] = folder
    if (store === 'postgres') stopPostgres = await providePostgres(folder!, screen)
    const run = await load[dashboard ? 'dashboard' : scenario]()
    return (await run(options, screen)) ? 0 : 1
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`${error.message}\n\n${usage}`)
      return 2
    }
    if (!JobsError.isInstance(error) && !(error instanceof DemoEngineError)) throw error
    console.error(`\n${error.message}`)
    return 1
  } finally {
    await stopPostgres?.()
  }
}
