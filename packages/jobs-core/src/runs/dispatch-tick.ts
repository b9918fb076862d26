import { InvalidOptionError } from '../errors/invalid-option-error.ts'
import type { Envelope } from '../events/envelope.ts'
import { tenantProblem } from '../events/tenant.ts'
import type { CronJobDefinition } from '../jobs/job-definition.ts'
import { latestTick } from '../time/latest-tick.ts'
import { toCronEnvelope } from './cron-event.ts'

/** What a host gives for turning a tick into jobs. */
export interface TickHost {
  /** Epoch milliseconds, by the engine's clock. */
  readonly now: number
  /** A new ULID. */
  createId(): string
  /** True while a run of this definition and tenant is under way or waits. */
  isOpen?(definitionId: string, tenantId: string): boolean | Promise<boolean>
  /**
   * Instead of `isOpen`, for an engine that finds it out only by sending: sends those whose tenant has no such run, and
   * answers the tenants of the others.
   */
  sendUnlessOpen?(envelopes: readonly Envelope[]): Promise<readonly string[]>
  /** Takes the tick's jobs, one for each tenant. */
  send(envelopes: readonly Envelope[]): unknown
}

/** What a tick came to. */
export interface TickReport {
  /** How many jobs were sent. */
  readonly sent: number
  /** Tenants whose previous run still went on, with `overlap: 'skip'`. */
  readonly skipped: string[]
}

/** A tick that comes later than this was missed: the machine slept, or nothing ran. */
export const missedTickAfterMs = 15_000

/**
 * The tick that is to be dispatched when one comes: itself where it is in time. One that was missed is dropped, or,
 * where the definition asks for it, the latest of those that are past is made up for. `now` and ticks are epoch ms.
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
 * Turns a tick into ordinary jobs, one for each tenant given. Made twice, it sends nothing twice: the envelopes carry
 * the tick as their idempotency key.
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
    if (skips && (await host.isOpen?.(definition.id, tenantId))) skipped.push(tenantId)
    else envelopes.push(toCronEnvelope(definition, { id: host.createId(), tick, tenantId, now: host.now }))
  }
  if (envelopes.length === 0) return { sent: 0, skipped }
  if (!skips || !host.sendUnlessOpen) await host.send(envelopes)
  else skipped.push(...(await host.sendUnlessOpen(envelopes)))
  return { sent: new Set(tenantIds).size - skipped.length, skipped }
}

/** Asks a definition for its tenants. @throws {InvalidOptionError} when the answer is not a list of tenant ids. */
export async function tenantsOf(definition: CronJobDefinition): Promise<readonly string[]> {
  const tenantIds: unknown = await definition.tenants?.()
  if (!Array.isArray(tenantIds)) throw wrongTenants(definition.id, 'did not return a list')
  for (const tenantId of tenantIds) {
    const problem = tenantProblem(tenantId)
    if (problem) throw wrongTenants(definition.id, `returned a tenant that ${problem}`)
  }
  return tenantIds as string[]
}

function wrongTenants(definitionId: string, problem: string): InvalidOptionError {
  const remedy = 'Return the ids of the tenants, a list of non-empty strings.'
  return new InvalidOptionError({ option: `${definitionId}.tenants`, problem, remedy })
}
