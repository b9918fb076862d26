import { Command } from 'commander'

import { registerCodemod } from './codemod/register-codemod.ts'
import { registerCompletion } from './completion/register-completion.ts'
import { registerDashboard } from './dashboard/register-dashboard.ts'
import { registerDoctor } from './doctor/register-doctor.ts'
import { registerInit } from './init/register-init.ts'
import { registerMcp } from './mcp/register-mcp.ts'
import { registerOperations } from './operations/register-operations.ts'
import { checkOptionValues } from './options/check-option-values.ts'

/** Creates the command line with all its commands. */
export function createProgram(version: string): Command {
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
  for (const command of commandsOf(program)) {
    checkOptionValues(command)
    command.showHelpAfterError(`Run \`${namesOf(command).join(' ')} --help\` for usage.`)
  }
  return program
}

/** Returns a command and all the commands in it. */
export function commandsOf(command: Command): Command[] {
  return [command, ...command.commands.flatMap(commandsOf)]
}

/** Returns the names that call a command, the outermost first. */
function namesOf(command: Command): string[] {
  return [...(command.parent ? namesOf(command.parent) : []), command.name()]
}
