import { ts } from 'ts-morph'

/** Returns the position of the parenthesis before the arguments of a call. */
export function openParen(call: ts.CallExpression): number {
  return call
    .getChildren()
    .find(({ kind }) => kind === ts.SyntaxKind.OpenParenToken)!
    .getStart()
}
