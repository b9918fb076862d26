import { type Definition, isEnded, type JobStatus, type RunStatus } from '@cgk-platform/jobs-core'
import type { JobSummary } from '@cgk-platform/jobs-core/inspect'
import { newestRuns } from '@cgk-platform/jobs-core/provider'
import { internalsOf } from '@cgk-platform/jobs-core/tools'

import { formatDistance } from '../terminal/format-distance.ts'
import { renderTable } from '../terminal/render-table.ts'
import { toJson } from '../terminal/to-json.ts'
import type { OperationContext, OperationFlags } from './run-operation.ts'

/** The flags of `versions`. */
export interface VersionsFlags extends OperationFlags {
  readonly definition?: string
}

/** The runs that need one version of a workflow. */
interface VersionOfWorkflow {
  readonly definitionId: string
  /** Absent: no version. */
  readonly version?: string | undefined
  /** Whether the workflow's code, or its `previous`, has this version. Absent: the definition is unknown. */
  readonly code?: 'current' | 'previous' | 'missing'
  /** Number of runs that have begun with it and not ended. */
  open: number
  /** Number of these that wait for other code. */
  waiting: number
  /** Number of failed runs that `retryJob` continues with it. */
  failed: number
  /** When the job of the oldest open run was sent. */
  oldest?: Date
}

/** Counts the open runs of workflows, and the failed ones that a retry continues, by the version that they began with. */
export async function showVersions(
  { definition, json = false }: VersionsFlags,
  { client, output }: OperationContext,
): Promise<void> {
  const versions = createCounts(internalsOf(client)?.definitions?.() ?? [], definition)
  let cursor: string | undefined
  do {
    const page = await client.inspect.listJobs({
      states: ['queued', 'scheduled', 'running', 'retrying', 'failed'],
      limit: 1000,
      ...(definition !== undefined && { definitionId: definition }),
      ...(cursor !== undefined && { cursor }),
    })
    for (const job of page.jobs) if (versions.mayNeed(job)) versions.add(await client.getJobStatus(job.id))
    cursor = page.cursor
  } while (cursor !== undefined)
  const rows = versions.all()
  if (json) return output.write(`${toJson(rows, 2)}\n`)
  if (rows.length === 0) return output.note('No workflow has an open run, or a failed one that a retry continues.')
  const now = Date.now()
  await output.write(
    renderTable<VersionOfWorkflow>(
      rows,
      [
        { title: 'WORKFLOW', text: ({ definitionId }) => definitionId, isWhole: true },
        { title: 'VERSION', text: ({ version }) => version ?? '(none)', isWhole: true },
        { title: 'CODE', text: ({ code }) => code, style: ({ code }) => (code === 'missing' ? 'red' : 'dim') },
        { title: 'OPEN', text: ({ open }) => open },
        { title: 'FAILED', text: ({ failed }) => failed },
        { title: 'WAITING FOR CODE', text: ({ waiting }) => waiting || undefined, style: () => 'red' },
        { title: 'OLDEST', text: ({ oldest }) => oldest && formatDistance(oldest, now) },
      ],
      output,
    ),
  )
  const unused = rows.filter(({ code, open }) => code === 'previous' && open === 0)
  for (const { definitionId, version, failed } of unused) {
    const rest =
      failed === 0 ? 'and can be deleted' : `but a retry of ${failed} failed ${failed === 1 ? 'one' : 'ones'} needs it`
    output.note(`\`${definitionId}\`: ${named(version)} in \`previous\` has no open runs, ${rest}.`)
  }
}

function named(version: string | undefined): string {
  return version === undefined ? 'the code without a version' : `version \`${version}\``
}

/** Creates the counts, with a row of 0 for each version in the code. @param only - the only workflow to count */
function createCounts(definitions: readonly Definition[], only: string | undefined) {
  const rows = new Map<string, VersionOfWorkflow>()
  const workflows = new Map(
    definitions.flatMap((one) => (one.kind === 'workflow' && (only ?? one.id) === one.id ? [[one.id, one]] : [])),
  )
  const isOther = new Set(definitions.flatMap(({ kind, id }) => (kind === 'workflow' ? [] : [id])))
  const rowOf = (definitionId: string, version: string | undefined): VersionOfWorkflow => {
    const key = JSON.stringify([definitionId, version ?? null])
    const workflow = workflows.get(definitionId)
    const isPrevious = workflow?.previous?.some((one) => one.version === version)
    const code = isPrevious ? 'previous' : workflow?.version === version ? 'current' : 'missing'
    const row = rows.get(key) ?? { definitionId, version, ...(workflow && { code }), open: 0, waiting: 0, failed: 0 }
    rows.set(key, row)
    return row
  }
  for (const { id, version, previous = [] } of workflows.values()) {
    for (const one of [version, ...previous.map((earlier) => earlier.version)]) rowOf(id, one)
  }
  return {
    /** Returns whether a job may have a run that needs the code of its version. */
    mayNeed: ({ runs }: JobSummary): boolean =>
      runs.some(({ state, definitionId }) => (hasBegun(state) || state === 'failed') && !isOther.has(definitionId)),
    add({ createdAt, runs }: JobStatus): void {
      for (const run of newestRuns(runs)) {
        const { state, definitionId, version, parked, steps } = run
        if (steps === undefined || (only ?? definitionId) !== definitionId) continue
        if (isContinuedByRetry(run)) rowOf(definitionId, version).failed++
        if (!hasBegun(state)) continue
        const row = rowOf(definitionId, version)
        row.open++
        if (parked) row.waiting++
        if (row.oldest === undefined || createdAt < row.oldest) row.oldest = createdAt
      }
    },
    all: (): VersionOfWorkflow[] =>
      [...rows.values()].toSorted((one, other) => (one.definitionId < other.definitionId ? -1 : 1)),
  }
}

function hasBegun(state: JobSummary['state']): boolean {
  return !isEnded(state) && state !== 'queued' && state !== 'scheduled'
}

/** Returns whether a retry of a failed run needs the code of its version. After a compensation, it begins again. */
function isContinuedByRetry({ state, steps = [] }: RunStatus): boolean {
  return state === 'failed' && !steps.some(({ compensation }) => compensation?.state === 'completed')
}
