import { execFile } from 'node:child_process'

import { bareEnvironment } from '../../../vitest.environment.ts'

/** The result of a program. */
export interface Ended {
  /** `null` if it had to be stopped. */
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Variables of a program. */
export type Environment = Readonly<Record<string, string>>

/** Two minutes: work due within a minute keeps a process alive, so a daily cron job may hold one for so long. */
const longestRunMs = 120_000

/** Returns these variables, `PATH` and `TMPDIR`. */
export function toEnv(environment: Environment): NodeJS.ProcessEnv {
  return { ...bareEnvironment(), ...environment }
}

/** Runs a command in `environment` only. Ends it if it hangs. */
export function execute(
  command: string,
  args: readonly string[],
  cwd: string,
  environment: Environment,
): Promise<Ended> {
  const env = toEnv(environment)
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env, timeout: longestRunMs }, (error, stdout, stderr) => {
      const exitCode = error ? (typeof error.code === 'number' ? error.code : null) : 0
      resolve({ exitCode, stdout, stderr })
    })
  })
}
