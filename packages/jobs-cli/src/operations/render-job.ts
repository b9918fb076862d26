import type { AttemptDetails, JobDetails, RunDetails } from '@cgk-platform/jobs-core/inspect'
import type { JobErrorInfo, StepStatus } from '@cgk-platform/jobs-core/provider'
import { describeWait, escapeInvisible, shortenStack } from '@cgk-platform/jobs-core/tools'

import { formatDistance } from '../terminal/format-distance.ts'
import { formatDuration } from '../terminal/format-duration.ts'
import type { Output } from '../terminal/output.ts'
import { renderTable } from '../terminal/render-table.ts'
import { toJson } from '../terminal/to-json.ts'
import { stateStyle } from './state-style.ts'

const maxJsonCharacters = 5000

type Screen = Pick<Output, 'paint' | 'columns'>

/** Renders a job with its runs, attempts and steps. @param now - epoch milliseconds */
export function renderJob(job: JobDetails, screen: Screen, now: number): string {
  const time = (date: Date | undefined): string | undefined =>
    date && `${date.toISOString()}  ${screen.paint('dim', formatDistance(date, now))}`
  const facts: Readonly<Record<string, string | undefined>> = {
    state: stateOf(job, screen),
    event: escapeInvisible(job.event),
    tenant: escapeInvisible(job.tenantId),
    references: job.references && escapeInvisible(job.references.join(', ')),
    'runs again': job.rerunOf && escapeInvisible(job.rerunOf),
    key: job.idempotencyKey && escapeInvisible(job.idempotencyKey),
    sent: time(job.createdAt),
    'due at': time(job.scheduledFor),
    started: time(job.startedAt),
    ended: time(job.endedAt),
    children: job.children && escapeInvisible(job.children.join(', ')),
    payload: jsonOf(job.payload),
  }
  return [
    screen.paint('bold', `Job ${escapeInvisible(job.id)}`),
    ...renderFacts(facts),
    ...job.runs.flatMap((run) => ['', ...renderRun(run, screen, time)]),
    '',
  ].join('\n')
}

function renderRun(run: RunDetails, screen: Screen, time: (date?: Date) => string | undefined): string[] {
  const facts: Readonly<Record<string, string | undefined>> = {
    state: stateOf(run, screen),
    run: escapeInvisible(run.id),
    version: run.version && escapeInvisible(run.version),
    restarts: run.restarts === undefined ? undefined : String(run.restarts),
    attempts: `${run.attempts} of ${run.maxAttempts}`,
    'next at': time(run.nextAttemptAt),
    started: time(run.startedAt),
    ended: time(run.endedAt),
    'parked since': time(run.parked?.since),
    'fails at': time(run.parked?.until),
    retries: run.retryOf && escapeInvisible(run.retryOf),
    'runs instead': run.supersededBy && escapeInvisible(run.supersededBy),
    output: jsonOf(run.output),
    waits:
      run.parked && `for other code, until ${time(run.parked.until)}: ${escapeInvisible(run.parked.error.message)}`,
  }
  return [
    screen.paint('bold', `Run of ${escapeInvisible(run.definitionId)}`),
    ...renderFacts(facts),
    ...renderAttempts(run, screen),
    ...renderSteps(run.steps ?? [], screen),
    ...(run.parked ? renderError(run.parked.error, screen) : []),
    ...(run.error ? renderError(run.error, screen) : []),
  ]
}

/** Returns the state of a job or a run, and why it waits. */
function stateOf({ state, waiting }: Pick<RunDetails, 'state' | 'waiting'>, screen: Screen): string {
  const shown = screen.paint(stateStyle(state), state)
  if (!waiting) return shown
  const jobs = waiting.kind === 'limit' ? waiting.heldBy : waiting.kind === 'job' ? [waiting.jobId] : []
  const why = describeWait(waiting, (date) => date.toISOString())
  return `${shown}: ${escapeInvisible([why, ...jobs].join('  '))}`
}

function renderFacts(facts: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(facts)
    .filter(([, text]) => text !== undefined)
    .map(([name, text]) => `  ${name.padEnd(12)}  ${text}`)
}

function renderAttempts({ attemptHistory = [] }: RunDetails, screen: Screen): string[] {
  if (attemptHistory.length === 0) return []
  const table = renderTable<AttemptDetails>(
    attemptHistory,
    [
      { title: 'ATTEMPT', text: ({ number }) => number },
      { title: 'DUE', text: ({ dueAt }) => dueAt?.toISOString() },
      { title: 'STARTED', text: ({ startedAt }) => startedAt?.toISOString() },
      { title: 'TOOK', text: tookOf },
      { title: 'WORKER', text: ({ worker }) => worker },
      { title: 'ERROR', text: ({ error }) => error && `${error.name}: ${error.message}`, style: () => 'red' },
    ],
    narrowed(screen),
  )
  return indented(table)
}

function renderSteps(steps: readonly StepStatus[], screen: Screen): string[] {
  if (steps.length === 0) return []
  const table = renderTable<StepStatus>(
    steps,
    [
      { title: 'STEP', text: ({ id }) => id },
      { title: 'KIND', text: ({ kind }) => kind },
      { title: 'STATE', text: ({ state }) => state, style: ({ state }) => stateStyle(state) },
      { title: 'WAITS FOR', text: ({ waitsFor }) => waitsFor && waitOf(waitsFor) },
      { title: 'ATTEMPTS', text: ({ attempts }) => attempts || undefined },
      { title: 'TOOK', text: tookOf },
      { title: 'OUTPUT', text: ({ output }) => jsonOf(output) },
      { title: 'ERROR', text: ({ error }) => error && `${error.name}: ${error.message}`, style: () => 'red' },
    ],
    narrowed(screen),
  )
  return indented(table)
}

function waitOf(waitsFor: NonNullable<StepStatus['waitsFor']>): string {
  if ('signal' in waitsFor) return `signal ${waitsFor.signal}`
  return 'event' in waitsFor ? waitsFor.event : waitsFor.jobId
}

/** Payloads and outputs can have megabytes, which only programs read. */
function jsonOf(value: unknown): string | undefined {
  if (value === undefined) return undefined
  const json = toJson(value)
  if (json.length <= maxJsonCharacters) return json
  return `${json.slice(0, maxJsonCharacters)}… (${json.length} characters in total, \`--json\` prints all)`
}

/** Renders an error with its stack and causes, each line escaped. `--json` has the whole stack. */
function renderError({ name, message, code, stack, cause }: JobErrorInfo, screen: Screen, isCause = false): string[] {
  const [first, ...frames] = shortenStack(stack ?? `${name}: ${message}`).split('\n')
  const title = `${isCause ? 'caused by ' : ''}${first}${code === undefined ? '' : ` (${code})`}`
  return [
    `  ${screen.paint('red', escapeInvisible(title))}`,
    ...frames.map((frame) => `  ${screen.paint('dim', escapeInvisible(frame))}`),
    ...(cause ? renderError(cause, screen, true) : []),
  ]
}

function tookOf({ startedAt, endedAt }: { readonly startedAt?: Date; readonly endedAt?: Date }): string | undefined {
  return startedAt && endedAt && formatDuration(endedAt.getTime() - startedAt.getTime())
}

function narrowed({ paint, columns }: Screen): Screen {
  return { paint, columns: columns === undefined ? undefined : columns - 2 }
}

function indented(table: string): string[] {
  return table
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
}
