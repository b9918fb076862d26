import { ts } from 'ts-morph'

import { propertyOf, valueOf } from './property-of.ts'

/** The property `run` of a task. */
export interface RunFunction {
  readonly property: ts.ObjectLiteralElementLike
  /** The function, if it is written in the task. */
  readonly code: ts.ArrowFunction | ts.FunctionExpression | ts.MethodDeclaration | undefined
  /** A function that is written elsewhere: `run: resize`. */
  readonly reference: ts.Expression | undefined
  readonly hasPayload: boolean
  readonly payloadParameter: ts.ParameterDeclaration | undefined
  readonly payloadType: ts.TypeNode | undefined
  /** The payload's type and its text, if there is no type node at this place. */
  readonly type: ts.Type | undefined
  readonly typeText: string | undefined
  /** True if the function takes the context. */
  readonly takesContext: boolean
}

/** Reads the property `run`. Returns `undefined` if the task has none. */
export function readRun(options: ts.ObjectLiteralExpression, checker: ts.TypeChecker): RunFunction | undefined {
  const property = propertyOf(options, 'run')
  if (!property) return undefined
  const value = ts.isMethodDeclaration(property) ? property : valueOf(property)
  if (!value) return undefined
  if (ts.isMethodDeclaration(value) || ts.isArrowFunction(value) || ts.isFunctionExpression(value)) {
    const [payload, context] = value.parameters
    return {
      property,
      code: value,
      reference: undefined,
      hasPayload: payload !== undefined,
      payloadParameter: payload,
      payloadType: payload?.type,
      type: payload && checker.getTypeAtLocation(payload),
      typeText: undefined,
      takesContext: context !== undefined,
    }
  }
  const [signature] = checker.getTypeAtLocation(value).getCallSignatures()
  if (!signature) return undefined
  const [payload, context] = signature.getParameters()
  return {
    property,
    code: undefined,
    reference: value,
    hasPayload: payload !== undefined,
    payloadParameter: undefined,
    payloadType: undefined,
    type: payload && checker.getTypeOfSymbolAtLocation(payload, value),
    typeText:
      ts.isIdentifier(value) || ts.isPropertyAccessExpression(value)
        ? `Parameters<typeof ${value.getText()}>[0]`
        : undefined,
    takesContext: context !== undefined,
  }
}
