import { ts } from 'ts-morph'

import { visit } from './visit.ts'

/** Returns the objects of a batch: of `[{ payload }]`, `orders.map((order) => ({ payload }))`, or a `const` of either. */
export function batchItems(items: ts.Expression, checker: ts.TypeChecker): ts.ObjectLiteralExpression[] | undefined {
  if (ts.isIdentifier(items)) {
    const value = onlyUseOf(items, checker)
    return value && batchItems(value, checker)
  }
  if (ts.isArrayLiteralExpression(items)) {
    const objects = items.elements.filter(ts.isObjectLiteralExpression)
    return objects.length === items.elements.length ? objects : undefined
  }
  if (!ts.isCallExpression(items) || !ts.isPropertyAccessExpression(items.expression)) return undefined
  const [callback] = items.arguments
  if (items.expression.name.text !== 'map' || !callback || !ts.isArrowFunction(callback)) return undefined
  let body: ts.Node = callback.body
  if (ts.isBlock(body)) {
    const returns = returnsOf(body)
    const [only] = returns
    if (returns.length !== 1 || !only?.expression) return undefined
    body = only.expression
  }
  while (ts.isParenthesizedExpression(body)) body = body.expression
  return ts.isObjectLiteralExpression(body) ? [body] : undefined
}

function returnsOf(body: ts.Block): ts.ReturnStatement[] {
  const returns: ts.ReturnStatement[] = []
  const collect = (node: ts.Node): void => {
    if (ts.isReturnStatement(node)) returns.push(node)
    else if (!ts.isFunctionLike(node)) ts.forEachChild(node, collect)
  }
  collect(body)
  return returns
}

/** Returns the value of a `const` without a type that nothing else uses. */
function onlyUseOf(name: ts.Identifier, checker: ts.TypeChecker): ts.Expression | undefined {
  const symbol = checker.getSymbolAtLocation(name)
  const declaration = symbol?.valueDeclaration
  if (!declaration || !ts.isVariableDeclaration(declaration) || declaration.type) return undefined
  if (!(declaration.parent.flags & ts.NodeFlags.Const) || declaration.getSourceFile() !== name.getSourceFile())
    return undefined
  let others = 0
  visit(name.getSourceFile(), (node) => {
    if (
      !ts.isIdentifier(node) ||
      node === name ||
      node === declaration.name ||
      checker.getSymbolAtLocation(node) !== symbol
    )
      return
    const access = node.parent
    if (!(ts.isPropertyAccessExpression(access) && access.name.text === 'length')) others++
  })
  return others === 0 ? declaration.initializer : undefined
}
