import type { Command } from 'commander'

/** Adds `jobs doctor`: what would run here, on which engine, and whether it can. */
export function registerDoctor(program: Command): void {
  program.command('doctor').description('check the settings, the versions, the engine and the jobs of an app')
}
