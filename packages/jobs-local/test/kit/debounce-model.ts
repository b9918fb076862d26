/** All times are multiples of this, so that many things happen at the same time. */
export const unitMs = 500

/** The times of a debounced definition, in milliseconds. */
export interface ModelTimes {
  readonly periodMs: number
  readonly maxWaitMs: number | undefined
}

/** A job of the model. */
export interface ModelJob {
  readonly group: string
  /** When it joins its group. */
  readonly arrivesAt: number
  state: 'delayed' | 'waiting' | 'completed' | 'superseded' | 'cancelled'
  supersededBy?: ModelJob
  startedAt?: number
}

interface Group {
  job: ModelJob
  readonly since: number
  dueAt: number
}

/** A plain model of debounced sends: looks at each unit of time in turn. */
export class DebounceModel {
  readonly #times: ModelTimes
  readonly #groups = new Map<string, Group>()
  readonly #jobs: ModelJob[] = []
  #now = 0

  constructor(times: ModelTimes) {
    this.#times = times
  }

  send(group: string, delayMs: number): ModelJob {
    const job: ModelJob = { group, arrivesAt: this.#now + delayMs, state: 'delayed' }
    this.#jobs.push(job)
    if (delayMs === 0) this.#arrive(job)
    return job
  }

  cancel(job: ModelJob): void {
    if (job.state !== 'delayed' && job.state !== 'waiting') return
    if (job.state === 'waiting') this.#groups.delete(job.group)
    job.state = 'cancelled'
  }

  advance(ms: number): void {
    for (const until = this.#now + ms; this.#now < until;) {
      this.#now += unitMs
      for (const { job, dueAt } of [...this.#groups.values()]) {
        if (dueAt > this.#now) continue
        Object.assign(job, { state: 'completed', startedAt: this.#now })
        this.#groups.delete(job.group)
      }
      for (const job of this.#jobs) if (job.state === 'delayed' && job.arrivesAt === this.#now) this.#arrive(job)
    }
  }

  #arrive(job: ModelJob): void {
    const { periodMs, maxWaitMs = Number.POSITIVE_INFINITY } = this.#times
    const open = this.#groups.get(job.group)
    if (open) Object.assign(open.job, { state: 'superseded', supersededBy: job })
    const since = open?.since ?? this.#now
    job.state = 'waiting'
    this.#groups.set(job.group, { job, since, dueAt: Math.min(this.#now + periodMs, since + maxWaitMs) })
  }
}
