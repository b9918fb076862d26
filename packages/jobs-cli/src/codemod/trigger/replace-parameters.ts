import { ts } from 'ts-morph'

import type { Draft } from './draft.ts'

/** Replaces the parameters of a function. Comments between those that stay do not change. */
export function replaceParameters(
  code: ts.FunctionLikeDeclaration,
  parameters: readonly (string | undefined)[],
  draft: Draft,
): void {
  const texts = parameters.filter((parameter) => parameter !== undefined)
  const old = code.parameters
  const open = code.getChildren().find(({ kind }) => kind === ts.SyntaxKind.OpenParenToken)
  if (!open) {
    draft.replaceRange(code, old.pos, old.end, `(${texts.join(', ')})`) // `payload => …`
    return
  }
  let end = open.getEnd()
  for (const [index, parameter] of old.entries()) {
    const text = texts[index]
    if (text !== undefined) draft.replace(parameter, text)
    else draft.replaceRange(code, end, parameter.getEnd(), '')
    end = parameter.getEnd()
  }
  const added = texts.slice(old.length)
  if (added.length > 0) draft.insert(code, end, `${old.length > 0 ? ', ' : ''}${added.join(', ')}`)
}
