import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

import type { Finding } from './doctor-report.ts'

/** What to say of a local engine's file that is not there, and that is not made here either. */
export function missingFileFinding(path: string | undefined = process.env['JOB_LOCAL_PATH']): Finding | undefined {
  if (!path || existsSync(path)) return undefined
  if (!process.getBuiltinModule?.('node:sqlite')) {
    const message = `the file of \`JOB_LOCAL_PATH\` needs \`node:sqlite\`, which Node ${process.versions.node} does not have`
    return { check: 'engine', status: 'problem', message, remedy: 'Use Node 22.13 or later.' }
  }
  if (existsSync(dirname(resolve(path)))) {
    const message = 'the file of `JOB_LOCAL_PATH` is not there yet; the first process that uses it makes it'
    return { check: 'engine', status: 'ok', message }
  }
  const remedy = 'Make the folder, or mend the path.'
  return { check: 'engine', status: 'problem', message: 'the folder of `JOB_LOCAL_PATH` does not exist', remedy }
}
