import type { JobJson, RunJson, StepJson, ValueJson } from '../../../src/api-types.ts'

/** A part of a row: when something waited or worked. */
export interface Segment {
  readonly from: number
  readonly to: number
  readonly kind: 'wait' | 'work'
}

/** The details of a row, for the panel beside the waterfall. Absent fields are not known, or do not apply. */
export interface WaterfallPart extends Partial<Omit<StepJson, 'id' | 'kind' | 'state' | 'output' | 'error'>> {
  readonly kind: StepJson['kind'] | 'attempt' | 'whole' | 'compensation'
  readonly output?: ValueJson | undefined
  readonly error?: StepJson['error'] | undefined
  readonly worker?: string
}

/** A row of the waterfall. */
export interface WaterfallRow {
  /** Names the row among those of its run, also in addresses. */
  readonly key: string
  readonly label: string
  /** A remark, such as the kind of step. */
  readonly note?: string | undefined
  readonly depth: 0 | 1
  readonly state: string
  readonly segments: readonly Segment[]
  readonly error?: string | undefined
  readonly part: WaterfallPart
}

/** The rows of a run and the time that they span. */
export interface WaterfallData {
  readonly rows: readonly WaterfallRow[]
  readonly start: number
  readonly end: number
}

/** The key of the row of a run without known attempts. */
const wholeRun = 'run'

const stepNotes: Readonly<Record<string, string>> = {
  sleep: 'sleep',
  sleepUntil: 'sleep',
  waitForEvent: 'waits for an event',
  sendEvent: 'sends an event',
  runJob: 'runs a job',
  patched: 'change of the code',
}

/** Returns the rows of a run: its attempts, or the run itself if the engine keeps none, then its steps. */
export function toWaterfall(job: JobJson, run: RunJson, now: number): WaterfallData {
  const due = ms(job.scheduledFor) ?? Date.parse(job.createdAt)
  const steps = run.steps ?? []
  const compensations = steps.flatMap((step) => compensationRow(step, now))
  const rows = [
    ...attemptRows(run, due, now),
    ...steps.map((step) => stepRow(step, now)),
    ...compensations.toSorted((a, b) => (a.segments[0]?.from ?? 0) - (b.segments[0]?.from ?? 0)),
  ]
  const times = rows.flatMap(({ segments }) => segments.flatMap(({ from, to }) => [from, to]))
  const start = times.length > 0 ? times.reduce((a, b) => Math.min(a, b)) : due
  const end = times.length > 0 ? times.reduce((a, b) => Math.max(a, b)) : now
  return { rows, start, end: Math.max(end, start + 1) }
}

function attemptRows(run: RunJson, due: number, now: number): WaterfallRow[] {
  const { attemptHistory, state, startedAt, endedAt } = run
  if (!attemptHistory || attemptHistory.length === 0) {
    const started = ms(startedAt)
    const ended = ms(endedAt) ?? now
    const waitsFrom = run.retryOf === undefined ? due : (started ?? due)
    return [
      {
        key: wholeRun,
        label: started === undefined ? 'Waiting' : 'Run',
        depth: 0,
        state,
        segments: [...segment('wait', waitsFrom, started ?? ended), ...segment('work', started, ended)],
        part: { ...run, kind: 'whole' },
      },
    ]
  }
  let waitsSince = run.retryOf === undefined ? due : (ms(attemptHistory[0]?.dueAt) ?? due)
  return attemptHistory.map((attempt, at) => {
    const { number, startedAt: begin, endedAt: finish, error, worker } = attempt
    const isLast = at === attemptHistory.length - 1
    const started = ms(begin)
    const ended = ms(finish) ?? (isLast ? (ms(endedAt) ?? now) : started)
    const from = waitsSince
    waitsSince = ended ?? from
    return {
      key: `attempt ${number}`,
      label: `Attempt ${number}`,
      note: worker === undefined ? undefined : `worker ${worker}`,
      depth: 0 as const,
      state: error ? 'failed' : isLast ? state : 'failed',
      segments: [...segment('wait', from, started ?? Math.max(now, from)), ...segment('work', started, ended)],
      // The error of the run is shown below the rows.
      error: error && error.message !== run.error?.message ? `${error.name}: ${error.message}` : undefined,
      part: {
        ...attempt,
        kind: 'attempt',
        output: isLast && state === 'completed' ? run.output : undefined,
        error: error ?? (isLast && state === 'failed' ? run.error : undefined),
      },
    }
  })
}

/** Returns the row that an address names. A run whose attempts were not known yet is its first attempt now. */
export function findRow(rows: readonly WaterfallRow[], key: string | null): WaterfallRow | undefined {
  return rows.find((row) => row.key === key) ?? (key === wholeRun ? rows[0] : undefined)
}

function stepRow(step: StepJson, now: number): WaterfallRow {
  const { id, kind, state, startedAt, endedAt, error, attempts } = step
  const isWait = kind === 'sleep' || kind === 'sleepUntil' || kind === 'waitForEvent' || kind === 'waitForSignal'
  const tries = attempts > 1 ? `${attempts} attempts` : undefined
  return {
    key: `step ${id}`,
    label: id,
    note: [stepNotes[kind], tries].filter(Boolean).join(', '),
    depth: 1,
    state,
    segments: segment(isWait ? 'wait' : 'work', ms(startedAt), ms(endedAt) ?? now),
    error: error && `${error.name}: ${error.message}`,
    part: step,
  }
}

function compensationRow({ id, compensation }: StepJson, now: number): WaterfallRow[] {
  if (!compensation) return []
  return [
    {
      key: `compensation ${id}`,
      label: id,
      note: 'compensation',
      depth: 1,
      state: compensation.state,
      segments: segment('work', ms(compensation.startedAt), ms(compensation.endedAt) ?? now),
      error: compensation.error && `${compensation.error.name}: ${compensation.error.message}`,
      part: { ...compensation, kind: 'compensation' },
    },
  ]
}

function segment(kind: Segment['kind'], from: number | undefined, to: number | undefined): Segment[] {
  return from === undefined || to === undefined ? [] : [{ kind, from, to: Math.max(from, to) }]
}

function ms(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time)
}
