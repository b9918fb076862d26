#!/usr/bin/env node
import { createRequire } from 'node:module'

import { Command, CommanderError } from 'commander'

import { registerCodemod } from './codemod/register-codemod.ts'
import { registerCompletion } from './completion/register-completion.ts'
import { registerDashboard } from './dashboard/register-dashboard.ts'
import { registerDoctor } from './doctor/register-doctor.ts'
import { registerInit } from './init/register-init.ts'
import { registerMcp } from './mcp/register-mcp.ts'
import { registerOperations } from './operations/register-operations.ts'

const { version } = createRequire(import.meta.url)('@cgk-platform/jobs-cli/package.json') as { version: string }

// The name that users type. `cgk-jobs`, the name of the binary, works only in scripts of a `package.json`.
const program = new Command('npx @cgk-platform/jobs-cli')
  .description('Background jobs on Trigger.dev, Inngest or a local engine.')
  .version(version)
  .exitOverride() // set before the commands, which inherit it
registerDoctor(program)
registerInit(program)
registerCodemod(program)
registerOperations(program)
registerDashboard(program)
registerMcp(program)
registerCompletion(program)
for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) {
  const names: string[] = []
  for (let named: Command | null = command; named; named = named.parent) names.unshift(named.name())
  command.showHelpAfterError(`Run \`${names.join(' ')} --help\` for usage.`)
}

// The reader may close the pipe early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // Exit code 0 means that help or the version was printed. All other errors of commander are invalid calls.
  process.exitCode = error.exitCode === 0 ? 0 : 2
}
