import { ts } from 'ts-morph'

import { ContextNames } from './convert-context.ts'
import type { Draft } from './draft.ts'
import { valueOf } from './property-of.ts'
import { replaceParameters } from './replace-parameters.ts'

/** Turns `onFailure: ({ payload, error, ctx }) => …` into `onFailure: (error, { payload }, { runId }) => …`. */
export function convertFailureHook(
  property: ts.ObjectLiteralElementLike,
  isCron: boolean,
  id: string,
  draft: Draft,
  checker: ts.TypeChecker,
): void {
  const code = ts.isMethodDeclaration(property) ? property : valueOf(property)
  if (!code || !(ts.isMethodDeclaration(code) || ts.isArrowFunction(code) || ts.isFunctionExpression(code))) {
    draft.problem(property, '`onFailure` is not written here. Write the function in the task')
    return
  }
  const context = new ContextNames(code, id, draft, checker)
  context.convertSdkUses()
  const parts = new Map<string, string>()
  const [first, ...others] = code.parameters
  if (first && (others.length > 0 || ts.isIdentifier(first.name)))
    draft.problem(first, 'take the fields of `onFailure` apart in its parameter, as in `({ payload, error })`')
  else if (first && ts.isObjectBindingPattern(first.name))
    for (const element of first.name.elements) {
      const field = (element.propertyName ?? element.name).getText()
      if (field === 'error' || (field === 'payload' && !isCron)) parts.set(field, element.name.getText())
      else context.convertElement(element)
    }
  const { pattern } = context
  const payload = parts.get('payload')
  const event = payload === undefined ? undefined : payload === 'payload' ? '{ payload }' : `{ payload: ${payload} }`
  const needsEvent = !isCron && (event !== undefined || pattern !== undefined)
  const error = parts.get('error') ?? (needsEvent || pattern !== undefined ? '_error' : undefined)
  replaceParameters(code, [error, needsEvent ? (event ?? '_event') : undefined, pattern], draft)
}
