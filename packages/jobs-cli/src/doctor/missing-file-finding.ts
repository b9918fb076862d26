import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

import type { EngineFile } from '@cgk-platform/jobs-core/provider'
import { satisfies } from 'semver'

import type { Finding } from './doctor-report.ts'

/** Finds what to say of an engine's file that is not there. The engine is not asked then, because asking makes the file. */
export function missingFileFinding(
  { variable, node }: EngineFile,
  variables: NodeJS.ProcessEnv = process.env,
): Finding | undefined {
  const path = variables[variable]
  if (!path || existsSync(path)) return undefined
  if (!satisfies(process.versions.node, node)) {
    const message = `the file of \`${variable}\` needs Node ${node}, and this is ${process.versions.node}`
    return { check: 'engine', status: 'problem', message, remedy: 'Use a Node of that range.' }
  }
  if (existsSync(dirname(resolve(path)))) {
    const message = `the file of \`${variable}\` is not there yet; the first process that uses it makes it`
    return { check: 'engine', status: 'ok', message }
  }
  const remedy = 'Make the folder, or mend the path.'
  return { check: 'engine', status: 'problem', message: `the folder of \`${variable}\` does not exist`, remedy }
}
