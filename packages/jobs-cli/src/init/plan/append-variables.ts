import { parseEnv } from 'node:util'

import type { Variable } from './variables-for.ts'

/** Those that a `.env` does not set; one that is only to be found there may be in a comment. */
export function missingVariables(text: string, variables: readonly Variable[]): Variable[] {
  return variables.filter(
    ({ name, isOff }) => !new RegExp(`^[ \\t${isOff ? '#' : ''}]*(?:export[ \\t]+)?${name}[ \\t]*=`, 'm').test(text),
  )
}

/** Adds them at the end of a `.env`; what is there stays as it is. */
export function appendVariables(text: string, variables: readonly Variable[]): string {
  const lines = variables.flatMap((variable) => [
    ...(variable.comment ? [`# ${variable.comment}`] : []),
    lineOf(variable),
  ])
  return appendLines(text, lines)
}

/** A variable as a `.env` has it, in a comment where it is not set. */
export function lineOf({ name, value, isOff }: Variable): string {
  return `${isOff ? '# ' : ''}${name}=${value}`
}

/** Adds lines at the end of a text, whose line ends it takes over. */
export function appendLines(text: string, lines: readonly string[]): string {
  if (lines.length === 0) return text
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n'
  const isolated = text === '' || text.endsWith('\n') ? text : text + lineEnd
  return isolated + lines.map((line) => line + lineEnd).join('')
}

/** The engine that a `.env` chooses. */
export function chosenProvider(text: string): string | undefined {
  return parseEnv(text)['JOB_PROVIDER']
}
