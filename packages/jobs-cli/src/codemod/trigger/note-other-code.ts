import { ts } from 'ts-morph'

import type { CodeBase } from '../open-code-base.ts'
import type { Draft } from './draft.ts'
import { sdkUseOf } from './sdk-export.ts'
import type { Task } from './task.ts'
import { visit } from './visit.ts'

/** Adds remarks about code outside tasks that converted jobs may concern. */
export function noteOtherCode({ files, checker }: CodeBase, tasks: readonly Task[], draft: Draft): void {
  for (const file of files)
    visit(file, (node) => {
      const use = ts.isIdentifier(node) ? sdkUseOf(node, checker) : undefined
      if (!use || tasks.some(({ call }) => isInside(node, call))) return
      const { name, expression } = use
      if (name.startsWith('runs.'))
        draft.note(
          expression,
          `\`${name}\` does not know converted jobs. Use \`getJobStatus\`, \`waitForJob\`, \`listJobs\`, \`cancelJob\` or \`retryJob\``,
        )
      else if (name.startsWith('tasks.')) noteSend(expression, name, tasks, draft)
      else if (name === 'defineConfig') noteConfig(expression, draft)
    })
}

function isInside(node: ts.Node, call: ts.Node): boolean {
  return node.getSourceFile() === call.getSourceFile() && node.pos >= call.pos && node.end <= call.end
}

function noteSend(expression: ts.Expression, name: string, tasks: readonly Task[], draft: Draft): void {
  const call = expression.parent
  const id = ts.isCallExpression(call) ? call.arguments[0] : undefined
  if (!id) return
  if (!ts.isStringLiteralLike(id))
    draft.note(call, `\`${name}\` names its task at run time. If it can be a converted job, send that job`)
  else if (!tasks.some((task) => task.id === id.text)) draft.note(call, `the task \`${id.text}\` is not in these paths`)
}

/** The defaults of `trigger.config.ts` do not reach jobs. */
function noteConfig(expression: ts.Expression, draft: Draft): void {
  const call = expression.parent
  if (!ts.isCallExpression(call) || !call.arguments[0] || !ts.isObjectLiteralExpression(call.arguments[0])) return
  for (const property of call.arguments[0].properties) {
    const name = property.name?.getText()
    if (name === 'retries')
      draft.note(property, 'jobs without `retry` have 3 attempts, from 1 s to 60 s apart, not these `retries`')
    if (name === 'maxDuration')
      draft.note(
        property,
        'jobs without `timeout` may run for any time; this `maxDuration` still ends their runs on Trigger.dev',
      )
  }
}
