import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'

import type { CheckResult, Finding, VariableFacts } from './doctor-report.ts'
import type { VariableOrigins } from './read-variables.ts'

const ours = ['JOB_PROVIDER', 'JOB_LOG_LEVEL', 'NODE_ENV']

/** Where apps keep variables that a process has to be given. */
const usualFiles = ['.env', '.env.local']

/** Which variables are set that an engine is chosen and reached by, and which files with some were not read. */
export function checkVariables({
  engines,
  cwd,
  files,
  origins,
  variables = process.env,
}: {
  engines: readonly EngineDescriptor[]
  cwd: string
  files: readonly string[]
  origins: VariableOrigins
  variables?: NodeJS.ProcessEnv
}): CheckResult<readonly VariableFacts[]> {
  const names = Object.keys(variables).filter((name) => ours.includes(name) || engines.some((one) => reads(one, name)))
  const facts = names
    .filter((name) => variables[name])
    .toSorted()
    .map((name) => ({ name, from: origins.get(name) ?? 'environment' }))
  const told = facts.map(({ name, from }) => (from === 'environment' ? `\`${name}\`` : `\`${name}\` (${from})`))
  const message = told.length === 0 ? 'none is set' : `set: ${told.join(', ')}`
  return {
    facts,
    findings: [
      { check: 'variables', status: 'ok', message },
      ...names.filter((name) => variables[name] === '').map(emptyFinding),
      ...unreadFiles(cwd, files).map(unreadFinding),
    ],
  }
}

function reads({ variables = [], setup }: EngineDescriptor, name: string): boolean {
  const isOfVendor = setup?.variablePrefix !== undefined && name.startsWith(setup.variablePrefix)
  return isOfVendor || variables.some((variable) => variable.name === name)
}

function emptyFinding(name: string): Finding {
  const remedy = 'Give it a value, or leave it out.'
  return { check: 'variables', status: 'warning', message: `\`${name}\` is empty, which counts as not set`, remedy }
}

function unreadFiles(cwd: string, files: readonly string[]): string[] {
  const read = new Set(files.map((file) => resolve(cwd, file)))
  return usualFiles.filter((file) => existsSync(resolve(cwd, file)) && !read.has(resolve(cwd, file)))
}

function unreadFinding(file: string): Finding {
  const remedy = `If the app reads it: \`npx @cgk-platform/jobs-cli doctor --env-file ${file}\`.`
  return { check: 'variables', status: 'warning', message: `\`${file}\` is there, and was not read`, remedy }
}
