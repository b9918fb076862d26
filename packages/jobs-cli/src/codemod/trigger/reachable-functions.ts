import { ts } from 'ts-morph'

import { visit } from './visit.ts'

/** Returns the functions of the code base that a piece of code calls or passes on, directly or through others. */
export function reachableFunctions(code: ts.Node, checker: ts.TypeChecker): Set<ts.Node> {
  const found = new Set<ts.Node>()
  const follow = (root: ts.Node): void =>
    visit(root, (node) => {
      if (!ts.isIdentifier(node)) return
      const named = checker.getSymbolAtLocation(node)
      const symbol = named && named.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(named) : named
      const target = symbol?.valueDeclaration && functionOf(symbol.valueDeclaration)
      if (!target || found.has(target) || isForeign(target) || isInside(target, code)) return
      found.add(target)
      follow(target)
    })
  follow(code)
  return found
}

function functionOf(declaration: ts.Declaration): ts.Node | undefined {
  if (ts.isFunctionDeclaration(declaration) || ts.isMethodDeclaration(declaration)) return declaration
  if (!(ts.isVariableDeclaration(declaration) || ts.isPropertyAssignment(declaration))) return undefined
  const value = declaration.initializer
  return value && (ts.isArrowFunction(value) || ts.isFunctionExpression(value)) ? value : undefined
}

function isForeign(node: ts.Node): boolean {
  const file = node.getSourceFile()
  return file.isDeclarationFile || file.fileName.includes('/node_modules/')
}

function isInside(node: ts.Node, code: ts.Node): boolean {
  return node.getSourceFile() === code.getSourceFile() && node.pos >= code.pos && node.end <= code.end
}
