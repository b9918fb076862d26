import type { CronContext } from '../jobs/job-context.ts'
import { hashOf } from '../runtime/hash-of.ts'
import { systemTenantId } from '../values/reserved-names.ts'
import { type AlertMessage, type Incident, toMessage } from './alert-message.ts'
import type { AlertOptions } from './alert-options.ts'
import { type AlertClient, type AlertView, findProblems, type Problem } from './find-problems.ts'

/** The output of a tick, which the next one reads. Instants are ISO 8601. */
export interface AlertState {
  /** The time of the tick. */
  readonly at: string
  /** The open incidents. */
  readonly incidents: readonly Incident[]
  /** Since when rules with `for` find problems that are no incidents yet, by their keys. */
  readonly pending: Readonly<Record<string, string>>
  /** Since when the schedules of cron jobs are known. */
  readonly schedules: Readonly<Record<string, string>>
  /** Messages whose delivery has failed, oldest first. */
  readonly undelivered: readonly AlertMessage[]
}

/** The previous tick. */
interface Previous {
  readonly jobId: string
  readonly state: AlertState
}

const noState: AlertState = { at: '', incidents: [], pending: {}, schedules: {}, undelivered: [] }
/** An engine behind a network can return short pages. */
const maxPages = 5
/** Deliveries of a tick, each of at most `deliveryTimeoutMs`, end before the timeout of the tick. */
const maxDeliveries = 20
const maxUndelivered = 100
const deliveryTimeoutMs = 10_000

/** The timeout of a tick, in milliseconds. */
export const tickTimeoutMs = 300_000

/** Runs a tick: compares what the rules find with the incidents of the previous tick, and delivers what has changed. */
export async function runAlerts(options: AlertOptions, client: AlertClient, context: CronContext): Promise<AlertState> {
  const previous = await readPrevious(client, options.id)
  const state = previous?.state ?? noState
  const at = context.scheduledAt.toISOString()
  if (state.at >= at) {
    context.logger.warn('A later tick has checked the alerts, so this one does nothing.')
    return state // after `retryJob`
  }
  const schedules: Record<string, string> = {}
  const problems = await findAll(options, { client, state, at, schedules })

  const pending: Record<string, string> = {}
  const incidents: Incident[] = []
  const begun: Incident[] = []
  for (const problem of problems) {
    const known = state.incidents.find(({ key }) => key === problem.key)
    const since = known?.since ?? state.pending[problem.key] ?? at
    if (known) incidents.push({ ...known, value: problem.value })
    else if (Date.parse(at) - Date.parse(since) < (problem.rule.forMs ?? 0)) pending[problem.key] = since
    else begun.push(await toIncident(problem, since, { options, previousId: previous?.jobId ?? '' }))
  }
  const ended = state.incidents.filter((incident) => !incidents.some(({ key }) => key === incident.key))
  const message = (type: AlertMessage['type']) => (incident: Incident) =>
    toMessage(incident, { type, alertsId: options.id, at })
  const messages = [...state.undelivered, ...begun.map(message('alert.began')), ...ended.map(message('alert.ended'))]
  const undelivered = await deliver(messages, options, context)
  return { at, incidents: [...incidents, ...begun], pending, schedules, undelivered }
}

interface Found {
  readonly client: AlertClient
  readonly state: AlertState
  readonly at: string
  /** Gets the schedules that the rules look at. */
  readonly schedules: Record<string, string>
}

async function findAll(
  { id, rules, tenantId }: AlertOptions,
  { client, state, at, schedules }: Found,
): Promise<Problem[]> {
  const view: AlertView = {
    client,
    alertsId: id,
    tenantId,
    at: Date.parse(at),
    knownSince: (schedule) => Date.parse((schedules[schedule] = state.schedules[schedule] ?? at)),
    openSince(key) {
      const open = state.incidents.find((incident) => incident.key === key)
      return open && Date.parse(open.since)
    },
  }
  const problems: Problem[] = []
  for (const rule of rules) problems.push(...(await findProblems(rule, view))) // one after another, to spare the engine
  return problems
}

/** The id follows from the previous tick, so that a tick which runs again, or did not complete, gives the same one. */
async function toIncident(
  { key, rule, definitionId, since, value, limit, text, command }: Problem,
  foundSince: string,
  { options: { id, tenantId }, previousId }: { readonly options: AlertOptions; readonly previousId: string },
): Promise<Incident> {
  return {
    id: (await hashOf([id, key, previousId])).slice(0, 32),
    key,
    rule: rule.name,
    ...(definitionId !== undefined && { definitionId }),
    ...(tenantId !== undefined && { tenantId }),
    since: since === undefined ? foundSince : new Date(since).toISOString(),
    value,
    limit,
    problem: text,
    command,
  }
}

/** Returns the newest tick that has completed. */
async function readPrevious(client: AlertClient, definitionId: string): Promise<Previous | undefined> {
  const filter = { tenantId: systemTenantId, definitionId, states: ['completed' as const], limit: 10 }
  let cursor: string | undefined
  for (let pages = 0; pages < maxPages; pages++) {
    const page = await client.inspect.listJobs({ ...filter, cursor })
    for (const { id: jobId } of page.jobs) {
      const { runs } = await client.getJobStatus(jobId)
      const state = runs.findLast((run) => run.definitionId === definitionId)?.output
      if (isState(state)) return { jobId, state }
    }
    cursor = page.cursor
    if (cursor === undefined) return undefined
  }
  return undefined
}

/** Returns false for the output of another job with this id, or one that this process cannot decode. */
function isState(output: unknown): output is AlertState {
  const { at, incidents, undelivered } = (output ?? {}) as Partial<AlertState>
  return typeof at === 'string' && Array.isArray(incidents) && Array.isArray(undelivered)
}

/**
 * Delivers messages in order and returns those that are left. The end of an incident waits for its begin.
 *
 * @throws the error of the receiver if nothing could be delivered and the attempt is not the last: it runs again.
 */
async function deliver(
  messages: readonly AlertMessage[],
  { notify }: AlertOptions,
  { signal, logger, attempt, maxAttempts }: CronContext,
): Promise<readonly AlertMessage[]> {
  const left: AlertMessage[] = []
  const errors: unknown[] = []
  let delivered = 0
  for (const message of messages) {
    const isHeld = left.some(({ incidentId }) => incidentId === message.incidentId)
    // A receiver that is down costs three timeouts.
    if (isHeld || errors.length >= 3 || delivered + errors.length >= maxDeliveries) {
      left.push(message)
      continue
    }
    try {
      await inTime(signal, (limited) => notify(message, { signal: limited }))
      delivered++
    } catch (error) {
      left.push(message)
      errors.push(error)
    }
  }
  if (errors.length > 0 && delivered === 0 && attempt < maxAttempts) throw errors[0]
  const kept = left.slice(-maxUndelivered)
  const facts = { error: errors[0], undelivered: kept.length, dropped: left.length - kept.length }
  if (errors.length > 0) logger.error('Alerts could not be delivered. The next tick tries again.', facts)
  return kept
}

/** Awaits `work` until its signal aborts, also if it does not listen. */
async function inTime(signal: AbortSignal, work: (signal: AbortSignal) => unknown): Promise<void> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(deliveryTimeoutMs)])
  limited.throwIfAborted()
  const aborted = new Promise<never>((_resolve, reject) => {
    limited.addEventListener('abort', () => reject(limited.reason as Error), { once: true })
  })
  await Promise.race([work(limited), aborted])
}
