import { ts } from 'ts-morph'

import type { CodeBase } from '../open-code-base.ts'
import { sdkUseOf } from './sdk-export.ts'
import type { Task } from './task.ts'
import { visit } from './visit.ts'

const kinds: readonly string[] = ['task', 'schemaTask', 'schedules.task']

/** Returns all tasks of the code base, without their uses. */
export function findTasks({ files, checker }: CodeBase): Task[] {
  const tasks: Task[] = []
  for (const file of files)
    visit(file, (node) => {
      if (!ts.isIdentifier(node)) return
      const use = sdkUseOf(node, checker)
      if (!use || !kinds.includes(use.name)) return
      const { expression: callee } = use
      const call = callee.parent
      if (ts.isCallExpression(call) && call.expression === callee) tasks.push(toTask(file, call, use.name, checker))
    })
  return tasks
}

function toTask(file: ts.SourceFile, call: ts.CallExpression, kind: string, checker: ts.TypeChecker): Task {
  const [first] = call.arguments
  const options = first && ts.isObjectLiteralExpression(first) ? first : undefined
  const variable = ts.isVariableDeclaration(call.parent) && ts.isIdentifier(call.parent.name) ? call.parent : undefined
  const statement = variable?.parent.parent
  const isExported =
    statement !== undefined &&
    ts.isVariableStatement(statement) &&
    (statement.modifiers ?? []).some(({ kind: modifier }) => modifier === ts.SyntaxKind.ExportKeyword)
  return {
    id: options && idOf(options, checker),
    kind: kind as Task['kind'],
    file,
    call,
    callee: call.expression,
    options,
    name: variable?.name as ts.Identifier | undefined,
    isExported,
    uses: [],
  }
}

/** Returns the id, if the types of the program name one string. */
function idOf(options: ts.ObjectLiteralExpression, checker: ts.TypeChecker): string | undefined {
  const property = options.properties.find(({ name }) => name !== undefined && name.getText() === 'id')
  if (!property) return undefined
  const value = ts.isPropertyAssignment(property) ? property.initializer : property
  if (ts.isStringLiteralLike(value)) return value.text
  const symbol = ts.isShorthandPropertyAssignment(property)
    ? checker.getShorthandAssignmentValueSymbol(property)
    : undefined
  const type = symbol ? checker.getTypeOfSymbol(symbol) : checker.getTypeAtLocation(value)
  return type.isStringLiteral() ? type.value : undefined
}
