import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'
import { findUnreadVariables, logLevelError, type MisnamedVariable } from '@cgk-platform/jobs-core/tools'

import type { CheckResult, Finding, VariableFacts } from './doctor-report.ts'
import type { VariableOrigins } from './read-variables.ts'

const ownVariables = ['JOB_PROVIDER', 'JOB_LOG_LEVEL', 'JOB_SIGNAL_SECRET', 'NODE_ENV']

/** Files in which apps usually store variables. Node does not read them unless told to. */
const usualFiles = ['.env', '.env.local']

/** Reports which variables of this library and its engines are set, and which `.env` files were not read. */
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
  const names = Object.keys(variables).filter(
    (name) => ownVariables.includes(name) || engines.some((one) => reads(one, name)),
  )
  const facts = names
    .filter((name) => variables[name])
    .toSorted()
    .map((name) => ({ name, from: origins.get(name) ?? 'environment' }))
  const described = facts.map(({ name, from }) => (from === 'environment' ? `\`${name}\`` : `\`${name}\` (${from})`))
  const message = described.length === 0 ? 'none set' : `set: ${described.join(', ')}`
  return {
    facts,
    findings: [
      { check: 'variables', status: 'ok', message },
      ...names.filter((name) => variables[name] === '').map(emptyFinding),
      ...logLevelFindings(variables['JOB_LOG_LEVEL']),
      ...findUnreadVariables(engines, variables).map(unreadVariableFinding),
      ...unreadFiles(cwd, files).map(unreadFinding),
    ],
  }
}

function reads({ variables = [], setup }: EngineDescriptor, name: string): boolean {
  const isOfVendor = setup?.variablePrefix !== undefined && name.startsWith(setup.variablePrefix)
  return isOfVendor || variables.some((variable) => variable.name === name)
}

function emptyFinding(name: string): Finding {
  const remedy = 'Set a value or remove it.'
  return { check: 'variables', status: 'warning', message: `\`${name}\` is empty and counts as not set`, remedy }
}

function logLevelFindings(level = ''): Finding[] {
  const error = level === '' ? undefined : logLevelError(level)
  return error ? [{ check: 'variables', status: 'problem', message: error.message }] : []
}

function unreadVariableFinding({ name, meant }: MisnamedVariable): Finding {
  const remedy = `If it is for this library, set \`${meant}\` instead.`
  return { check: 'variables', status: 'warning', message: `\`${name}\` is set but not read`, remedy }
}

function unreadFiles(cwd: string, files: readonly string[]): string[] {
  const read = new Set(files.map((file) => resolve(cwd, file)))
  return usualFiles.filter((file) => existsSync(resolve(cwd, file)) && !read.has(resolve(cwd, file)))
}

function unreadFinding(file: string): Finding {
  const remedy = `If your app reads it, run \`npx @cgk-platform/jobs-cli doctor --env-file ${file}\`.`
  return { check: 'variables', status: 'warning', message: `\`${file}\` exists but was not read`, remedy }
}
