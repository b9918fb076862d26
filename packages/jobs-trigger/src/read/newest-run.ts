import type { EngineRun } from '../api/engine-shapes.ts'
import type { TriggerApi } from '../api/trigger-api.ts'
import { restartOfTag } from '../wire/tags.ts'
import { jobTaskId } from '../wire/task-id.ts'
import { readRunPayload } from '../wire/payload.ts'
import { isRunId, notVisibleYet } from './job-runs.ts'
import { attemptRecordOf } from './to-run-status.ts'

/** Returns true if `step.restart` has begun a run again: another run continues it. */
export function isRestarted(run: EngineRun): boolean {
  return nextOf(run) !== undefined
}

/** Returns the id of the run that continues a restarted one. */
export function nextOf(run: EngineRun): string | undefined {
  const { restartedAs } = attemptRecordOf(run) ?? {}
  return restartedAs !== undefined && isRunId(restartedAs) ? restartedAs : undefined
}

/**
 * Returns the run that continues a restarted one, or the run itself. Reads a run that began again many times with few
 * requests: a list, which lags behind, finds one of the last.
 */
export async function newestOf(
  run: EngineRun,
  api: Pick<TriggerApi, 'list'>,
  retrieve: (runId: string) => Promise<EngineRun | undefined>,
): Promise<EngineRun> {
  let newest = run
  for (let next = nextOf(run), hops = 1; next !== undefined; next = nextOf(newest), hops++) {
    const id = (hops === 2 ? await findLater(run, newest, api) : undefined) ?? next
    newest = (await retrieve(id)) ?? notVisibleYet(id, jobTaskId(attemptRecordOf(newest)!.definition), newest)
  }
  return newest
}

async function findLater(
  { id, payload }: EngineRun,
  { createdAt }: EngineRun,
  api: Pick<TriggerApi, 'list'>,
): Promise<string | undefined> {
  const tag = restartOfTag(readRunPayload(payload)?.restart?.first ?? id)
  const { runs } = await api.list('read the restarts of a run', { tag, limit: 1 })
  return runs.find((one) => one.createdAt > createdAt)?.id
}
