import { JobsError } from '@cgk-platform/jobs'

import { readOptions, usage, UsageError } from './demo/options.ts'
import { createScreen } from './demo/screen.ts'
import { StageError } from './demo/stage.ts'

// Declines and refusals are part of the play: what is logged of them would bury the table.
process.env['JOB_LOG_LEVEL'] ??= 'silent'
process.exitCode = await main(process.argv.slice(2))

/** Answers the exit code: 0 when every figure is right, 1 when one is not or the engine fails, 2 for wrong arguments. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args)
    if (options.help) {
      console.log(usage)
      return 0
    }
    // Read by what the plays import.
    if (options.folder !== undefined) process.env['STOREFRONT_DATA'] = options.folder
    const run = options.play === 'fulfilment' ? await loadFulfilment() : await loadDays()
    return (await run(options, createScreen(process.stdout))) ? 0 : 1
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`${error.message}\n\n${usage}`)
      return 2
    }
    if (!JobsError.isInstance(error) && !(error instanceof StageError)) throw error
    console.error(`\n${error.message}`)
    return 1
  }
}

async function loadDays() {
  const { runDemo } = await import('./demo/run-demo.ts')
  return runDemo
}

/** Loaded for this play alone: a workflow registers itself, and the days are played without it. */
async function loadFulfilment(): ReturnType<typeof loadDays> {
  const { runFulfilment } = await import('./demo/fulfilment/run-fulfilment.ts')
  return runFulfilment
}
