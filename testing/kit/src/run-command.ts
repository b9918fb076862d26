import { join } from 'node:path'

import { repository } from './documents.ts'
import { type Ended, type Environment, execute } from './execute.ts'

/**
 * The program of the command line, as it is published: it loads in half the time of its sources, and tests start it
 * hundreds of times. `./dev test` builds it first.
 */
export const commandLine: string = join(repository, 'packages/jobs-cli/dist/main.js')

/** Runs the command line in its own process, with only this environment, `PATH` and `TMPDIR`. */
export function runCommand(args: readonly string[], cwd: string, environment: Environment = {}): Promise<Ended> {
  return execute('node', [commandLine, ...args], cwd, environment)
}
