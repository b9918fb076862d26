import { cronEventOf, cronJobIdOf } from '@cgk-platform/jobs-core/provider'

/** Maximum length of a task id. Its queue is named `task/` plus the id, and that name is cut at 128 characters. */
const maxLength = 120

/**
 * Returns the id of the task that senders of an event trigger. Every event has its own task, whether a job handles it
 * or not, so a sender needs no definitions. The runs of a cron job also have their own event.
 */
export function eventTaskId(event: string): string {
  const cronJobId = cronJobIdOf(event)
  return cronJobId === undefined ? `event-${escape(event)}` : `cron-${escape(cronJobId)}`
}

/** Returns the id of the task that makes the runs of one definition if the event's task does not. */
export function jobTaskId(definitionId: string): string {
  return `job-${escape(definitionId)}`
}

/** Returns the id of the task that Trigger.dev calls at each tick of a cron job. */
export function tickTaskId(definitionId: string): string {
  return `tick-${escape(definitionId)}`
}

/** Returns the event whose senders trigger this task, or `undefined` for another kind of task. */
export function eventOfTask(taskId: string): string | undefined {
  const cronJobId = nameIn(taskId, 'cron-')
  return cronJobId === undefined ? nameIn(taskId, 'event-') : cronEventOf(cronJobId)
}

/** Returns the id of the definition whose runs this task makes, or `undefined` for another kind of task. */
export function definitionOfTask(taskId: string): string | undefined {
  return nameIn(taskId, 'job-')
}

/** Returns true if Trigger.dev calls this task at the ticks of a cron job. */
export function isTickTask(taskId: string): boolean {
  return nameIn(taskId, 'tick-') !== undefined
}

/** Returns what is wrong with a task id, as the end of a sentence about the name it was made from, or `undefined`. */
export function taskIdProblem(taskId: string): string | undefined {
  if (taskId.length <= maxLength) return undefined
  return `makes a task id of ${taskId.length} characters, and the maximum is ${maxLength}`
}

/**
 * Encodes a name with letters, digits, `_` and `-` only, uniquely for each name. A queue's name drops all other
 * characters, so `order.created` and `ordercreated` would share a queue. A dot becomes `__`, `_` becomes `_u`, any
 * other character its hexadecimal code between `_x` and `_`.
 */
function escape(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9-]/g, (character) => {
    if (character === '.') return '__'
    if (character === '_') return '_u'
    return `_x${character.charCodeAt(0).toString(16)}_`
  })
}

/** Decodes the name after a prefix. Returns `undefined` if the id has another prefix. */
function nameIn(taskId: string, prefix: string): string | undefined {
  if (!taskId.startsWith(prefix)) return undefined
  return taskId.slice(prefix.length).replaceAll(/__|_u|_x([0-9a-f]+)_/g, (mark, code: string | undefined) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
    return mark === '__' ? '.' : '_'
  })
}
