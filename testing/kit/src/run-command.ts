import { join } from 'node:path'

import { repository } from './documents.ts'
import { type Ended, type Environment, execute } from './execute.ts'

const program = join(repository, 'packages/jobs-cli/src/main.ts')

/** Runs the command line in its own process, with only this environment, `PATH` and `TMPDIR`. */
export function runCommand(args: readonly string[], cwd: string, environment: Environment = {}): Promise<Ended> {
  return execute('node', ['--conditions=@cgk-platform/source', program, ...args], cwd, environment)
}
