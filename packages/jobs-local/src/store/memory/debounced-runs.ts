import type { DebounceTimes } from '@cgk-platform/jobs-core/scheduling'

import { arrivedAt, quietUntil } from '../../rules/debounce.ts'
import type { StoredRun } from '../../records/stored-run.ts'

/** The newest run of a group of sends, which waits for the end of its quiet period. */
interface Group {
  readonly run: StoredRun
  /** When the first run of the group was created, by the wall clock when `run` was. */
  readonly since: number
}

/** A run that was added to its group. */
interface AddedRun {
  /** When its quiet period ends. */
  readonly dueAt: number
  /** The run that it supersedes. */
  readonly superseded: StoredRun | undefined
}

/** The groups of debounced runs whose quiet period is not over, by definition, tenant and key. */
export class DebouncedRuns {
  readonly #groups = new Map<string, Group>()

  /** Adds a new run to its group. If its job came after the quiet period of the group, the run begins a new one. */
  add(run: StoredRun, times: DebounceTimes, now: number): AddedRun {
    const id = groupOf(run)
    const group = this.#groups.get(id)
    const isOpen = group !== undefined && (group.run.dueAt ?? 0) > arrivedAt(run.job.envelope, now)
    const since = isOpen ? group.since + (group.run.clockSetMs ?? 0) : now
    this.#groups.set(id, { run, since })
    return { dueAt: quietUntil(times, since, now), superseded: isOpen ? group.run : undefined }
  }

  /** Removes the group of a run that no longer waits. */
  remove(run: StoredRun): void {
    const id = groupOf(run)
    if (this.#groups.get(id)?.run === run) this.#groups.delete(id)
  }
}

function groupOf({ definitionId, job, debounceKey }: StoredRun): string {
  return JSON.stringify([definitionId, job.envelope.tenantId, debounceKey])
}
