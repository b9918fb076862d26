import { ts } from 'ts-morph'

import { ContextNames } from './convert-context.ts'
import type { Draft } from './draft.ts'
import { replaceParameters } from './replace-parameters.ts'
import type { RunFunction } from './run-function.ts'
import { visit } from './visit.ts'

/** Turns `run: async (payload: Resize, { ctx }) => …` into `handler: async ({ payload }, { runId }) => …`. */
export function convertHandler(run: RunFunction, draft: Draft, checker: ts.TypeChecker, id: string): void {
  renameToHandler(run, draft)
  const { code, reference } = run
  if (reference) {
    if (run.takesContext)
      draft.problem(
        reference,
        `\`${reference.getText()}\` takes Trigger.dev's context. Write the function in the task, with \`{ ctx }\``,
      )
    else if (run.hasPayload) draft.replace(reference, `({ payload }) => ${reference.getText()}(payload)`)
    return
  }
  const context = new ContextNames(code!, id, draft, checker)
  const [payload, second] = code!.parameters
  context.convertSdkUses()
  if (second) context.convertParameter(second.name)
  const first =
    payload &&
    `{ ${payload.name.getText() === 'payload' ? 'payload' : `payload: ${payload.name.getText()}`}${initializerOf(payload)} }`
  replaceParameters(code!, [first ?? (context.pattern ? '_event' : undefined), context.pattern], draft)
}

/** Turns `run: async ({ timestamp }) => …` into `handler: async ({ scheduledAt: timestamp }) => …`. */
export function convertCronHandler(run: RunFunction, draft: Draft, checker: ts.TypeChecker, id: string): void {
  renameToHandler(run, draft)
  const { code, reference } = run
  if (reference) {
    if (run.hasPayload)
      draft.problem(reference, `\`${reference.getText()}\` takes Trigger.dev's payload. Write the function in the task`)
    return
  }
  const context = new ContextNames(code!, id, draft, checker)
  const [payload, second] = code!.parameters
  context.convertSdkUses()
  if (second) context.convertParameter(second.name)
  if (payload) convertTick(payload, code!, context, draft, checker)
  replaceParameters(code!, [context.pattern], draft)
}

function convertTick(
  parameter: ts.ParameterDeclaration,
  code: ts.SignatureDeclaration,
  context: ContextNames,
  draft: Draft,
  checker: ts.TypeChecker,
): void {
  const { name } = parameter
  const refuse = (node: ts.Node, field: string): void =>
    draft.problem(node, `\`${field}\` of a schedule's payload has no counterpart: a cron job has \`scheduledAt\``)
  if (!ts.isIdentifier(name)) {
    for (const element of name.elements) {
      if (!ts.isBindingElement(element)) continue
      const field = (element.propertyName ?? element.name).getText()
      if (field === 'timestamp' && ts.isIdentifier(element.name)) context.bind('scheduledAt', element.name.text)
      else refuse(element, field)
    }
    return
  }
  const symbol = checker.getSymbolAtLocation(name)
  visit(code, (node) => {
    if (
      !ts.isIdentifier(node) ||
      node === name ||
      node.text !== name.text ||
      checker.getSymbolAtLocation(node) !== symbol
    )
      return
    const { parent } = node
    if (ts.isPropertyAccessExpression(parent) && parent.expression === node && parent.name.text === 'timestamp')
      draft.replace(parent, context.take('scheduledAt'))
    else refuse(node, parent.getText().slice(0, 40))
  })
}

function renameToHandler({ property }: RunFunction, draft: Draft): void {
  if (ts.isShorthandPropertyAssignment(property)) draft.insert(property, property.getStart(), 'handler: ')
  else draft.replace(property.name!, 'handler')
}

function initializerOf({ initializer }: ts.ParameterDeclaration): string {
  return initializer ? ` = ${initializer.getText()}` : ''
}
