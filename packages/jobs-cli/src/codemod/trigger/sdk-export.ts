import { ts } from 'ts-morph'

const sdkModule = /^@trigger\.dev\/sdk(?:\/v3)?$/

/** Returns true for an import of Trigger.dev's SDK. */
export function isSdkImport(node: ts.Node): node is ts.ImportDeclaration {
  return (
    ts.isImportDeclaration(node) &&
    ts.isStringLiteral(node.moduleSpecifier) &&
    sdkModule.test(node.moduleSpecifier.text)
  )
}

/** Returns what of the SDK an identifier names: `task`; an empty string for the namespace. */
export function sdkImportOf(identifier: ts.Identifier, checker: ts.TypeChecker): string | undefined {
  const symbol = ts.isShorthandPropertyAssignment(identifier.parent)
    ? checker.getShorthandAssignmentValueSymbol(identifier.parent)
    : checker.getSymbolAtLocation(identifier)
  const declaration = symbol?.declarations?.[0]
  if (!declaration) return undefined
  if (ts.isImportSpecifier(declaration) && isSdkImport(declaration.parent.parent.parent))
    return (declaration.propertyName ?? declaration.name).text
  if (ts.isNamespaceImport(declaration) && isSdkImport(declaration.parent.parent)) return ''
  return undefined
}

/** A use of the SDK in an expression. */
export interface SdkUse {
  /** The identifier, whose import is needed while the use stays. */
  readonly identifier: ts.Identifier
  /** The longest chain of properties, such as `schedules.task`. */
  readonly name: string
  /** The expression of this chain. */
  readonly expression: ts.Expression
}

/** Returns the use of the SDK that begins with this identifier, if it is one. */
export function sdkUseOf(identifier: ts.Identifier, checker: ts.TypeChecker): SdkUse | undefined {
  const imported = sdkImportOf(identifier, checker)
  if (imported === undefined) return undefined
  const names = imported === '' ? [] : [imported]
  let expression: ts.Expression = identifier
  while (ts.isPropertyAccessExpression(expression.parent) && expression.parent.expression === expression) {
    names.push(expression.parent.name.text)
    expression = expression.parent
  }
  return { identifier, name: names.join('.'), expression }
}
