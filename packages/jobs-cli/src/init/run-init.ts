import { spawnSync } from 'node:child_process'

import type { Framework } from './app/app.ts'
import { engineNames, engineOf } from './app/engine-of.ts'
import { readApp } from './app/read-app.ts'
import { hostFor } from './hosts/host-for.ts'
import { InitError } from './init-error.ts'
import { type CommandLine, toText } from './plan/commands.ts'
import { makePlan } from './plan/make-plan.ts'
import { nextSteps } from './plan/next-steps.ts'
import { installCommands } from './plan/packages-for.ts'
import { renderPlan } from './plan/render-plan.ts'
import { writePlan } from './plan/write-plan.ts'

/** The flags of `init`. */
export interface InitOptions {
  /** The name of an engine. */
  readonly provider?: string
  readonly framework?: Framework
  readonly cwd: string
  readonly yes?: boolean
  readonly dryRun?: boolean
  readonly install?: boolean
}

const titles: Record<Framework, string> = { next: 'Next.js', express: 'Express', hono: 'Hono', node: 'Node.js' }

/** The output of `init`, and whether a user can answer prompts. */
export interface InitTerminal {
  print(text: string): void
  readonly isInteractive: boolean
}

/**
 * Adds a first job to an app: shows the changes, asks for permission, writes them and prints the next steps.
 *
 * @returns the exit code: 1 if the user cancels or an install fails
 * @throws {InitError} if there is no app, or if flags are missing and there is no terminal
 */
export async function runInit(options: InitOptions, terminal: InitTerminal): Promise<number> {
  const app = await readApp(options.cwd, options.framework)
  checkFlags(options, terminal)
  terminal.print(
    `${titles[app.framework]}, ${app.style.isTypeScript ? 'TypeScript' : 'JavaScript'}, ${app.packageManager}`,
  )
  // Loaded only for prompts.
  const provider = options.provider ?? (await (await import('./ask.ts')).askProvider())
  if (!provider) return 1

  const engine = engineOf(provider)
  const host = hostFor(app, engine)
  const plan = makePlan(app, engine, host)
  terminal.print(`\n${renderPlan(plan)}\n`)
  if (options.dryRun) {
    terminal.print('Nothing was written: this was a dry run.')
    return 0
  }
  if (plan.changes.length === 0) terminal.print('Nothing to write: everything exists already.')
  else {
    if (!options.yes && !(await (await import('./ask.ts')).askToWrite())) return 1
    writePlan(app.root, plan)
    terminal.print('Written.')
  }
  const isInstalled = options.install === true && install(app.root, installCommands(app, engine, host), terminal)
  terminal.print(`\nNext:\n${nextSteps(app, engine, host, isInstalled)}`)
  return options.install && !isInstalled ? 1 : 0
}

function checkFlags({ provider, yes, dryRun }: InitOptions, { isInteractive }: InitTerminal): void {
  if (isInteractive) return
  const missing = [
    ...(provider ? [] : [`\`--provider\` (${engineNames.join(', ')})`]),
    ...(yes || dryRun ? [] : ['`--yes`']),
  ]
  if (missing.length === 0) return
  throw new InitError({
    code: 'missing_flags',
    message: `\`init\` cannot ask without a terminal. Add ${missing.join(' and ')}. \`--dry-run\` shows the changes without writing them.`,
  })
}

/** Runs the commands in order until one fails. Returns true if all succeeded. */
function install(cwd: string, commands: readonly CommandLine[], { print }: InitTerminal): boolean {
  return commands.every((line) => {
    const command = toText(line)
    print(`\n$ ${command}`)
    // Uses a shell, because package managers are scripts on Windows. The command contains no user input.
    const { status } = spawnSync(command, { cwd, stdio: 'inherit', shell: true })
    if (status !== 0)
      print(`\`${command}\` failed; see its output above. The files are written. Run the command again by hand.`)
    return status === 0
  })
}
