import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

import type { EngineFile } from '@cgk-platform/jobs-core/tools'
import { satisfies } from 'semver'

import type { Finding } from './doctor-report.ts'

/** Returns a finding if the engine's file does not exist. The engine is then not checked, because that creates the file. */
export function missingFileFinding(
  { variable, node }: EngineFile,
  variables: NodeJS.ProcessEnv = process.env,
): Finding | undefined {
  const path = variables[variable]
  if (!path || existsSync(path)) return undefined
  if (!satisfies(process.versions.node, node)) {
    const message = `the file of \`${variable}\` needs Node ${node}, but this is ${process.versions.node}`
    return { check: 'engine', status: 'problem', message, remedy: 'Use a Node version in that range.' }
  }
  if (existsSync(dirname(resolve(path)))) {
    const message = `the file of \`${variable}\` does not exist yet; the first process that uses it creates it`
    return { check: 'engine', status: 'ok', message }
  }
  const remedy = 'Create the folder, or correct the path.'
  return { check: 'engine', status: 'problem', message: `the folder of \`${variable}\` does not exist`, remedy }
}
