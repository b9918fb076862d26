import { ts } from 'ts-morph'

import { visit } from './visit.ts'

const ours = ['id']

/** Returns the uses of a send's result that a handle of this library cannot answer, such as `handle.publicAccessToken`. */
export function findTokenUses(call: ts.CallExpression, checker: ts.TypeChecker): ts.Node[] {
  let node: ts.Node = call
  while (ts.isAwaitExpression(node.parent) || ts.isParenthesizedExpression(node.parent)) node = node.parent
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) {
    if (!ts.isAwaitExpression(withoutParentheses(node))) return tokensOfPromise(parent, checker)
    return ours.includes(parent.name.text) ? [] : [parent]
  }
  return ts.isVariableDeclaration(parent) ? tokensOf(parent, checker) : []
}

/** Returns the uses of the handle in the callback of `resize.trigger(…).then((handle) => …)`. */
function tokensOfPromise(access: ts.PropertyAccessExpression, checker: ts.TypeChecker): ts.Node[] {
  if (access.name.text !== 'then') return /^(?:catch|finally)$/.test(access.name.text) ? [] : [access]
  const [callback] = ts.isCallExpression(access.parent) ? access.parent.arguments : []
  if (!callback || !(ts.isArrowFunction(callback) || ts.isFunctionExpression(callback))) return [access]
  const [handle] = callback.parameters
  return handle ? tokensOf(handle, checker) : []
}

function withoutParentheses(node: ts.Node): ts.Node {
  let inner = node
  while (ts.isParenthesizedExpression(inner)) inner = inner.expression
  return inner
}

function tokensOf(parent: ts.VariableDeclaration | ts.ParameterDeclaration, checker: ts.TypeChecker): ts.Node[] {
  if (!ts.isIdentifier(parent.name))
    return parent.name.elements.filter((element) => {
      if (!ts.isBindingElement(element)) return false
      return element.dotDotDotToken !== undefined || !ours.includes((element.propertyName ?? element.name).getText())
    })
  const { name } = parent
  const symbol = checker.getSymbolAtLocation(name)
  const found: ts.Node[] = []
  visit(parent.getSourceFile(), (use) => {
    if (!ts.isIdentifier(use) || use.text !== name.text || checker.getSymbolAtLocation(use) !== symbol) return
    const access = use.parent
    if (ts.isPropertyAccessExpression(access) && access.expression === use && !ours.includes(access.name.text))
      found.push(access)
  })
  return found
}
