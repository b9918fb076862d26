import { ts } from 'ts-morph'

/** Returns a property of an object literal by its name. */
export function propertyOf(object: ts.ObjectLiteralExpression, name: string): ts.ObjectLiteralElementLike | undefined {
  return object.properties.find((property) => nameOf(property) === name)
}

/** Returns the name of a property, or `undefined` for a spread or a computed name. */
export function nameOf({ name }: ts.ObjectLiteralElementLike): string | undefined {
  return name && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? name.text : undefined
}

/** Returns the value of a property, without parentheses and `as const`; a shorthand's name. */
export function valueOf(property: ts.ObjectLiteralElementLike | undefined): ts.Expression | undefined {
  if (!property) return undefined
  if (ts.isShorthandPropertyAssignment(property)) return property.name
  if (!ts.isPropertyAssignment(property)) return undefined
  let value: ts.Expression = property.initializer
  while (ts.isParenthesizedExpression(value) || ts.isAsExpression(value) || ts.isSatisfiesExpression(value))
    value = value.expression
  return value
}
