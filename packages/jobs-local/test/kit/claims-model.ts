import type { ConcurrencyLimits, ThrottleLimits } from '@cgk-platform/jobs-core/scheduling'

/** The limits of a definition in the model. */
export interface ModelLimits {
  readonly concurrency?: ConcurrencyLimits
  readonly throttle?: ThrottleLimits
}

/** A run in the model. */
export interface ModelRun {
  readonly jobId: string
  readonly definitionId: string
  readonly tenantId: string
  readonly concurrencyKey: string | undefined
  readonly throttleKey: string | undefined
  /** Its place in its lane: when it came due, moved by its priority. */
  rank: number
  readonly priority: number
  hasStarted: boolean
  state: 'delayed' | 'waiting' | 'running' | 'ended'
  /** When a delayed run waits for a slot again. */
  dueAt: number
}

/** The rules of claims in their plainest form: it looks at every run each time. */
export class ClaimsModel {
  readonly runs: ModelRun[] = []
  readonly limits = new Map<string, ModelLimits>()
  readonly pausedDefinitions = new Set<string>()
  readonly pausedTenants = new Set<string>()
  /** When each throttle is as if no run had ever started. */
  readonly #fullAt = new Map<string, number>()

  /** Runs that wait for a slot at `now`. */
  waiting(now: number): ModelRun[] {
    return this.runs.filter(({ state, dueAt }) => state === 'waiting' || (state === 'delayed' && dueAt <= now))
  }

  isPaused({ definitionId, tenantId }: ModelRun): boolean {
    return this.pausedDefinitions.has(definitionId) || this.pausedTenants.has(tenantId)
  }

  /** Returns when a waiting run may start: at once, at a time that its throttle gives, or only after a change. */
  mayStartAt(run: ModelRun): number {
    const { concurrency = {}, throttle } = this.limits.get(run.definitionId) ?? {}
    if (this.isPaused(run)) return Infinity
    const running = this.runs.filter((one) => one.state === 'running' && one.definitionId === run.definitionId)
    const ofTenant = running.filter(({ tenantId }) => tenantId === run.tenantId)
    const ofKey = ofTenant.filter(({ concurrencyKey }) => concurrencyKey === run.concurrencyKey)
    const { limit = Infinity, perTenant = Infinity, perKey = Infinity } = concurrency
    if (running.length >= limit || ofTenant.length >= perTenant || ofKey.length >= perKey) return Infinity
    if (!throttle || run.hasStarted) return -Infinity
    const fullAt = this.#fullAt.get(bucketOf(run, throttle)) ?? -Infinity
    return fullAt - ((throttle.burst ?? 1) - 1) * (throttle.periodMs / throttle.limit)
  }

  /** Runs that may start at `now`. */
  startable(now: number): ModelRun[] {
    return this.waiting(now).filter((run) => this.mayStartAt(run) <= now)
  }

  start(run: ModelRun, now: number): void {
    const { throttle } = this.limits.get(run.definitionId) ?? {}
    if (throttle && !run.hasStarted) {
      const bucket = bucketOf(run, throttle)
      this.#fullAt.set(bucket, Math.max(this.#fullAt.get(bucket) ?? now, now) + throttle.periodMs / throttle.limit)
    }
    run.state = 'running'
    run.hasStarted = true
  }

  /**
   * Changes the limits of a definition. Returns how long to wait before, in milliseconds, so that no throttle is later
   * than the new limits allow: the stores bound its time when they next look at it.
   */
  changeLimits(definitionId: string, limits: ModelLimits, now: number): number {
    this.limits.set(definitionId, limits)
    const { periodMs = Infinity, limit = 1, burst = 1 } = limits.throttle ?? {}
    const own = [...this.#fullAt].filter(([bucket]) => (JSON.parse(bucket) as string[])[0] === definitionId)
    return Math.max(0, ...own.map(([, fullAt]) => Math.ceil(fullAt - (now + (burst * periodMs) / limit))))
  }

  /** Moves delays and throttles, because the wall clock was set. */
  shift(byMs: number): void {
    for (const run of this.runs) {
      if (run.state === 'delayed') run.dueAt += byMs
      run.rank += byMs
    }
    for (const [bucket, fullAt] of this.#fullAt) this.#fullAt.set(bucket, fullAt + byMs)
  }
}

function bucketOf({ definitionId, tenantId, throttleKey }: ModelRun, { key }: ThrottleLimits): string {
  return JSON.stringify(key === undefined ? [definitionId] : [definitionId, tenantId, throttleKey ?? null])
}
