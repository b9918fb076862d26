import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import type { JobSender } from '../sends/job-sender.ts'
import { hashOf } from '../runtime/hash-of.ts'
import { routerLinkOf } from '../ambient/router-link.ts'
import type { Envelope } from '../events/envelope.ts'
import { systemTenantId } from '../values/reserved-names.ts'
import { tenantProblem } from '../events/tenant.ts'
import type { CronJobDefinition } from '../jobs/job-definition.ts'
import { latestTick } from '../time/latest-tick.ts'
import { toCronEnvelope } from '../jobs/cron-event.ts'

/** Services of a host for sending the jobs of a tick. */
export interface TickHost {
  /** The client of the engine. If it belongs to a tenant router, the tick runs only for the tenants of the engine. */
  readonly client: JobSender
  /** The current time by the engine's clock, epoch milliseconds. */
  readonly now: number
  /** Returns a new ULID. */
  createId(): string
  /** Whether a run of this definition and tenant has not ended. */
  isOpen?(definitionId: string, tenantId: string): boolean | Promise<boolean>
  /**
   * Replaces `isOpen` on an engine that can only check while sending. Sends the envelopes of tenants without an open
   * run and returns the other tenants.
   */
  sendUnlessOpen?(envelopes: readonly Envelope[]): Promise<readonly string[]>
  /** Sends the jobs of the tick, one per tenant. */
  send(envelopes: readonly Envelope[]): unknown
}

/** The result of a dispatched tick. */
export interface TickReport {
  /** Number of jobs that were sent. */
  readonly sent: number
  /** Tenants whose previous run had not ended, with `overlap: 'skip'`. */
  readonly skipped: string[]
}

/** A tick that is later than this counts as missed: the machine slept, or no process ran. */
export const missedTickAfterMs = 15_000

/**
 * Returns the tick to dispatch when the engine reports `tick`. A tick that is on time is dispatched. For a missed
 * tick the result is `undefined`, or with `catchUp: 'latest'` the latest past tick. `now` and ticks are epoch
 * milliseconds.
 */
export function tickToDispatch(
  { catchUp, schedule }: CronJobDefinition,
  tick: number,
  now: number,
): number | undefined {
  if (now - tick <= missedTickAfterMs) return tick
  return catchUp === 'latest' ? latestTick(schedule, tick, now) : undefined
}

/**
 * Sends the jobs of a tick, one per tenant. A repeated call sends nothing twice, because the envelopes have the tick as
 * their idempotency key.
 */
export async function dispatchTick(
  definition: CronJobDefinition,
  tick: number,
  tenantIds: readonly string[],
  host: TickHost,
): Promise<TickReport> {
  const skips = definition.overlap === 'skip'
  const skipped: string[] = []
  const envelopes: Envelope[] = []
  for (const tenantId of new Set(tenantIds)) {
    const runAt = await startOf(definition, tick, tenantId, host.now)
    const envelope = toCronEnvelope(definition, { id: host.createId(), tick, tenantId, now: host.now, runAt })
    if (!(await runsHere(definition, envelope, host))) continue
    if (skips && (await host.isOpen?.(definition.id, tenantId))) skipped.push(tenantId)
    else envelopes.push(envelope)
  }
  if (envelopes.length === 0) return { sent: 0, skipped }
  if (!skips || !host.sendUnlessOpen) {
    await host.send(envelopes)
    return { sent: envelopes.length, skipped }
  }
  const open = await host.sendUnlessOpen(envelopes)
  return { sent: envelopes.length - open.length, skipped: [...skipped, ...open] }
}

/**
 * Returns when a job of a tick starts, in epoch milliseconds. With `spread`, a tenant has the same place in every tick.
 * All start before the next tick, also if this one is late or the clocks change.
 */
async function startOf(
  { id, schedule, spreadMs }: CronJobDefinition,
  tick: number,
  tenantId: string,
  now: number,
): Promise<number> {
  // The job that sends those of the tenants starts at once.
  if (spreadMs === undefined || tenantId === systemTenantId) return now
  const place = Number.parseInt((await hashOf([id, tenantId])).slice(0, 12), 16) / 2 ** 48
  const startAfter = (ms: number): number => ms + Math.floor(place * Math.min(spreadMs, schedule.next(ms) - ms))
  const start = startAfter(tick)
  return start < now ? startAfter(now) : start
}

/** Returns whether the engine sends a job of a tick. With a tenant router, another engine may. */
function runsHere(definition: CronJobDefinition, envelope: Envelope, { client }: TickHost): boolean | Promise<boolean> {
  // The job that sends those of the tenants runs on every engine.
  const isFanOut = definition.tenants !== undefined && envelope.tenantId === systemTenantId
  return isFanOut || (routerLinkOf(client)?.runsHere(envelope) ?? true)
}

/** Calls the definition's `tenants`. @throws {InvalidOptionError} if the result is not a list of tenant ids. */
export async function tenantsOf(definition: CronJobDefinition): Promise<readonly string[]> {
  const tenantIds: unknown = await definition.tenants?.()
  if (!Array.isArray(tenantIds)) throw wrongTenants(definition.id, 'did not return an array')
  for (const tenantId of tenantIds) {
    const problem = tenantProblem(tenantId)
    if (problem) throw wrongTenants(definition.id, `returned a tenant that ${problem}`)
  }
  return tenantIds as string[]
}

function wrongTenants(definitionId: string, problem: string): InvalidOptionError {
  const remedy = 'Return an array of tenant ids, each a non-empty string.'
  return new InvalidOptionError({ option: `${definitionId}.tenants`, problem, remedy })
}
