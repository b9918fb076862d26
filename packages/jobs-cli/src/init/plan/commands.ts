import { type Agent, resolveCommand } from 'package-manager-detector'

import type { App } from '../app/app.ts'

/** A command and its arguments. */
export interface CommandLine {
  readonly command: string
  readonly args: readonly string[]
}

/** Returns a command as a user types it. */
export function toText({ command, args }: CommandLine): string {
  return [command, ...args].join(' ')
}

/** Returns the command that runs a script of the app. */
export function runCommand({ packageManager }: App, script: string): string {
  return toText(resolveCommand(packageManager, 'run', [script]) ?? { command: 'npm', args: ['run', script] })
}

/** Returns the command that runs a package without installing it in the app. */
export function executeCommand(packageManager: Agent, words: readonly string[]): string {
  // Without `--yes`, npm asks first, and there may be no terminal.
  if (packageManager === 'npm' || packageManager === 'yarn') return ['npx', '--yes', ...words].join(' ')
  return toText(resolveCommand(packageManager, 'execute', [...words]) ?? { command: 'npx', args: words })
}
