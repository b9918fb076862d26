import { ts } from 'ts-morph'

import type { Draft } from './draft.ts'
import { nameOf, valueOf } from './property-of.ts'

const renamed: Readonly<Record<string, string>> = {
  maxAttempts: 'maxAttempts',
  factor: 'factor',
  minTimeoutInMs: 'initialDelay',
  maxTimeoutInMs: 'maxDelay',
}

/** The default of `minTimeoutInMs` and of `initialDelay`. */
const defaultDelayMs = 1000

/** Converts `retry`. Returns the text of `outOfMemory`, which only Trigger.dev has. */
export function convertRetry(property: ts.ObjectLiteralElementLike, draft: Draft): string | undefined {
  const value = valueOf(property)
  if (!value || !ts.isObjectLiteralExpression(value)) {
    draft.problem(property, '`retry` is not written here. Write its object in the task')
    return undefined
  }
  const numbers = new Map<string, number>()
  let outOfMemory: string | undefined
  for (const option of value.properties) {
    const name = nameOf(option) ?? ''
    const setting = valueOf(option)
    if (setting && ts.isNumericLiteral(setting)) numbers.set(name, Number(setting.text))
    const newName = renamed[name]
    if (newName !== undefined) rename(option, name, newName, draft)
    else if (name === 'randomize' && setting?.kind === ts.SyntaxKind.FalseKeyword) draft.removeElement(option)
    else if (name === 'randomize' && setting?.kind === ts.SyntaxKind.TrueKeyword) draft.replace(option, 'jitter: 0.5')
    else if (name === 'outOfMemory' && ts.isPropertyAssignment(option)) {
      outOfMemory = option.getText()
      draft.removeElement(option)
    } else draft.problem(option, `\`retry.${option.getText().split(':')[0]}\` has no counterpart`)
  }
  const [initial = defaultDelayMs, max] = [numbers.get('minTimeoutInMs'), numbers.get('maxTimeoutInMs')]
  if (max !== undefined && max < initial)
    draft.problem(property, `\`maxTimeoutInMs\` (${max}) is shorter than \`minTimeoutInMs\` (${initial}). Correct it`)
  const attempts = numbers.get('maxAttempts')
  if (attempts !== undefined && !(Number.isInteger(attempts) && attempts >= 1 && attempts <= 1000))
    draft.problem(property, '`maxAttempts` must be from 1 to 1,000')
  return outOfMemory
}

function rename(option: ts.ObjectLiteralElementLike, name: string, newName: string, draft: Draft): void {
  if (name === newName) return
  if (ts.isShorthandPropertyAssignment(option)) draft.insert(option, option.getStart(), `${newName}: `)
  else draft.replace(option.name!, newName)
}
