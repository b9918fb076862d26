import { Bucket } from './bucket.ts'
import { Chain } from '../../../queues/chain.ts'
import { DefinitionLanes } from './definition-lanes.ts'
import type { StoredRun } from '../../../records/stored-run.ts'
import type { Lane, LaneGroup, Tenant } from './lane.ts'
import { Slots } from './slots.ts'
import { WaitingRuns } from './waiting-runs.ts'

/** The lanes of all waiting runs, by tenant, definition and keys. Lanes and tenants without runs are removed. */
export class Lanes {
  readonly tenants = new Map<string, Tenant>()
  readonly definitions = new Map<string, DefinitionLanes<Lane>>()
  readonly #weights: ReadonlyMap<string, number>

  constructor(weights: ReadonlyMap<string, number>) {
    this.#weights = weights
  }

  /** Returns the lane of a run, which is created if it is new. */
  laneOf(run: StoredRun): Lane {
    const group = this.#groupOf(run)
    const isAgain = hasStarted(run)
    const key = laneKeyOf(run, isAgain)
    const known = key === undefined ? group.plain : group.lanes?.get(key)
    if (known) return known
    const { concurrencyKey } = run
    const slots = slotsOf(group, concurrencyKey)
    const lane: Lane = {
      tenant: group.tenant,
      group,
      key,
      concurrencyKey,
      throttleKey: run.throttleKey,
      bucketName: undefined,
      isAgain,
      slots,
      waiting: new WaitingRuns(),
      cancelled: 0,
      place: undefined,
      ticket: undefined,
      previous: undefined,
      next: undefined,
    }
    slots.lanes++
    group.tenant.lanes++
    if (key === undefined) group.plain = lane
    else (group.lanes ??= new Map()).set(key, lane)
    return lane
  }

  /** Returns the lane in which a run waits. */
  find(run: StoredRun): Lane | undefined {
    const group = this.findGroup(run)
    const key = laneKeyOf(run, hasStarted(run))
    return key === undefined ? group?.plain : group?.lanes?.get(key)
  }

  findGroup({ definitionId, job }: StoredRun): LaneGroup | undefined {
    return this.tenants.get(job.envelope.tenantId)?.groups.get(definitionId)
  }

  /** Returns the number of waiting runs of a tenant, by definition. */
  waitingOf(tenantId: string): [definitionId: string, count: number][] {
    const groups = [...(this.tenants.get(tenantId)?.groups ?? [])]
    return groups.map(([id, { plain, lanes }]) => {
      const all = [...(plain ? [plain] : []), ...(lanes?.values() ?? [])]
      return [id, all.reduce((sum, { waiting, cancelled }) => sum + waiting.size - cancelled, 0)]
    })
  }

  /** Removes a lane without runs. */
  remove({ group, key, slots }: Lane): void {
    if (key === undefined) group.plain = undefined
    else group.lanes?.delete(key)
    slots.lanes--
    group.tenant.lanes--
  }

  /** Removes what has neither lanes nor running runs. Returns true if the tenant has none. */
  dropUnused(group: LaneGroup, concurrencyKey: string | undefined): boolean {
    const { tenant, definition, keys, slots } = group
    if (concurrencyKey !== undefined) {
      const ofKey = keys?.get(concurrencyKey)
      if (ofKey?.lanes === 0 && ofKey.running === 0) keys?.delete(concurrencyKey)
    }
    if (tenant.lanes === 0 && tenant.running === 0) return this.tenants.delete(tenant.id)
    const hasLanes = group.plain !== undefined || (group.lanes?.size ?? 0) > 0
    if (!hasLanes && slots.running === 0 && !group.isReady) tenant.groups.delete(definition.id)
    return false
  }

  /** Returns the throttle of a lane, which is created if it is new. */
  bucketOf(lane: Lane, key: string | undefined, now: number): Bucket<Lane> {
    const { definition } = lane.group
    if (key === undefined) return (definition.bucket ??= new Bucket<Lane>(definition, true))
    const name = (lane.bucketName ??= bucketNameOf(lane))
    const known = definition.buckets.get(name)
    if (known) return known
    const bucket = new Bucket<Lane>(definition, false)
    definition.addBucket(name, bucket, now)
    return bucket
  }

  /** Returns the throttle of a waiting run. */
  findBucket(run: StoredRun): Bucket<Lane> | undefined {
    const lane = this.find(run)
    if (!lane) return undefined
    const { definition } = lane.group
    return definition.bucket ?? definition.buckets.get(bucketNameOf(lane))
  }

  #groupOf({ definitionId, job }: StoredRun): LaneGroup {
    const tenant = this.#tenantOf(job.envelope.tenantId)
    const known = tenant.groups.get(definitionId)
    if (known) return known
    const definition = this.#definitionOf(definitionId)
    const group: LaneGroup = {
      tenant,
      definition,
      slots: new Slots<Lane>(definition, 'perTenant'),
      unkeyed: new Slots<Lane>(definition, 'perKey'),
      pause: undefined,
      keys: undefined,
      plain: undefined,
      lanes: undefined,
      ready: new Chain(),
      isReady: false,
      previous: undefined,
      next: undefined,
    }
    tenant.groups.set(definitionId, group)
    return group
  }

  #tenantOf(id: string): Tenant {
    const known = this.tenants.get(id)
    if (known) return known
    const tenant: Tenant = {
      id,
      weight: this.#weights.get(id) ?? 1,
      at: 0,
      order: 0,
      isQueued: false,
      groups: new Map(),
      ready: new Chain(),
      lanes: 0,
      running: 0,
      previous: undefined,
      next: undefined,
    }
    this.tenants.set(id, tenant)
    return tenant
  }

  #definitionOf(id: string): DefinitionLanes<Lane> {
    const known = this.definitions.get(id)
    if (known) return known
    const definition = new DefinitionLanes<Lane>(id)
    this.definitions.set(id, definition)
    return definition
  }
}

/** Returns true for a run that a throttle does not count. A workflow that resumes has started before. */
function hasStarted({ startedAt, pause }: StoredRun): boolean {
  return startedAt !== undefined || pause === 'awake'
}

function slotsOf(group: LaneGroup, key: string | undefined): Slots<Lane> {
  if (key === undefined) return group.unkeyed
  group.keys ??= new Map()
  let slots = group.keys.get(key)
  if (!slots) group.keys.set(key, (slots = new Slots(group.definition, 'perKey')))
  return slots
}

function bucketNameOf({ tenant: { id }, throttleKey }: Lane): string {
  return `${id.length}:${id}${throttleKey === undefined ? '' : `:${throttleKey}`}`
}

function laneKeyOf({ concurrencyKey, throttleKey }: StoredRun, isAgain: boolean): string | undefined {
  const throttle = isAgain ? undefined : throttleKey
  if (!isAgain && concurrencyKey === undefined && throttle === undefined) return undefined
  const parts = [concurrencyKey, throttle].map((key) => (key === undefined ? '-' : `${key.length}:${key}`))
  return `${isAgain}${parts.join('')}`
}
