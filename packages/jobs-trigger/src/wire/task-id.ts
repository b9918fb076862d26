import { cronEventOf, cronJobIdOf } from '@cgk-platform/jobs-core/provider'

/** The longest task id: its queue is called `task/` and the id, and that is cut at 128 characters. */
const longest = 120

/**
 * The task that an event's senders trigger. Every event has one of its own, whether a job handles it or not, so that a
 * sender needs no definitions. A cron job's runs have an event of their own, too.
 */
export function eventTaskId(event: string): string {
  const cronJobId = cronJobIdOf(event)
  return cronJobId === undefined ? `event-${escape(event)}` : `cron-${escape(cronJobId)}`
}

/** The task that makes the runs of one definition, where an event's own task does not. */
export function jobTaskId(definitionId: string): string {
  return `job-${escape(definitionId)}`
}

/** The task that Trigger.dev calls at each tick of a cron job. */
export function tickTaskId(definitionId: string): string {
  return `tick-${escape(definitionId)}`
}

/** The event whose senders trigger this task, or `undefined` for a task of another kind. */
export function eventOfTask(taskId: string): string | undefined {
  const cronJobId = nameIn(taskId, 'cron-')
  return cronJobId === undefined ? nameIn(taskId, 'event-') : cronEventOf(cronJobId)
}

/** The definition whose runs this task makes, or `undefined` for a task of another kind. */
export function definitionOfTask(taskId: string): string | undefined {
  return nameIn(taskId, 'job-')
}

/** Whether Trigger.dev calls this task at the ticks of a cron job. */
export function isTickTask(taskId: string): boolean {
  return nameIn(taskId, 'tick-') !== undefined
}

/** What is wrong with a task's id, in words that follow the name it was made of, or `undefined`. */
export function taskIdProblem(taskId: string): string | undefined {
  if (taskId.length <= longest) return undefined
  return `makes a task id of ${taskId.length} characters, and Trigger.dev tells ids apart by the first ${longest}`
}

/**
 * A name in letters, digits, `_` and `-` alone, each name in another: the name of a task's queue drops everything else,
 * so that `order.created` and `ordercreated` would wait in one queue. A dot is `__`, `_` is `_u`, others `_x` and `_`
 * around their number.
 */
function escape(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9-]/g, (character) => {
    if (character === '.') return '__'
    if (character === '_') return '_u'
    return `_x${character.charCodeAt(0).toString(16)}_`
  })
}

/** What was escaped after a prefix. */
function nameIn(taskId: string, prefix: string): string | undefined {
  if (!taskId.startsWith(prefix)) return undefined
  return taskId.slice(prefix.length).replaceAll(/__|_u|_x([0-9a-f]+)_/g, (mark, code: string | undefined) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
    return mark === '__' ? '.' : '_'
  })
}
