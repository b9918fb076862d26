#!/usr/bin/env node
import { createRequire } from 'node:module'

import { Command, CommanderError } from 'commander'

import { registerDoctor } from './doctor/register-doctor.ts'
import { registerInit } from './init/register-init.ts'

const { version } = createRequire(import.meta.url)('@cgk-platform/jobs-cli/package.json') as { version: string }

// As people type it: only scripts of a `package.json` find `cgk-jobs`, the name of the file.
const program = new Command('npx @cgk-platform/jobs-cli')
  .description('Background jobs on Trigger.dev, Inngest or a local engine.')
  .version(version)
  .exitOverride() // before the commands, which take it over
registerDoctor(program)
registerInit(program)
for (const command of [program, ...program.commands]) {
  const words = command === program ? program.name() : `${program.name()} ${command.name()}`
  command.showHelpAfterError(`Run \`${words} --help\` for what there is.`)
}

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
