import type { Clock } from '@cgk-platform/jobs-core/provider'
import type { AppStore } from './app-store.ts'
import { isUlid } from './event-ids.ts'
import type { HttpReply } from './http-messages.ts'
import { toPublicFunctionId } from './public-function-id.ts'
import type { Route, RouteRequest } from './routes.ts'
import { isEnded, type Output, type Run, type RunStatus } from './run.ts'
import type { RunLifecycle } from './run-lifecycle.ts'
import type { RunStore } from './run-store.ts'
import { endedAtMs, listedEndMs, listedOutput, toOutputObject, tracedStatus } from './run-views.ts'
import { toTimestamp } from './timestamps.ts'
import { toTrace } from './trace.ts'
import { readIncludeOutput, withBadQueryErrors, v2Error, v2Reply } from './v2-replies.ts'
import { pageRuns } from './v2-run-list.ts'

const maxEventRuns = 40
const maxRuns = 100

/** Creates the routes for runs in REST v2 (pkg/api/v2/endpoints_runs.go). */
export function createRestV2Runs(options: {
  readonly clock: Clock
  readonly apps: AppStore
  readonly runs: RunStore
  readonly lifecycle: Pick<RunLifecycle, 'cancel' | 'schedule'>
}): Route[] {
  const { clock, apps, runs, lifecycle } = options

  const list = (found: readonly Run[], query: URLSearchParams, max: number): HttpReply =>
    withBadQueryErrors(() => {
      const withOutput = readIncludeOutput(query)
      const page = pageRuns(found, query, max)
      const data = page.runs.map((run) => toListItem(run, apps, withOutput))
      return v2Reply(clock.now(), data, page)
    })
  /** Finds the run in the path. */
  const withRun =
    (handle: (run: Run, request: RouteRequest) => HttpReply, missing = 'Run not found') =>
    (request: RouteRequest): HttpReply => {
      const id = request.params['run'] ?? ''
      if (!isUlid(id)) return v2Error(400, 'invalid_field_format', 'Run ID must be a valid ULID')
      const run = runs.find(id)
      return run ? withBadQueryErrors(() => handle(run, request)) : v2Error(404, 'not_found', missing)
    }

  return [
    {
      method: 'GET',
      pattern: '/v2/events/{event}/runs',
      handle({ params: { event: id = '' }, query }) {
        if (!isUlid(id)) return v2Error(400, 'invalid_field_format', 'Event ID must be a valid ULID')
        return list(runs.ofEvent(id), onlyPaging(query), maxEventRuns)
      },
    },
    {
      method: 'GET',
      pattern: '/v2/runs',
      handle({ query }) {
        if (query.has('functionId') && !query.has('appId')) {
          return v2Error(400, 'invalid_field_format', 'appId is required when filtering by functionId')
        }
        return list(filterRuns(runs.list(), apps, query.getAll('appId'), query.getAll('functionId')), query, maxRuns)
      },
    },
    {
      method: 'GET',
      pattern: '/v2/apps/{app}/functions/{fn}/runs',
      handle: ({ params: { app = '', fn = '' }, query }) =>
        list(filterRuns(runs.list(), apps, [app], [fn]), query, maxRuns),
    },
    {
      method: 'GET',
      pattern: '/v2/runs/{run}',
      handle: withRun((run, { query }) => v2Reply(clock.now(), toSingleRun(run, apps, readIncludeOutput(query)))),
    },
    {
      method: 'GET',
      pattern: '/v2/runs/{run}/trace',
      handle: withRun(
        (run, { query }) => v2Reply(clock.now(), toTrace(run, readIncludeOutput(query))),
        'Trace not found',
      ),
    },
    {
      method: 'POST',
      pattern: '/v2/runs/{run}/cancel',
      handle: withRun((run) => {
        if (run.status === 'CANCELLED') return v2Error(409, 'run_already_cancelled', 'Run is already cancelled')
        if (isEnded(run.status)) return v2Error(409, 'run_already_ended', 'Cannot cancel an ended run')
        lifecycle.cancel(run)
        return v2Reply(clock.now(), { runId: run.id })
      }),
    },
    {
      method: 'POST',
      pattern: '/v2/runs/{run}/rerun',
      handle: withRun((run) => {
        const fn = apps.findFunction(run.functionId)
        const originalRunId = run.originalRunId ?? run.id
        const again =
          fn &&
          lifecycle.schedule(fn, run.events[0]!, {
            originalRunId,
            ...(run.cronSchedule && { cronSchedule: run.cronSchedule }),
          })
        return again ? v2Reply(clock.now(), { runId: again.id }) : v2Error(500, 'internal_error', 'Unable to rerun run')
      }),
    },
  ]
}

/** Removes filters: the list of an event's runs does not support them. */
function onlyPaging(query: URLSearchParams): URLSearchParams {
  return new URLSearchParams(
    [...query].filter(([name]) => name === 'limit' || name === 'cursor' || /output/i.test(name)),
  )
}

function filterRuns(runs: Run[], apps: AppStore, appIds: string[], functionIds: string[]): Run[] {
  return runs.filter((run) => {
    const fn = apps.findFunction(run.functionId)!
    if (appIds.length > 0 && !appIds.includes(fn.appName)) return false
    return functionIds.length === 0 || functionIds.includes(toPublicFunctionId(fn)) || functionIds.includes(fn.slug)
  })
}

/**
 * Converts a run for lists: with its true status, the newest output of any part, and for a cancelled run an end 10 s
 * late.
 */
function toListItem(run: Run, apps: AppStore, withOutput: boolean): object {
  const output = withOutput && run.latestOutput ? listedOutput(run.latestOutput) : undefined
  return toRun(run, apps, { status: run.status, startMs: run.queuedAtMs, endMs: listedEndMs(run), output })
}

/** Converts a single run: with the status in its trace, and its output, unwrapped, only after the end. */
function toSingleRun(run: Run, apps: AppStore, withOutput: boolean): object {
  const output = withOutput && isEnded(run.status) ? run.finishes.at(-1)?.output : undefined
  const unwrapped = output && toOutputObject(valueOf(output))
  const startMs = run.startedAtMs ?? run.queuedAtMs
  return toRun(run, apps, { status: tracedStatus(run), startMs, endMs: endedAtMs(run), output: unwrapped })
}

const valueOf = (output: Output): unknown => ('error' in output ? output.error : output.data)

interface RunView {
  readonly status: RunStatus
  readonly startMs: number
  readonly endMs: number | undefined
  readonly output: Record<string, unknown> | undefined
}

function toRun(run: Run, apps: AppStore, { status, startMs, endMs, output }: RunView): object {
  const fn = apps.findFunction(run.functionId)!
  return {
    app: { id: fn.appName },
    ...(endMs !== undefined && { durationMs: String(endMs - startMs), endedAt: toTimestamp(endMs) }),
    function: { id: toPublicFunctionId(fn), name: fn.name },
    id: run.id,
    ...(output && { output }),
    queuedAt: toTimestamp(run.queuedAtMs),
    startedAt: toTimestamp(startMs),
    status,
    trigger: {
      ...(run.cronSchedule && { cronSchedule: run.cronSchedule }),
      eventIds: [run.events[0]!.internalId],
    },
  }
}
