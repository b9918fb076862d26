import type { ts } from 'ts-morph'

import type { Draft } from './draft.ts'
import type { Task } from './task.ts'

/** A task with its draft. */
export interface DraftedTask {
  readonly task: Task
  readonly draft: Draft
  /** The functions that the task calls, in all files. */
  readonly functions: ReadonlySet<ts.Node>
}
