import { type Definition, type Health, RequestFailedError } from '@cgk-platform/jobs-core'
import {
  type Clock,
  eventOf,
  type JobRegistry,
  mapWithConcurrency,
  toErrorInfo,
} from '@cgk-platform/jobs-core/provider'

import type { EngineQueue } from './api/engine-shapes.ts'
import type { TriggerApi } from './api/trigger-api.ts'
import { findIdleQueues } from './read/find-idle-queues.ts'
import { jobIdOf, jobsTag } from './wire/tags.ts'
import { eventTaskId, jobTaskId, tickTaskId } from './wire/task-id.ts'

type Check = Health['checks'][number]

/** Looks whether Trigger.dev answers, takes the key, and has the tasks of the jobs known here, and workers for them. */
export async function checkHealth(api: TriggerApi, jobs: JobRegistry | undefined, clock: Clock): Promise<Health> {
  let found: readonly Found[] = []
  const checks: Check[] = []
  const say = (name: string, ok: boolean, message: string): void => void checks.push({ name, ok, message })
  try {
    found = await findQueues(jobs, api)
    say('engine', true, 'answers')
    say('key', true, 'is accepted')
    const problems = problemsOf(found)
    say('tasks', problems === '', problems === '' ? registered(found) : problems)
  } catch (error) {
    const { message } = toErrorInfo(error)
    if (isOfKey(error)) {
      // Without a key nothing was asked.
      if ((error as { status?: number }).status !== undefined) say('engine', true, 'answers')
      say('key', false, message)
    } else say('engine', false, message)
  }
  if (checks.every(({ ok }) => ok)) {
    const idle = await findIdle(found, api, clock)
    const waiting = idle === undefined ? await findWaiting(api) : { isAny: true, message: idle }
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
  const found = await mapWithConcurrency(definitions, async (definition) =>
    Promise.all(queuesOf(definition).map(async ([task, type, name]) => ({ task, queue: await api.queue(type, name) }))),
  )
  return found.flat()
}

type QueueOf = readonly [task: string, type: EngineQueue['type'], name: string]

/**
 * A definition's own task says that a worker has it: an event has one whether a job handles it or not. A definition with
 * a limit has one queue for all of its tasks; a cron job's ticks wait for each other in one of theirs.
 */
function queuesOf(definition: Definition): QueueOf[] {
  const { id, kind, concurrency } = definition
  const event = eventTaskId(eventOf(definition))
  const own = jobTaskId(id)
  const isLimited = (concurrency?.limit ?? concurrency?.perTenant) !== undefined
  const ofRuns: QueueOf[] = isLimited
    ? [[own, 'custom', own]]
    : [
        [event, 'task', event],
        [own, 'task', own],
      ]
  return kind === 'cron' ? [...ofRuns, [tickTaskId(id), 'custom', tickTaskId(id)]] : ofRuns
}

function registered(found: readonly Found[]): string {
  const { size } = new Set(found.map(({ task }) => task))
  return size === 0 ? 'no jobs are known here, so no tasks are looked for' : `${size} tasks are registered`
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
  return [...new Set(found.map(({ task }) => `\`${task}\``))].join(', ')
}

/** Whether it is the key that is wrong, or missing. */
function isOfKey(error: unknown): boolean {
  const { status, cause } = error as { status?: number; cause?: { name?: unknown } }
  return status === 401 || status === 403 || cause?.name === 'ApiClientMissingError'
}

/** What is to be said of tasks whose runs nobody takes. */
async function findIdle(found: readonly Found[], api: TriggerApi, clock: Clock): Promise<string | undefined> {
  const queues = new Map(found.flatMap(({ queue }) => (queue ? [[keyOf(queue), queue] as const] : [])))
  const idle = new Set((await findIdleQueues([...queues.values()], api, clock)).map(keyOf))
  if (idle.size === 0) return undefined
  const tasks = named(found.filter(({ queue }) => queue && idle.has(keyOf(queue))))
  return `runs of ${tasks} wait and none runs: is a worker connected, and does it know the task?`
}

function keyOf({ type, name }: EngineQueue): string {
  return `${type} ${name}`
}

/** Runs that no connected worker knows the task of: of jobs, or made by them. A server without an index cannot tell. */
async function findWaiting(api: TriggerApi): Promise<{ isAny: boolean; message: string } | undefined> {
  try {
    const status = 'PENDING_VERSION'
    const [job] = (await api.list('list the jobs', { tag: jobsTag, status, limit: 1 })).runs
    // Those that jobs made have no tag in common.
    const waiting =
      job ?? (await api.list('list the runs', { status, limit: 100 })).runs.find(({ tags }) => jobIdOf(tags))
    if (!waiting) return { isAny: false, message: 'no job waits for a worker that knows its task' }
    const { id, tags, taskIdentifier } = waiting
    const message = `jobs wait for the task \`${taskIdentifier}\`, such as ${jobIdOf(tags) ?? id}: deploy it`
    return { isAny: true, message }
  } catch (error) {
    if (RequestFailedError.isInstance(error)) return undefined
    throw error
  }
}
