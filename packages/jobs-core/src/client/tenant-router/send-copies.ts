import type { JobsError } from '../../errors/jobs-error.ts'
import { InvalidOptionError } from '../../errors/invalid-option-error.ts'
import { UnsupportedFeatureError } from '../../errors/unsupported-feature-error.ts'
import { hashOf } from '../../runtime/hash-of.ts'
import { internalsOf } from '../client-internals.ts'
import type { AnyItem, SendResult } from '../../sends/send-options.ts'
import { routedSendError } from './routed-send-error.ts'
import type { RoutedEngine } from './tenant-routes.ts'

/** An item that is sent to one engine and copied to others. */
export interface CopiedItem {
  readonly item: AnyItem
  /** The engine that starts its runs. */
  readonly engine: RoutedEngine
  /** The engines of the tenant's route. */
  readonly route: readonly RoutedEngine[]
}

/**
 * Sends each item to the other engines of its tenant, where it only resolves waits of workflows. Returns the errors of
 * the items that could not be copied.
 */
export async function sendCopies(
  items: readonly CopiedItem[],
  engines: readonly RoutedEngine[],
  isSystem: boolean,
): Promise<Map<CopiedItem, JobsError>> {
  const errors = new Map<CopiedItem, JobsError>()
  await Promise.all(
    engines.map(async (engine) => {
      const copied = items.filter((one) => one.route.length > 1 && one.engine !== engine && one.route.includes(engine))
      if (copied.length === 0) return
      const copies = await Promise.all(copied.map(({ item }) => toCopy(item)))
      const results = await sendForWaits(engine, copies, isSystem).catch((error: unknown) =>
        copies.map(({ event }) => ({ ok: false as const, error: routedSendError(event, error) })),
      )
      for (const [index, result] of results.entries()) {
        const one = copied[index]!
        if (!result.ok && !isOptional(one, engine, result.error)) errors.set(one, result.error)
      }
    }),
  )
  return errors
}

/** A key has kept the item on another engine than the route's first. Not every engine can then get a copy. */
function isOptional({ route }: CopiedItem, engine: RoutedEngine, error: JobsError): boolean {
  return route[0] === engine && UnsupportedFeatureError.isInstance(error)
}

/** The key of a copy is its own, so that it never holds the key of a job. */
async function toCopy({ event, payload, options = {} }: AnyItem): Promise<AnyItem> {
  const { providerOptions: _, maxAttempts: _attempts, idempotencyKey, ...rest } = options
  const key = idempotencyKey === undefined ? {} : { idempotencyKey: `copy/${await hashOf([idempotencyKey])}` }
  return { event, payload, options: { ...rest, ...key } } as AnyItem
}

async function sendForWaits(
  { name, client }: RoutedEngine,
  items: readonly AnyItem[],
  isSystem: boolean,
): Promise<readonly SendResult[]> {
  const { sendForWaits: send } = internalsOf(client) ?? {}
  if (send) return send(items, isSystem)
  const problem = 'was not created by `createJobClient`, so it cannot get events for waits'
  const remedy = 'Pass such a client, or return one name from `route`.'
  throw new InvalidOptionError({ option: `clients.${name}`, problem, remedy })
}
