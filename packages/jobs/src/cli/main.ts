#!/usr/bin/env node
import { createRequire } from 'node:module'

import { Command, CommanderError } from 'commander'

import { registerDoctor } from './doctor/register-doctor.ts'
import { registerInit } from './init/register-init.ts'

const { version } = createRequire(import.meta.url)('@cgk-platform/jobs/package.json') as { version: string }

// Not `jobs`: shells have a command of that name, and it is what npx and scripts would get.
const program = new Command('cgk-jobs')
  .description('Background jobs on Trigger.dev, Inngest or a local engine.')
  .version(version)
  .showHelpAfterError('Run `cgk-jobs --help` for what there is.')
  .exitOverride() // before the commands, which take it over
registerDoctor(program)
registerInit(program)

// Whoever reads may have read enough, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // Help that was asked for is no mistake; everything else that the kit ends with is one of how the command was called.
  process.exitCode = error.exitCode === 0 ? 0 : 2
}
