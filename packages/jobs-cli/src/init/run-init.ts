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
import { showPlan } from './plan/show-plan.ts'
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

/** Where `init` says what it does, and whether somebody is there to answer. */
export interface InitTerminal {
  print(text: string): void
  readonly isInteractive: boolean
}

/**
 * Adds a first job to an app: shows what it will write, asks, writes, and says what to do next.
 *
 * @returns the exit code: 1 where it was called off, or where an install failed.
 * @throws InitError where there is no app, or where flags are missing and nobody is there to ask.
 */
export async function runInit(options: InitOptions, terminal: InitTerminal): Promise<number> {
  const app = await readApp(options.cwd, options.framework)
  checkFlags(options, terminal)
  terminal.print(
    `${titles[app.framework]}, ${app.style.isTypeScript ? 'TypeScript' : 'JavaScript'}, ${app.packageManager}`,
  )
  // Loaded only where somebody is asked.
  const provider = options.provider ?? (await (await import('./ask.ts')).askProvider())
  if (!provider) return 1

  const engine = engineOf(provider)
  const host = hostFor(app, engine)
  const plan = makePlan(app, engine, host)
  terminal.print(`\n${showPlan(plan)}\n`)
  if (options.dryRun) {
    terminal.print('Nothing was written: this was a dry run.')
    return 0
  }
  if (plan.changes.length === 0) terminal.print('Nothing to write: all of it is there.')
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
    message: `There is no terminal to ask on. Add ${missing.join(' and ')}; \`--dry-run\` only shows what would be written.`,
  })
}

/** Runs the commands one after the other, up to one that fails; answers whether none did. */
function install(cwd: string, commands: readonly CommandLine[], { print }: InitTerminal): boolean {
  return commands.every((line) => {
    const command = toText(line)
    print(`\n$ ${command}`)
    // By the shell, since package managers are scripts on Windows. No word of the command comes from outside.
    const { status } = spawnSync(command, { cwd, stdio: 'inherit', shell: true })
    if (status !== 0) print(`\`${command}\` failed, with what it says above. The files are there; install by hand.`)
    return status === 0
  })
}
