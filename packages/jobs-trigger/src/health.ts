import type { Definition, Health } from '@cgk-platform/jobs-core'
import { RequestFailedError } from '@cgk-platform/jobs-core/errors'
import { type Clock, eventOf, type JobRegistry, toErrorInfo } from '@cgk-platform/jobs-core/provider'

import type { EngineQueue } from './api/engine-shapes.ts'
import type { TriggerApi } from './api/trigger-api.ts'
import { eventQueueOf, isPaused, ownQueueOf, queuesOfDefinition } from './read/definition-queues.ts'
import { findIdleQueues } from './read/find-idle-queues.ts'
import { type QueueName, queueKey, readQueues } from './read/read-queues.ts'
import { jobIdOf, jobsTag } from './wire/tags.ts'
import { tickTaskId } from './wire/task-id.ts'

type Check = Health['checks'][number]

/** Checks that Trigger.dev responds, accepts the key, and has the tasks of this process's jobs and workers for them. */
export async function checkHealth(api: TriggerApi, jobs: JobRegistry | undefined, clock: Clock): Promise<Health> {
  let found: readonly TaskQueue[] = []
  const checks: Check[] = []
  const addCheck = (name: string, ok: boolean, message: string): void => void checks.push({ name, ok, message })
  try {
    found = await findQueues(jobs, api)
    addCheck('engine', true, 'responds')
    addCheck('key', true, 'is accepted')
    const paused = pausedOf(found, jobs)
    const problems = problemsOf(found.filter(({ task }) => !paused.tasks.has(task)))
    addCheck('tasks', problems === '', problems === '' ? registered(found) : problems)
    if (paused.definitions !== '') {
      addCheck('paused', true, `no run starts of ${paused.definitions}; call \`resumeJobs\` when they may start`)
    }
  } catch (error) {
    const { message } = toErrorInfo(error)
    if (isKeyError(error)) {
      // Without a key, no request was sent.
      if ((error as { status?: number }).status !== undefined) addCheck('engine', true, 'responds')
      addCheck('key', false, message)
    } else addCheck('engine', false, message)
  }
  if (checks.every(({ ok }) => ok)) {
    const idle = await findIdle(found, api, clock)
    const waiting = idle === undefined ? await findWaiting(api) : { isAny: true, message: idle }
    if (waiting) addCheck('workers', !waiting.isAny, waiting.message)
  }
  return { ok: checks.every(({ ok }) => ok), provider: 'trigger.dev', checks }
}

/** A task that a job needs, and its queue if it exists. */
interface TaskQueue {
  readonly task: string
  readonly queue: EngineQueue | undefined
}

/** Finds the queues of the tasks that this process's jobs need. Trigger.dev has no request for tasks themselves. */
async function findQueues(jobs: JobRegistry | undefined, api: TriggerApi): Promise<TaskQueue[]> {
  const wanted = (jobs?.all() ?? []).flatMap(queuesOf)
  const byKey = new Map(wanted.map((queue) => [queueKey(queue), queue]))
  const queues = await readQueues([...byKey.values()], api)
  return [...byKey].map(([key, { name }]) => ({ task: name, queue: queues.get(key) }))
}

/**
 * Returns the queues of a definition's tasks. It includes the definition's own task, because the event's task exists
 * even if no job handles the event. The ticks of a cron job that is enabled have their own queue.
 */
function queuesOf(definition: Definition): QueueName[] {
  const { id, kind, enabled } = definition
  const queues = [eventQueueOf(eventOf(definition)), ownQueueOf(id)]
  if (kind === 'cron' && enabled) queues.push({ type: 'custom', name: tickTaskId(id) })
  return queues
}

/** Returns the paused definitions and the tasks that wait because of them. A pause is not a failure: someone wanted it. */
function pausedOf(
  found: readonly TaskQueue[],
  jobs: JobRegistry | undefined,
): { readonly definitions: string; readonly tasks: ReadonlySet<string> } {
  const keys = new Set(found.flatMap(({ queue }) => (queue?.paused ? queueKey(queue) : [])))
  const paused = (jobs?.all() ?? []).filter(({ id }) => isPaused(id, jobs, keys))
  return {
    definitions: paused.map(({ id }) => `\`${id}\``).join(', '),
    tasks: new Set(paused.flatMap((definition) => queuesOfDefinition(definition, jobs!).map(({ name }) => name))),
  }
}

function registered(found: readonly TaskQueue[]): string {
  const { size } = new Set(found.map(({ task }) => task))
  return size === 0 ? 'not checked, because this process defines no jobs' : `${size} tasks are registered`
}

/** Describes missing and paused tasks. Returns an empty string if there are none. */
function problemsOf(found: readonly TaskQueue[]): string {
  const missing = quoted(found.filter(({ queue }) => !queue))
  const paused = quoted(found.filter(({ queue }) => queue?.paused))
  return [
    ...(missing === '' ? [] : [`not registered: ${missing}. Deploy the tasks, or start \`trigger.dev dev\``]),
    ...(paused === '' ? [] : [`paused: ${paused}. Resume the queue in Trigger.dev`]),
  ].join('; ')
}

function quoted(found: readonly TaskQueue[]): string {
  return [...new Set(found.map(({ task }) => `\`${task}\``))].join(', ')
}

/** Returns true if the key is wrong or missing. */
function isKeyError(error: unknown): boolean {
  const { status, cause } = error as { status?: number; cause?: { name?: unknown } }
  return status === 401 || status === 403 || cause?.name === 'ApiClientMissingError'
}

/** Describes tasks whose runs no worker takes. Returns `undefined` if there are none. */
async function findIdle(found: readonly TaskQueue[], api: TriggerApi, clock: Clock): Promise<string | undefined> {
  const queues = found.flatMap(({ queue }) => queue ?? [])
  const idle = await findIdleQueues(queues, api, clock)
  if (idle.length === 0) return undefined
  const tasks = quoted(found.filter(({ queue }) => queue && idle.includes(queue)))
  return `runs of ${tasks} are waiting, and none is running. Connect a worker that has the task`
}

/**
 * Looks for runs of jobs whose task no connected worker has. Returns `undefined` if the server has no index of runs, so
 * it cannot list them.
 */
async function findWaiting(api: TriggerApi): Promise<{ isAny: boolean; message: string } | undefined> {
  try {
    const status = 'PENDING_VERSION'
    const { runs, next } = await api.list('list the runs', { status, limit: 100 })
    const listed = runs.find(({ tags }) => tags.includes(jobsTag) || jobIdOf(tags) !== undefined)
    // Many runs of other tasks may hide an older one. The runs that a job's run started have no common tag.
    const waiting = listed ?? (next && (await api.list('list the jobs', { tag: jobsTag, status, limit: 1 })).runs[0])
    if (!waiting) return { isAny: false, message: 'no job waits for a worker that has its task' }
    const { id, tags, taskIdentifier } = waiting
    const message = `jobs such as ${jobIdOf(tags) ?? id} wait for the task \`${taskIdentifier}\`. Deploy the task`
    return { isAny: true, message }
  } catch (error) {
    if (RequestFailedError.isInstance(error)) return undefined
    throw error
  }
}
