import type { Command } from 'commander'

/** Adds `jobs init`: the files that an app needs for a first job. */
export function registerInit(program: Command): void {
  program.command('init').description('add a first job to an app')
}
