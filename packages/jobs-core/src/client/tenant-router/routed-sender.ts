import { InvalidOptionError } from '../../errors/invalid-option-error.ts'
import { JobsError } from '../../errors/jobs-error.ts'
import { quote } from '../../errors/quote.ts'
import { tenantProblem } from '../../events/tenant.ts'
import { checkItems } from '../check-items.ts'
import { checkSchedule } from '../check-schedule.ts'
import { eventNameOf } from '../event-name-of.ts'
import type { JobClient, TenantClient } from '../job-client.ts'
import { type AnyItem, type JobItem, sendOptions, type SendResult } from '../../sends/send-options.ts'
import type { Sender } from '../sender.ts'
import { defaultIdempotencyTtlMs } from '../to-envelope.ts'
import type { JobFinder } from './job-finder.ts'
import type { KeyRecord } from './key-record.ts'
import { routedSendError } from './routed-send-error.ts'
import { type CopiedItem, sendCopies } from './send-copies.ts'
import type { RoutedEngine, TenantRoutes } from './tenant-routes.ts'

interface RoutedSenderDependencies {
  readonly routes: TenantRoutes
  readonly keys: KeyRecord
  readonly finder: JobFinder
}

/** An item with its destination. */
interface Target extends CopiedItem {
  readonly key?: RecordedKey
}

interface RecordedKey {
  readonly name: string
  readonly ttlMs: number
}

/** Creates the sending half of a router. @param isSystem - whether it sends for the platform */
export function createRoutedSender({ routes, keys, finder }: RoutedSenderDependencies, isSystem = false): Sender {
  const targetOf = async (item: AnyItem): Promise<Target> => {
    const tenantId = tenantOf(item, isSystem)
    // An invalid item may go anywhere: each client rejects it with the same error.
    if (tenantId === undefined) return { item, engine: routes.engines[0], route: [] }
    const { event, options } = item
    const route = routes.of(tenantId)
    const [engine] = route
    if (options?.idempotencyKey === undefined) return { item, engine, route }
    const { idempotencyKey, idempotencyTtlMs: ttlMs = defaultIdempotencyTtlMs } = sendOptions.read(options)
    const key = { name: keyNameOf({ tenantId, event: eventNameOf(event), idempotencyKey: idempotencyKey! }), ttlMs }
    const recorded = await keys.claim(key.name, engine.name, ttlMs)
    return { engine: routes.named(recorded) ?? missingEngine(routes, recorded), item, route, key }
  }

  const renewKey = async ({ engine, key }: Target, result: SendResult): Promise<SendResult> => {
    if (!result.ok) return result
    const { id, event, deduplicated } = result.job
    finder.remember(id, engine)
    if (!key || deduplicated) return result
    try {
      await keys.renew(key.name, engine.name, key.ttlMs)
      return result
    } catch (cause) {
      return { ok: false, error: routedSendError(event, cause, 'maybe', id) }
    }
  }

  const sendMany: Sender['sendMany'] = async (items) => {
    checkItems(items)
    const checked = await Promise.all(
      items.map(async (item) => {
        try {
          return await targetOf(item)
        } catch (error) {
          return routedSendError(item.event, error)
        }
      }),
    )
    // First, so that a send that succeeds has reached every workflow that may wait for its event.
    const failed = await sendCopies(checked.filter(isTarget), routes.engines, isSystem)
    const targets = checked.map((target) => (isTarget(target) ? (failed.get(target) ?? target) : target))
    const results: SendResult[] = targets.map((target) => ({ ok: false, error: target as JobsError }))
    const send = async (engine: RoutedEngine): Promise<void> => {
      const indexes = targets.flatMap((target, index) => (isTarget(target) && target.engine === engine ? [index] : []))
      if (indexes.length === 0) return
      const sent = await sendTo(
        isSystem ? engine.client.forSystem() : engine.client,
        indexes.map((index) => items[index]!),
      )
      const renewed = sent.map((result, index) => renewKey(targets[indexes[index]!] as Target, result))
      for (const [index, result] of (await Promise.all(renewed)).entries()) results[indexes[index]!] = result
    }
    await Promise.all(routes.engines.map(send))
    return results
  }

  const send: Sender['send'] = async (event, payload, options) => {
    const [result] = await sendMany([{ event, payload, options } as AnyItem])
    if (result?.ok) return result.job as never
    throw result!.error
  }

  return {
    send,
    sendMany,
    async schedule(event, payload, options) {
      checkSchedule(options)
      return send(event, payload, options)
    },
  }
}

/** Returns the name of an idempotency key in a `KeyRecord`. */
export function keyNameOf(key: {
  readonly tenantId: string
  readonly event: string
  readonly idempotencyKey: string
}): string {
  return JSON.stringify([key.tenantId, key.event, key.idempotencyKey])
}

/** Returns the tenant of an item, or `undefined` if its event, tenant or options cannot be read. */
function tenantOf(item: AnyItem, isSystem: boolean): string | undefined {
  try {
    eventNameOf(item.event)
    const { tenantId } = item.payload as { readonly tenantId: string }
    return (item.options as unknown) === null || tenantProblem(tenantId, isSystem) ? undefined : tenantId
  } catch {
    return undefined
  }
}

async function sendTo(client: JobClient | TenantClient, items: readonly AnyItem[]): Promise<SendResult[]> {
  try {
    return await client.sendJobs(items as readonly JobItem[])
  } catch (error) {
    return items.map((item) => ({ ok: false, error: routedSendError(item?.event, error) }))
  }
}

function isTarget(target: Target | JobsError): target is Target {
  return !JobsError.isInstance(target)
}

function missingEngine(routes: TenantRoutes, name: string): never {
  const problem = `have no ${quote(name)}, which has an idempotency key in use`
  const remedy = `Keep the client of an engine until its keys have expired. The router has ${routes.names}.`
  throw new InvalidOptionError({ option: 'clients', problem, remedy })
}
