import { ts } from 'ts-morph'

import type { Draft } from './draft.ts'
import { nameOf, propertyOf, valueOf } from './property-of.ts'
import { sdkUseOf } from './sdk-export.ts'

/** They change neither whether nor when nor how often a job runs. */
const droppable = ['metadata', 'machine', 'maxDuration', 'region', 'version', 'externalDeploymentId']

const refused: Readonly<Record<string, string>> = {
  ttl: 'Compare `sentAt` of the event with the clock in the handler',
  debounce: 'Use an `idempotencyKey`, or a delayed job that reads the latest state',
  concurrencyKey: 'Set `concurrency: { perTenant }` of the definition',
  concurrency: 'Set `concurrency` of the definition',
  queue: 'Set `concurrency` of the definition',
}

/** Converts the options of a send in place. Removes `argument` if none is left. */
export function convertSendOptions(
  argument: ts.Node,
  options: ts.Expression,
  draft: Draft,
  checker: ts.TypeChecker,
): void {
  if (!ts.isObjectLiteralExpression(options)) {
    draft.problem(options, 'the options of the send are not written in the call')
    return
  }
  const dropped: ts.ObjectLiteralElementLike[] = []
  for (const option of options.properties) {
    const name = nameOf(option)
    const value = valueOf(option)
    if (name === 'tags' && isReference(value, checker)) {
      rename(option, 'tags', 'reference', draft)
      draft.note(option, '`tags` became `reference`. If you move to Inngest, which has no references, remove it')
    } else if (name === 'tags') {
      dropped.push(option)
      draft.note(option, '`tags` of the send are gone. A `reference` is a string, or at most 5')
    } else if (name !== undefined && droppable.includes(name)) {
      dropped.push(option)
      draft.note(option, `\`${name}\` of the send is gone: it exists only on Trigger.dev`)
    } else if (name !== undefined && name in refused)
      draft.problem(option, `\`${name}\` of a send has no counterpart. ${refused[name]}`)
    else if (!value || name === undefined) draft.problem(option, 'write each option of the send in the call')
    else if (name === 'idempotencyKey') convertKey(option, value, options, draft, checker)
    else if (name === 'idempotencyKeyTTL') convertDuration(option, name, 'idempotencyTtl', value, draft, checker)
    else if (name === 'delay') {
      if (isDate(value, checker)) rename(option, 'delay', 'runAt', draft)
      else convertDuration(option, name, 'delay', value, draft, checker)
    } else if (name === 'priority') checkPriority(option, value, draft)
    else if (name !== 'maxAttempts') draft.problem(option, `\`${name}\` of a send has no counterpart`)
  }
  if (dropped.length === options.properties.length) draft.removeElement(argument)
  else for (const option of dropped) draft.removeElement(option)
}

function convertKey(
  option: ts.ObjectLiteralElementLike,
  value: ts.Expression,
  options: ts.ObjectLiteralExpression,
  draft: Draft,
  checker: ts.TypeChecker,
): void {
  const type = checker.getTypeAtLocation(value)
  const isString = type.isUnionOrIntersection()
    ? type.types.some((part) => part.flags & ts.TypeFlags.StringLike)
    : type.flags & ts.TypeFlags.StringLike
  if (!isString || checker.isArrayType(type)) {
    draft.problem(option, 'an `idempotencyKey` is a string')
    return
  }
  const key = ts.isAwaitExpression(value) ? value.expression : value
  const isCreated = ts.isCallExpression(key) && calleeOf(key, checker) === 'idempotencyKeys.create'
  if (isCreated)
    draft.note(
      option,
      '`idempotencyKeys.create` works only on Trigger.dev. Pass a string: a key belongs to its tenant and its job',
    )
  if (!propertyOf(options, 'idempotencyKeyTTL'))
    draft.note(
      option,
      'an `idempotencyKey` holds for 24 hours, not for 30 days, and also after a failure. Set `idempotencyTtl` to change it',
    )
}

function convertDuration(
  option: ts.ObjectLiteralElementLike,
  name: string,
  newName: string,
  value: ts.Expression,
  draft: Draft,
  checker: ts.TypeChecker,
): void {
  const type = checker.getTypeAtLocation(value)
  const values = type.isUnion() ? type.types : [type]
  if (values.every((part) => part.isStringLiteral() && /^\d+(?:\.\d+)?(?:ms|s|m|h|d|w)$/.test(part.value))) {
    if (name !== newName) rename(option, name, newName, draft)
  } else draft.problem(option, `\`${name}\` is not a duration with one unit, such as \`'90m'\``)
}

function checkPriority(option: ts.ObjectLiteralElementLike, value: ts.Expression, draft: Draft): void {
  if (!ts.isNumericLiteral(value)) draft.note(option, 'a `priority` is a whole number of at most 600 seconds')
  else if (!Number.isInteger(Number(value.text)) || Number(value.text) > 600)
    draft.problem(option, 'a `priority` is a whole number of at most 600 seconds')
}

/** Returns true for a string, or a list of at most 5 that is written in the call. */
function isReference(value: ts.Expression | undefined, checker: ts.TypeChecker): boolean {
  if (!value) return false
  if (!ts.isArrayLiteralExpression(value))
    return Boolean(checker.getTypeAtLocation(value).flags & ts.TypeFlags.StringLike)
  const { length } = value.elements
  return length >= 1 && length <= 5 && !value.elements.some(ts.isSpreadElement)
}

function isDate(value: ts.Expression, checker: ts.TypeChecker): boolean {
  return checker.getTypeAtLocation(value).getSymbol()?.getName() === 'Date'
}

function rename(option: ts.ObjectLiteralElementLike, name: string, newName: string, draft: Draft): void {
  if (ts.isShorthandPropertyAssignment(option)) draft.replace(option, `${newName}: ${name}`)
  else draft.replace(option.name!, newName)
}

function calleeOf({ expression }: ts.CallExpression, checker: ts.TypeChecker): string | undefined {
  let root: ts.Expression = expression
  while (ts.isPropertyAccessExpression(root)) root = root.expression
  return ts.isIdentifier(root) ? sdkUseOf(root, checker)?.name : undefined
}
