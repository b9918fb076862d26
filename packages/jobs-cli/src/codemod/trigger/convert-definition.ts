import { ts } from 'ts-morph'

import { convertFailureHook } from './convert-failure-hook.ts'
import { convertCronHandler, convertHandler } from './convert-handler.ts'
import { convertQueue } from './convert-queue.ts'
import { convertRetry } from './convert-retry.ts'
import { convertCron } from './convert-cron.ts'
import type { Draft } from './draft.ts'
import { openParen } from './open-paren.ts'
import { nameOf, propertyOf, valueOf } from './property-of.ts'
import { quoted } from './quoted.ts'
import { readPayload } from './read-payload.ts'
import { readRun } from './run-function.ts'
import type { Task } from './task.ts'
import type { Tenant, TenantOptions } from './tenant.ts'

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9._-]+)*$/
const atEnd = 'Call the function at the end of `run`, or write a `middleware`'

/** Options without a counterpart, each with what to do instead. */
const refused: Readonly<Record<string, string>> = {
  onSuccess: atEnd,
  onComplete: atEnd,
  onStart: 'Call the function at the start of `run`, or write a `middleware`',
  onStartAttempt: 'Call the function at the start of `run`, or write a `middleware`',
  init: 'Call the function at the start of `run`, or write a `middleware`',
  cleanup: 'Call the function in a `finally` of `run`, or write a `middleware`',
  middleware: 'Write a `middleware` of this library',
  catchError: 'Throw `NonRetryableError` or `RetryAfterError` in `run`',
  handleError: 'Throw `NonRetryableError` or `RetryAfterError` in `run`',
  onCancel: 'Listen to the `signal` of the context',
  onWait: 'A task that waits becomes a workflow',
  onResume: 'A task that waits becomes a workflow',
  ttl: 'Compare `sentAt` of the event with the clock in the handler',
  jsonSchema: 'Use a schema: `schemaTask`',
  concurrency: 'Set `concurrency` of the definition',
}

/** Converts the definition itself. Returns the tenant of its payloads; `undefined` for a cron job or with problems. */
export function convertDefinition(
  task: Task,
  tenants: TenantOptions,
  draft: Draft,
  checker: ts.TypeChecker,
): Tenant | undefined {
  const { options, call, kind } = task
  const isCron = kind === 'schedules.task'
  if (!options) {
    draft.problem(call, 'its options are not written here. Write the object in the call')
    return undefined
  }
  const id = propertyOf(options, 'id')
  const run = readRun(options, checker)
  if (!id || task.id === undefined) draft.problem(id ?? call, 'its `id` is not one string. Write it in the task')
  else if (!idPattern.test(task.id) || task.id.length > 100)
    draft.problem(id, `an id has at most 100 letters, digits, \`.\`, \`_\`, \`-\` and \`/\`; \`${task.id}\` has others`)
  if (!run) draft.problem(call, 'it has no function `run`')
  if (!task.name && !ts.isExpressionStatement(call.parent))
    draft.problem(call, 'it is not a `const`, so its sends cannot be found. Assign it to one')
  if (!id || !run) return undefined

  draft.replaceRange(call, call.expression.getStart(), openParen(call), isCron ? 'defineCronJob' : 'defineJob')
  draft.dropped.add(rootOf(call.expression))
  draft.need(call, isCron ? 'defineCronJob' : 'defineJob')
  const taskId = task.id ?? ''
  let tenant: Tenant | undefined
  if (isCron) convertCronHandler(run, draft, checker, taskId)
  else {
    convertHandler(run, draft, checker, taskId)
    const payload = readPayload(task, run, tenants, draft, checker)
    tenant = payload?.tenant
    if (payload?.text !== undefined) {
      draft.need(call, 'eventType')
      insertAfter(id, `payload: ${payload.text}`, draft)
    }
  }
  convertOptions(options, isCron, taskId, draft, checker)
  return tenant
}

function convertOptions(
  options: ts.ObjectLiteralExpression,
  isCron: boolean,
  taskId: string,
  draft: Draft,
  checker: ts.TypeChecker,
): void {
  const forTrigger: { property: ts.ObjectLiteralElementLike; text: string; isRemoved: boolean }[] = []
  for (const property of options.properties) {
    const name = nameOf(property)
    if (name === 'id' || name === 'run') continue
    if (name === 'schema') {
      if (ts.isShorthandPropertyAssignment(property)) draft.insert(property, property.getStart(), 'payload: ')
      else draft.replace(property.name!, 'payload')
    } else if (name === 'retry') {
      const outOfMemory = convertRetry(property, draft)
      if (outOfMemory !== undefined) forTrigger.push({ property, text: `retry: { ${outOfMemory} }`, isRemoved: false })
    } else if (name === 'queue') convertQueue(property, draft, checker)
    else if (name === 'maxDuration') convertMaxDuration(property, draft, checker)
    else if (name === 'machine' || name === 'description')
      forTrigger.push({ property, text: property.getText(), isRemoved: true })
    else if (name === 'cron' && isCron) convertCron(property, draft)
    else if (name === 'onFailure') convertFailureHook(property, isCron, taskId, draft, checker)
    else if (name !== undefined && name in refused)
      draft.problem(property, `\`${name}\` has no counterpart. ${refused[name]}`)
    else draft.problem(property, `\`${name ?? property.getText()}\` is not known here. Write each option in the task`)
  }
  if (isCron && !propertyOf(options, 'cron'))
    draft.problem(
      options,
      'its schedules are created at run time. A cron job has one `schedule`, and `tenants` returns whom it runs for',
    )
  if (forTrigger.length === 0) return
  const text = `providerOptions: { ${quoted('trigger.dev', options)}: { ${forTrigger.map((option) => option.text).join(', ')} } }`
  for (const { property, isRemoved } of forTrigger.slice(1)) if (isRemoved) draft.removeElement(property)
  const [{ property, isRemoved }] = forTrigger as [(typeof forTrigger)[number]]
  if (isRemoved) draft.replace(property, text)
  else insertAfter(property, text, draft)
}

/** Turns seconds into milliseconds. */
function convertMaxDuration(property: ts.ObjectLiteralElementLike, draft: Draft, checker: ts.TypeChecker): void {
  const value = valueOf(property)
  if (value && ts.isNumericLiteral(value))
    draft.replace(property, `timeout: ${quoted(`${Number(value.text)}s`, property)}`)
  else if (value && checker.getTypeAtLocation(value).flags & ts.TypeFlags.NumberLike) {
    const isSum = ts.isBinaryExpression(value) && value.operatorToken.kind !== ts.SyntaxKind.AsteriskToken
    draft.replace(property, `timeout: ${isSum ? `(${value.getText()})` : value.getText()} * 1000`)
  } else draft.problem(property, '`maxDuration` is not a number. Set `timeout` instead')
}

/** Inserts a property after another one, on its own line if the other one has one. */
function insertAfter(property: ts.ObjectLiteralElementLike, text: string, draft: Draft): void {
  const source = property.getSourceFile().text
  const line = /(\r?\n[ \t]*)$/.exec(source.slice(0, property.getStart()))
  draft.insert(property, property.getEnd(), `,${line ? line[1] : ' '}${text}`)
}

function rootOf(expression: ts.Expression): ts.Identifier {
  let root = expression
  while (ts.isPropertyAccessExpression(root)) root = root.expression
  return root as ts.Identifier // found by its import
}
