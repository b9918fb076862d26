import { execFile } from 'node:child_process'

import type { Ended } from '@cgk-platform/test-kit/execute'
import { commandLine } from '@cgk-platform/test-kit/run-command'

import { bareEnvironment } from '../../../vitest.environment.ts'

/** Runs a line of bash without a terminal. Its `cgk-jobs` is the command line, and a failure in a pipe counts. */
export function runInShell(line: string, cwd: string): Promise<Ended> {
  const script = `set -o pipefail
    cgk-jobs() { node ${commandLine} "$@"; }
    ${line}`
  const env = bareEnvironment()
  return new Promise((resolve) => {
    const child = execFile(
      'bash',
      ['--norc', '-c', script],
      { cwd, env, timeout: 120_000 },
      (error, stdout, stderr) => {
        const exitCode = error ? (typeof error.code === 'number' ? error.code : null) : 0
        resolve({ exitCode, stdout, stderr })
      },
    )
    child.stdin?.end()
  })
}
