import { ts } from 'ts-morph'

import type { Draft } from './draft.ts'
import { nameOf, propertyOf, valueOf } from './property-of.ts'
import { sdkUseOf } from './sdk-export.ts'

/** Turns `queue: { concurrencyLimit: 5 }`, or a queue that is defined elsewhere, into `concurrency: 5`. */
export function convertQueue(property: ts.ObjectLiteralElementLike, draft: Draft, checker: ts.TypeChecker): void {
  const value = valueOf(property)
  const isInline = value !== undefined && ts.isObjectLiteralExpression(value)
  const queue = isInline ? value : value && definitionOf(value, checker)
  if (!queue) {
    draft.problem(property, 'the queue is not defined by `queue({ … })` in this code. Set `concurrency` instead')
    return
  }
  const limit = propertyOf(queue, 'concurrencyLimit')
  const limitValue = valueOf(limit)
  const unknown = queue.properties.find((option) => !['name', 'concurrencyLimit'].includes(nameOf(option) ?? ''))
  if (unknown) draft.problem(property, `\`${unknown.getText()}\` of the queue has no counterpart`)
  if (!limitValue) {
    draft.removeElement(property)
    return
  }
  if (!isInline && !ts.isNumericLiteral(limitValue)) {
    draft.problem(property, 'the limit of the queue is not a number there. Set `concurrency` instead')
    return
  }
  draft.replace(property, `concurrency: ${limitValue.getText()}`)
  if (!isInline || propertyOf(queue, 'name'))
    draft.note(property, 'a queue counts the runs of all its tasks together; `concurrency` counts those of one job')
}

function definitionOf(value: ts.Expression, checker: ts.TypeChecker): ts.ObjectLiteralExpression | undefined {
  const symbol = checker.getSymbolAtLocation(value)
  const target = symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  const declaration = target?.valueDeclaration
  if (!declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return undefined
  const call = declaration.initializer
  if (!ts.isCallExpression(call) || !call.arguments[0] || !ts.isObjectLiteralExpression(call.arguments[0]))
    return undefined
  let root: ts.Expression = call.expression
  while (ts.isPropertyAccessExpression(root)) root = root.expression
  return ts.isIdentifier(root) && sdkUseOf(root, checker)?.name === 'queue' ? call.arguments[0] : undefined
}
