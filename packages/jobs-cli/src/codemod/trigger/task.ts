import type { ts } from 'ts-morph'

/** A call of `task`, `schemaTask` or `schedules.task`. */
export interface Task {
  readonly id: string | undefined
  readonly kind: 'task' | 'schemaTask' | 'schedules.task'
  readonly file: ts.SourceFile
  readonly call: ts.CallExpression
  /** The callee's expression: `task`, `sdk.schedules.task`. */
  readonly callee: ts.Expression
  /** The object passed to the call. */
  readonly options: ts.ObjectLiteralExpression | undefined
  /** The variable. Absent: the definition has no name, so that no other code can refer to it. */
  readonly name: ts.Identifier | undefined
  readonly isExported: boolean
  /** The uses of the variable, and of the task's id in calls of the SDK. */
  readonly uses: TaskUse[]
}

/** A place that refers to a task. */
export interface TaskUse {
  /** The reference: `resize`, `tasks.resize`, or the string with the task's id. */
  readonly node: ts.Expression
  /** The call, if the place is one that has a counterpart. */
  readonly call?: ts.CallExpression
  /** The method: `trigger`, `batchTrigger`, `triggerAndWait`; `id` for a read of the id; else `other`. */
  readonly method: string
  /** True if the call names the task by its id: `tasks.trigger('resize', …)`. */
  readonly isById: boolean
}
