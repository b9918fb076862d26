import {
  cronEventOf,
  type Definition,
  type Health,
  type JobRegistry,
  RequestFailedError,
  toErrorInfo,
} from '@cgk-platform/jobs-core'

import type { EngineQueue } from './api/engine-shapes.ts'
import { mapAtMost } from './api/map-at-most.ts'
import type { TriggerApi } from './api/trigger-api.ts'
import { jobsTag } from './wire/tags.ts'
import { eventTaskId, jobTaskId, tickTaskId } from './wire/task-id.ts'

type Check = Health['checks'][number]

const mostAtOnce = 10

/** Looks whether Trigger.dev answers, takes the key, and has the tasks of the jobs known here, and workers for them. */
export async function checkHealth(api: TriggerApi, jobs: JobRegistry | undefined): Promise<Health> {
  const checks: Check[] = []
  const say = (name: string, ok: boolean, message: string): void => void checks.push({ name, ok, message })
  try {
    const found = await findQueues(jobs, api)
    say('engine', true, 'answers')
    say('key', true, 'is accepted')
    const problems = problemsOf(found)
    say('tasks', problems === '', problems === '' ? `${found.length} are registered` : problems)
  } catch (error) {
    const { message } = toErrorInfo(error)
    if (isOfKey(error)) {
      // Without a key nothing was asked.
      if ((error as { status?: number }).status !== undefined) say('engine', true, 'answers')
      say('key', false, message)
    } else say('engine', false, message)
  }
  if (checks.every(({ ok }) => ok)) {
    const waiting = await findWaiting(api)
    if (waiting) say('workers', !waiting.isAny, waiting.message)
  }
  return { ok: checks.every(({ ok }) => ok), provider: 'trigger.dev', checks }
}

interface Found {
  readonly task: string
  readonly queue: EngineQueue | undefined
}

/**
 * The queues of the tasks that the jobs known here need: Trigger.dev tells of tasks by nothing else. Without any jobs it
 * is asked for one that there never is.
 */
async function findQueues(jobs: JobRegistry | undefined, api: TriggerApi): Promise<Found[]> {
  const definitions = jobs?.all() ?? []
  if (definitions.length === 0) await api.queue('task', jobsTag)
  const found = await mapAtMost(mostAtOnce, definitions, async (definition) =>
    Promise.all(queuesOf(definition).map(async ([task, type, name]) => ({ task, queue: await api.queue(type, name) }))),
  )
  return found.flat()
}

/** A definition with a limit has one queue for all of its tasks; a cron job's ticks wait for each other in one of theirs. */
function queuesOf(definition: Definition): [task: string, type: EngineQueue['type'], name: string][] {
  const { id, kind, concurrency } = definition
  const event = eventTaskId(kind === 'job' ? definition.event : cronEventOf(id))
  const own = jobTaskId(id)
  const isLimited = (concurrency?.limit ?? concurrency?.perTenant) !== undefined
  const first: [string, EngineQueue['type'], string] = isLimited ? [own, 'custom', own] : [event, 'task', event]
  return kind === 'cron' ? [first, [tickTaskId(id), 'custom', tickTaskId(id)]] : [first]
}

function problemsOf(found: readonly Found[]): string {
  const missing = named(found.filter(({ queue }) => !queue))
  const paused = named(found.filter(({ queue }) => queue?.paused))
  return [
    ...(missing === '' ? [] : [`not registered: ${missing}. Deploy the tasks, or start \`trigger.dev dev\``]),
    ...(paused === '' ? [] : [`paused: ${paused}. Resume it in Trigger.dev`]),
  ].join('; ')
}

function named(found: readonly Found[]): string {
  return found.map(({ task }) => `\`${task}\``).join(', ')
}

/** Whether it is the key that is wrong, or missing. */
function isOfKey(error: unknown): boolean {
  const { status, cause } = error as { status?: number; cause?: { name?: unknown } }
  return status === 401 || status === 403 || cause?.name === 'ApiClientMissingError'
}

/** Jobs that no connected worker knows the task of. A server without an index of runs cannot tell. */
async function findWaiting(api: TriggerApi): Promise<{ isAny: boolean; message: string } | undefined> {
  try {
    const query = { tag: jobsTag, status: 'PENDING_VERSION', limit: 1 } as const
    const [waiting] = (await api.list('the list of jobs', query)).runs
    if (!waiting) return { isAny: false, message: 'no job waits for its task to be deployed' }
    const message = `jobs wait for the task \`${waiting.taskIdentifier}\`, such as ${waiting.id}: deploy it`
    return { isAny: true, message }
  } catch (error) {
    if (RequestFailedError.isInstance(error)) return undefined
    throw error
  }
}
