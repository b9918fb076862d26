import { ts } from 'ts-morph'

import { addTenant } from './add-tenant.ts'
import { batchItems } from './batch-items.ts'
import { convertSendOptions } from './convert-send-options.ts'
import type { Draft } from './draft.ts'
import { importOf } from './import-of.ts'
import { findTokenUses } from './find-token-uses.ts'
import { openParen } from './open-paren.ts'
import { propertyOf, valueOf } from './property-of.ts'
import { quoted } from './quoted.ts'
import { sdkUseOf } from './sdk-export.ts'
import type { Task, TaskUse } from './task.ts'
import type { Tenant } from './tenant.ts'

/** Converts a place that refers to a task: a send, a batch. Anything else is a problem. */
export function convertUse(
  task: Task,
  use: TaskUse,
  tenant: Tenant | undefined,
  draft: Draft,
  checker: ts.TypeChecker,
): void {
  const { method, node, call } = use
  if (method === 'id' || method === 'type') return
  if (task.kind === 'schedules.task')
    draft.problem(node, 'a cron job has only its schedule: code that starts it needs a job of its own')
  else if (call && tenant && method === 'trigger') convertTrigger(task, use, call, tenant, draft, checker)
  else if (call && tenant && method === 'batchTrigger') convertBatch(task, use, call, tenant, draft, checker)
  else if (/AndWait|AndPoll|AndSubscribe/.test(method))
    draft.problem(node, `\`${method}\` awaits it. Make the caller a workflow with \`step.runJob\`, then convert both`)
  else if (method === 'other')
    draft.problem(node, `\`${node.parent.getText().slice(0, 60)}\` uses the task itself, not one of its sends`)
  else if (method !== 'trigger' && method !== 'batchTrigger')
    draft.problem(node, `\`${method}\` of it has no counterpart`)
}

function convertTrigger(
  task: Task,
  use: TaskUse,
  call: ts.CallExpression,
  tenant: Tenant,
  draft: Draft,
  checker: ts.TypeChecker,
): void {
  const [payload, options, request] = use.isById ? call.arguments.slice(1) : call.arguments
  const name = nameInFile(task, use, call, draft, checker)
  if (name === undefined) return
  for (const token of findTokenUses(call, checker))
    draft.problem(token, `\`${token.getText()}\`: a handle has \`id\`, \`event\`, \`tenantId\` and \`deduplicated\``)
  if (request) draft.problem(request, 'options of the request have no counterpart')
  const access = call.expression
  if (!use.isById) draft.replace((access as ts.PropertyAccessExpression).name, 'send')
  else {
    draft.replaceRange(call, access.getStart(), openParen(call), `${name}.send`)
    draft.replaceRange(call, use.node.getStart(), payload ? payload.getStart() : use.node.getEnd(), '')
  }
  const isEmpty = payload === undefined || payload.getText() === 'undefined'
  if (!isEmpty) addTenant(payload, tenant, draft, checker)
  else if (tenant.from === 'constant') {
    const text = `{ tenantId: ${quoted(tenant.id, call)} }`
    if (payload) draft.replace(payload, text)
    else draft.insert(call, call.getEnd() - 1, text)
  } else draft.problem(call, 'it sends no payload, so no tenant')
  if (options) convertSendOptions(options, options, draft, checker)
}

function convertBatch(
  task: Task,
  use: TaskUse,
  call: ts.CallExpression,
  tenant: Tenant,
  draft: Draft,
  checker: ts.TypeChecker,
): void {
  const [items, batchOptions] = use.isById ? call.arguments.slice(1) : call.arguments
  const name = nameInFile(task, use, call, draft, checker)
  if (name === undefined) return
  if (!items || batchOptions) {
    draft.problem(call, 'options of a batch have no counterpart')
    return
  }
  if (isResultUsed(call))
    draft.problem(call, 'code uses the handle of the batch. `sendJobs` returns a result for each job')
  const objects = batchItems(items, checker)
  if (!objects) {
    draft.problem(items, 'the items are not written in the call, nor in a `const` that only this call uses')
    return
  }
  draft.replaceRange(call, call.expression.getStart(), openParen(call), 'sendJobs')
  if (use.isById) draft.replaceRange(call, use.node.getStart(), items.getStart(), '')
  draft.need(call, 'sendJobs')
  draft.note(call, '`sendJobs` throws for no job: check `ok` of the results, where `batchTrigger` would have thrown')
  for (const object of objects) convertItem(object, name, tenant, draft, checker)
}

function convertItem(
  object: ts.ObjectLiteralExpression,
  name: string,
  tenant: Tenant,
  draft: Draft,
  checker: ts.TypeChecker,
): void {
  const payload = propertyOf(object, 'payload')
  const value = valueOf(payload)
  const unknown = object.properties.find((property) => !['payload', 'options'].includes(property.name?.getText() ?? ''))
  if (!payload || !value || unknown) {
    draft.problem(object, 'the item is not `{ payload, options }`')
    return
  }
  const [first] = object.properties as unknown as [ts.ObjectLiteralElementLike]
  const line = /(\r?\n[ \t]*)$/.exec(first.getSourceFile().text.slice(0, first.getStart()))
  draft.insert(first, first.getStart(), `event: ${name},${line?.[1] ?? ' '}`)
  if (ts.isShorthandPropertyAssignment(payload) && tenant.from !== 'tenantId')
    draft.insert(payload, payload.getStart(), 'payload: ')
  addTenant(value, tenant, draft, checker)
  const options = propertyOf(object, 'options')
  const optionsValue = valueOf(options)
  if (options && optionsValue) convertSendOptions(options, optionsValue, draft, checker)
}

function isResultUsed(call: ts.CallExpression): boolean {
  let node: ts.Node = call
  while (ts.isAwaitExpression(node.parent) || ts.isParenthesizedExpression(node.parent)) node = node.parent
  const { parent } = node
  const isIgnored =
    ts.isExpressionStatement(parent) || ts.isArrayLiteralExpression(parent) || ts.isVoidExpression(parent)
  return !isIgnored && !(ts.isArrowFunction(parent) && parent.body === node)
}

/** Returns the name under which the file can refer to the definition, and notes that it must be imported. */
function nameInFile(
  task: Task,
  use: TaskUse,
  call: ts.CallExpression,
  draft: Draft,
  checker: ts.TypeChecker,
): string | undefined {
  if (!task.name) {
    draft.problem(call, 'the task has no variable to send with')
    return undefined
  }
  const file = call.getSourceFile()
  if (!use.isById) return use.node.getText()
  let root: ts.Expression = call.expression
  while (ts.isPropertyAccessExpression(root)) root = root.expression
  if (ts.isIdentifier(root) && sdkUseOf(root, checker)) draft.dropped.add(root)
  if (file === task.file) return task.name.text
  if (!task.isExported) {
    draft.problem(call, `\`${task.name.text}\` is not exported, so this file cannot import it`)
    return undefined
  }
  if (/^(?:\s|\/\/.*|\/\*[\s\S]*?\*\/)*['"]use client['"]/.test(file.text)) {
    draft.problem(call, 'a client component cannot send jobs')
    return undefined
  }
  draft.importers.push({ file, task })
  draft.note(call, 'this file now imports the module of the job that it sends, not only its id or type')
  return importOf(task, file, checker)?.name.text ?? task.name.text
}
