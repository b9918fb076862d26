import { ts } from 'ts-morph'

import type { CodeBase } from '../open-code-base.ts'
import { sdkUseOf } from './sdk-export.ts'
import type { Task, TaskUse } from './task.ts'
import { visit } from './visit.ts'

/** Finds every place that refers to a task, and adds it to the task's `uses`. */
export function findUses({ files, checker }: CodeBase, tasks: readonly Task[]): void {
  const bySymbol = new Map<ts.Symbol | undefined, Task>()
  const byId = new Map<string | undefined, Task>()
  for (const task of tasks) {
    if (task.name) bySymbol.set(checker.getSymbolAtLocation(task.name), task)
    byId.set(task.id, task)
  }
  for (const file of files)
    visit(file, (node) => {
      if (ts.isIdentifier(node)) {
        const task = bySymbol.get(symbolOf(node, checker))
        if (task && !isDeclaration(node)) task.uses.push(useByName(node, checker))
      } else if (ts.isStringLiteralLike(node)) {
        const task = byId.get(node.text)
        const use = task && useById(node, checker)
        if (use) task.uses.push(use)
      }
    })
}

function symbolOf(node: ts.Identifier, checker: ts.TypeChecker): ts.Symbol | undefined {
  const symbol = ts.isShorthandPropertyAssignment(node.parent)
    ? checker.getShorthandAssignmentValueSymbol(node.parent)
    : checker.getSymbolAtLocation(node)
  return symbol && symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

/** Returns true for the name of a declaration, an import or an export: they stay as they are. */
function isDeclaration(node: ts.Identifier): boolean {
  const { parent } = node
  return (
    (ts.isVariableDeclaration(parent) && parent.name === node) ||
    ts.isImportSpecifier(parent) ||
    ts.isExportSpecifier(parent) ||
    ts.isExportAssignment(parent) ||
    ts.isImportClause(parent)
  )
}

function useByName(identifier: ts.Identifier, checker: ts.TypeChecker): TaskUse {
  const { parent } = identifier
  if (ts.isTypeQueryNode(parent) && isTypeOfIdCall(parent, checker))
    return { node: identifier, method: 'type', isById: false }
  const node: ts.Expression = ts.isPropertyAccessExpression(parent) && parent.name === identifier ? parent : identifier
  const access = node.parent
  if (!ts.isPropertyAccessExpression(access) || access.expression !== node)
    return { node, method: 'other', isById: false }
  const method = access.name.text
  const call = access.parent
  if (!ts.isCallExpression(call) || call.expression !== access)
    return { node, method: method === 'id' ? 'id' : 'other', isById: false }
  return { node, call, method, isById: false }
}

/** Returns true for `typeof resize` in `tasks.trigger<typeof resize>('resize', …)`, which the id's use replaces. */
function isTypeOfIdCall({ parent }: ts.TypeQueryNode, checker: ts.TypeChecker): boolean {
  return ts.isCallExpression(parent) && /^tasks\.(?:trigger|batchTrigger)$/.test(calleeName(parent, checker))
}

function useById(id: ts.StringLiteralLike, checker: ts.TypeChecker): TaskUse | undefined {
  const call = id.parent
  if (ts.isCallExpression(call) && call.arguments[0] === id) {
    const name = calleeName(call, checker)
    if (name.startsWith('tasks.')) return { node: id, call, method: name.slice('tasks.'.length), isById: true }
  }
  // `batch.trigger([{ id: 'resize' }])`, `schedules.create({ task: 'resize' })`
  for (let node: ts.Node = id; !ts.isStatement(node); node = node.parent)
    if (ts.isCallExpression(node) && /^(?:batch|schedules)\.(?!task$)/.test(calleeName(node, checker)))
      return ts.isPropertyAssignment(call) && /^(?:id|task)$/.test(call.name.getText())
        ? { node: id, method: calleeName(node, checker), isById: true }
        : undefined
  return undefined
}

function calleeName({ expression }: ts.CallExpression, checker: ts.TypeChecker): string {
  let root: ts.Expression = expression
  while (ts.isPropertyAccessExpression(root)) root = root.expression
  return (ts.isIdentifier(root) ? sdkUseOf(root, checker)?.name : undefined) ?? ''
}
