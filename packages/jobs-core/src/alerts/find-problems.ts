import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import { quote } from '../errors/quote.ts'
import type { DefinitionInfo } from '../inspection/definition-info.ts'
import type { JobInspector } from '../inspection/job-inspector.ts'
import { cronEventOf } from '../jobs/cron-event.ts'
import type { Health } from '../provider/health.ts'
import { type JobState, openStates } from '../status/job-state.ts'
import type { JobStatus } from '../status/job-status.ts'
import type { JobSummary } from '../status/job-summary.ts'
import { parseCron } from '../time/cron-schedule.ts'
import { latestTick } from '../time/latest-tick.ts'
import { durationText } from '../values/duration-text.ts'
import type { AlertKind, CheckedRule } from './alert-rule.ts'

/** The part of a client that alerts read. */
export interface AlertClient {
  readonly inspect: Pick<
    JobInspector,
    'countJobs' | 'getStats' | 'listDefinitions' | 'listErrors' | 'listJobs' | 'listWorkers'
  >
  getJobStatus(id: string): Promise<JobStatus>
  healthCheck(): Promise<Health>
}

/** A problem that a rule finds at a tick. Names only definitions, and no tenants, jobs or errors. */
export interface Problem {
  /** Identifies it among the problems of all ticks. */
  readonly key: string
  readonly rule: CheckedRule
  readonly definitionId?: string
  /** Since when, in epoch milliseconds. Absent: since this tick, as far as is known. */
  readonly since?: number
  /** The number that the rule compares, in milliseconds if it is a duration. */
  readonly value: number
  readonly limit: number
  /** A clause that says what is wrong. */
  readonly text: string
  /** The command that shows more. */
  readonly command: string
}

/** A view of the jobs at a tick. Instants are epoch milliseconds. */
export interface AlertView {
  readonly client: AlertClient
  /** The id of the alerts' own definition. */
  readonly alertsId: string
  /** Only the jobs of this tenant. */
  readonly tenantId: string | undefined
  /** The time of the tick. */
  readonly at: number
  /** Returns since when the alerts know the schedule of a cron job. Ticks before that are not missed. */
  knownSince(schedule: string): number
  /** Returns since when a problem has been an open incident. */
  openSince(key: string): number | undefined
}

type Find = (rule: CheckedRule, view: AlertView) => Promise<readonly Problem[]>

const minuteMs = 60_000
/** After that, the job of a tick may no longer be stored. */
const findTicksForMs = 60 * minuteMs
/** The time by which the clock of a sender may be behind. */
const clockToleranceMs = 15_000
const maxWaitingJobs = 1000
/** The states of jobs whose runs complete or fail. Others were never meant to, such as those without a definition. */
const statesWithRuns: readonly JobState[] = ['completed', 'failed', ...openStates]

/** Returns the problems that a rule finds at a tick. */
export const findProblems: Find = (rule, view) => find[rule.kind](rule, view)

const find: Readonly<Record<AlertKind, Find>> = {
  async failures(rule, view) {
    const { definitionId, share = 0.1, withinMs = 15 * minuteMs, atLeast = 5 } = rule
    const range = { ...filterOf(definitionId, view.tenantId), since: view.at - withinMs, until: view.at }
    const { failed, ended } = await countFailures(view.client, range, atLeast)
    if (failed < atLeast || failed <= share * ended) return []
    const within = durationText(withinMs)
    const text = `${failed} of ${counted(ended, 'run')}${of(definitionId)} failed within ${within}, more than ${percent(share)}`
    const command = `errors${flagOf(definitionId)} --since ${within}`
    return [problemOf(rule, { value: failed / ended, limit: share, text, command })]
  },

  async waiting(rule, { client, tenantId, at }) {
    const { definitionId, longerThanMs = 5 * minuteMs } = rule
    const filter = filterOf(definitionId, tenantId)
    const { jobs } = await client.inspect.listJobs({
      ...filter,
      states: ['queued'],
      order: 'oldest',
      limit: maxWaitingJobs,
    })
    const dueAt = Math.min(...jobs.filter(isFirstRun).map(dueAtOf))
    const value = at - dueAt
    if (!(value > longerThanMs)) return [] // also if no job waits
    const text = `a job${of(definitionId)} has waited ${ageText(value)} for its first attempt, longer than ${durationText(longerThanMs)}`
    const command = `list --state queued --oldest${flagOf(definitionId)}`
    return [problemOf(rule, { since: dueAt, value, limit: longerThanMs, text, command })]
  },

  async backlog(rule, { client, tenantId }) {
    const { definitionId, moreThan = 0 } = rule
    const { count } = await client.inspect.countJobs({ ...filterOf(definitionId, tenantId), states: ['queued'] })
    if (count <= moreThan) return []
    const text = `${counted(count, 'job')}${of(definitionId)} ${count === 1 ? 'waits' : 'wait'}, more than ${moreThan}`
    return [problemOf(rule, { value: count, limit: moreThan, text, command: `stats${flagOf(definitionId)}` })]
  },

  async cron(rule, view) {
    const definitions = (await view.client.inspect.listDefinitions()).filter(({ kind }) => kind === 'cron')
    const { definitionId } = rule
    if (definitionId !== undefined && !definitions.some(({ id }) => id === definitionId)) {
      const remedy = 'Check the id, or import the module that defines it.'
      const problem = `is ${quote(definitionId)}, which is no cron job of this process`
      throw new InvalidOptionError({ option: 'rules.definitionId', problem, remedy })
    }
    const watched = definitions.filter(({ id, enabled }) => enabled && id !== view.alertsId)
    const chosen = definitionId === undefined ? watched : watched.filter(({ id }) => id === definitionId)
    const problems: Problem[] = []
    for (const definition of chosen) {
      const missed = await missedTickOf(definition, rule, view)
      if (missed) problems.push(missed)
    }
    return problems
  },

  async workers(rule, { client }) {
    const { definitionId, fewerThan = 1 } = rule
    const workers = await client.inspect.listWorkers()
    const { length } = workers.filter((one) => definitionId === undefined || one.definitionIds.includes(definitionId))
    if (length >= fewerThan) return []
    const is = length === 1 ? 'is' : 'are'
    const has = `${length === 1 ? 'has' : 'have'} ${quote(definitionId)}`
    const text = `${counted(length, 'worker')} ${definitionId === undefined ? `${is} alive` : has}, fewer than ${fewerThan}`
    return [problemOf(rule, { value: length, limit: fewerThan, text, command: 'workers' })]
  },

  async health(rule, { client }) {
    const { checks } = await client.healthCheck()
    const failed = checks.filter(({ ok }) => !ok).map(({ name }) => quote(name))
    if (failed.length === 0) return []
    const text = `${failed.length === 1 ? 'the health check' : 'the health checks'} ${failed.join(', ')} failed`
    return [problemOf(rule, { value: failed.length, limit: 0, text, command: 'doctor' })]
  },
}

interface Failures {
  readonly failed: number
  readonly ended: number
}

/** The runs of a definition or a tenant that ended in a time range, in epoch milliseconds. */
interface Range extends ReturnType<typeof filterOf> {
  readonly since: number
  readonly until: number
}

/** Counts the runs that failed and were not retried, and those that ended, if enough have failed. */
async function countFailures({ inspect }: AlertClient, range: Range, atLeast: number): Promise<Failures> {
  const { since: sinceMs, until: untilMs, ...filter } = range
  const [since, until] = [new Date(sinceMs), new Date(untilMs)]
  const { groups, isComplete } = await inspect.listErrors({ ...filter, since, until, limit: 100 })
  if (isComplete) {
    const failed = groups.reduce((sum, group) => sum + group.failed, 0)
    if (failed < atLeast) return { failed, ended: failed }
    const ended = await inspect.countJobs({ ...filter, states: statesWithRuns, endedSince: since, endedUntil: until })
    if (ended.isExact) return { failed, ended: Math.max(failed, ended.count) }
  }
  const { intervals } = await inspect.getStats({ ...filter, since, until, intervals: 1 }) // of the newest jobs
  const { completed, failed } = intervals[0]!
  return { failed, ended: completed + failed }
}

/** Returns a tick that has sent no job, if that is the last one that is late enough, or has been an incident since. */
async function missedTickOf(
  { id, cron }: DefinitionInfo,
  rule: CheckedRule,
  { client, at, knownSince, openSince }: AlertView,
): Promise<Problem | undefined> {
  if (!cron) return undefined
  const { schedule, timezone } = cron
  const key = rule.definitionId === undefined ? `${rule.name} ${id}` : rule.name
  const { lateByMs = 5 * minuteMs } = rule
  const until = at - lateByMs - 1 // longer than `lateBy`
  const known = knownSince(`${id} ${schedule} ${timezone}`)
  const parsed = parseCron(schedule, timezone, quote(id))
  const first = parsed.next(Math.max(known, until - findTicksForMs))
  const tick = openSince(key) ?? (first <= until ? latestTick(parsed, first, until) : undefined)
  if (tick === undefined) return undefined
  const { jobs } = await client.inspect.listJobs({ event: cronEventOf(id) as `cron/${string}`, limit: 1 })
  const newest = jobs[0]?.createdAt.getTime() ?? 0
  if (newest >= tick - clockToleranceMs) return undefined
  const text = `the tick of ${quote(id)} at ${timeText(tick)} has sent no job for ${ageText(at - tick)}, longer than ${durationText(lateByMs)}`
  return {
    ...problemOf(rule, { since: tick, value: at - tick, limit: lateByMs, text, command: 'cron' }),
    key,
    definitionId: id,
  }
}

/** Returns when a job was due, in epoch milliseconds. */
function dueAtOf({ createdAt, scheduledFor }: JobSummary): number {
  return (scheduledFor ?? createdAt).getTime()
}

/** Nobody records when `retryJob` was called, and the job itself can be old. */
function isFirstRun({ runs }: JobSummary): boolean {
  return runs.every(({ retryOf }) => retryOf === undefined)
}

function problemOf(rule: CheckedRule, found: Omit<Problem, 'key' | 'rule' | 'definitionId'>): Problem {
  const { name, definitionId } = rule
  return { key: name, rule, ...(definitionId !== undefined && { definitionId }), ...found }
}

function filterOf(definitionId: string | undefined, tenantId: string | undefined) {
  return { ...(definitionId !== undefined && { definitionId }), ...(tenantId !== undefined && { tenantId }) }
}

function of(definitionId: string | undefined): string {
  return definitionId === undefined ? '' : ` of ${quote(definitionId)}`
}

function flagOf(definitionId: string | undefined): string {
  return definitionId === undefined ? '' : ` --definition ${definitionId}`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`
}

/** Formats an age in whole minutes, or seconds below that. */
export function ageText(ms: number): string {
  const unit = ms < minuteMs ? 1000 : minuteMs
  return durationText(Math.floor(ms / unit) * unit)
}

/** Formats an instant, epoch milliseconds, to the minute. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
