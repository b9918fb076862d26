import { execFile } from 'node:child_process'
import { join } from 'node:path'

import { bareEnvironment } from '../../../vitest.environment.ts'
import { repository } from '../../jobs/test/snippets/documents.ts'
import type { Ended, Environment } from '../../jobs/test/snippets/reader-project.ts'

const program = join(repository, 'packages/jobs-cli/src/main.ts')

/** Ends a process that hangs. */
const longestRunMs = 120_000

/** Runs the command line in its own process, with only this environment, `PATH` and `TMPDIR`. */
export function runCommand(args: readonly string[], cwd: string, environment: Environment = {}): Promise<Ended> {
  const env = { ...bareEnvironment(), ...environment }
  const command = ['--conditions=@cgk-platform/source', program, ...args]
  return new Promise((resolve) => {
    execFile('node', command, { cwd, env, timeout: longestRunMs }, (error, stdout, stderr) => {
      const exitCode = error ? (typeof error.code === 'number' ? error.code : null) : 0
      resolve({ exitCode, stdout, stderr })
    })
  })
}
