import { parseEnv } from 'node:util'

import type { Variable } from './variables-for.ts'

/** Returns the variables that a `.env` lacks. A commented-out variable may also be in a comment. */
export function missingVariables(text: string, variables: readonly Variable[]): Variable[] {
  return variables.filter(
    ({ name, isCommentedOut }) =>
      !new RegExp(`^[ \\t${isCommentedOut ? '#' : ''}]*(?:export[ \\t]+)?${name}[ \\t]*=`, 'm').test(text),
  )
}

/** Appends variables to a `.env` and preserves its contents. */
export function appendVariables(text: string, variables: readonly Variable[]): string {
  const lines = variables.flatMap((variable) => [
    ...(variable.comment ? [`# ${variable.comment}`] : []),
    lineOf(variable),
  ])
  return appendLines(text, lines)
}

/** Returns the variable's line in a `.env`, as a comment if it is commented out. */
export function lineOf({ name, value, isCommentedOut }: Variable): string {
  return `${isCommentedOut ? '# ' : ''}${name}=${value}`
}

/** Appends lines to a text and uses its line endings. */
export function appendLines(text: string, lines: readonly string[]): string {
  if (lines.length === 0) return text
  const lineEnding = text.includes('\r\n') ? '\r\n' : '\n'
  const complete = text === '' || text.endsWith('\n') ? text : text + lineEnding
  return complete + lines.map((line) => line + lineEnding).join('')
}

/** Returns the `JOB_PROVIDER` that a `.env` sets. */
export function chosenProvider(text: string): string | undefined {
  return parseEnv(text)['JOB_PROVIDER']
}
