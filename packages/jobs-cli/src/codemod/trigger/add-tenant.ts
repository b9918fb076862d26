import { ts } from 'ts-morph'

import type { Draft } from './draft.ts'
import { nameOf, propertyOf, valueOf } from './property-of.ts'
import { quoted } from './quoted.ts'
import type { Tenant } from './tenant.ts'

/** Adds `tenantId` to a payload that is sent. */
export function addTenant(payload: ts.Expression, tenant: Tenant, draft: Draft, checker: ts.TypeChecker): void {
  if (tenant.from === 'tenantId') return
  const value = withoutParentheses(payload)
  if (ts.isObjectLiteralExpression(value)) {
    const text = tenant.from === 'constant' ? quoted(tenant.id, payload) : fieldOf(value, tenant.field, checker)
    if (text === undefined)
      draft.problem(
        payload,
        `\`${(tenant as { field: string }).field}\` is not a plain value in this payload. Store it in a variable first`,
      )
    else if (value.properties.length === 0) draft.replace(value, `{ tenantId: ${text} }`)
    else {
      const [first] = value.properties as unknown as [ts.ObjectLiteralElementLike]
      const line = /(\r?\n[ \t]*)$/.exec(first.getSourceFile().text.slice(0, first.getStart()))
      draft.insert(first, first.getStart(), `tenantId: ${text},${line?.[1] ?? ' '}`)
    }
  } else if (isPlain(value)) {
    const text = value.getText()
    draft.replace(
      payload,
      `{ ...${text}, tenantId: ${tenant.from === 'constant' ? quoted(tenant.id, payload) : `${text}.${tenant.field}`} }`,
    )
  } else if (tenant.from === 'constant')
    draft.replace(payload, `{ ...(${value.getText()}), tenantId: ${quoted(tenant.id, payload)} }`)
  else draft.problem(payload, 'the payload is not a variable or an object. Store it in a variable first')
}

function fieldOf(payload: ts.ObjectLiteralExpression, field: string, checker: ts.TypeChecker): string | undefined {
  const property = propertyOf(payload, field)
  if (property) {
    const value = valueOf(property)
    return value && isPlain(value) ? value.getText() : undefined
  }
  const spread = payload.properties.findLast(
    (part) =>
      nameOf(part) === undefined &&
      ts.isSpreadAssignment(part) &&
      checker.getPropertyOfType(checker.getTypeAtLocation(part.expression), field) !== undefined,
  )
  return spread && ts.isSpreadAssignment(spread) && isPlain(spread.expression)
    ? `${spread.expression.getText()}.${field}`
    : undefined
}

/** Returns true for an expression that can be written twice: `order`, `order.shop`, `'shop'`. */
function isPlain(node: ts.Expression): boolean {
  if (ts.isNonNullExpression(node)) return isPlain(node.expression)
  if (ts.isPropertyAccessExpression(node)) return isPlain(node.expression)
  return ts.isIdentifier(node) || ts.isStringLiteralLike(node) || node.kind === ts.SyntaxKind.ThisKeyword
}

function withoutParentheses(node: ts.Expression): ts.Expression {
  let value = node
  while (ts.isParenthesizedExpression(value) || ts.isAsExpression(value) || ts.isSatisfiesExpression(value))
    value = value.expression
  return value
}
