import assert from 'node:assert/strict'

import type { CaseTools } from './case-tools.ts'
import type { ConformanceEvent } from './conformance-events.ts'
import type { Script } from './script.ts'

/** Sends an event with each script, one after the other. Returns the ids of the jobs. */
export async function sendAll(
  t: CaseTools,
  event: ConformanceEvent,
  scripts: readonly Script[],
  tenantId: string = t.tenantId,
): Promise<string[]> {
  const ids: string[] = []
  for (const script of scripts) ids.push((await t.send(event, script, { tenantId })).id)
  return ids
}

/** Returns the ids of the batch of each attempt of a job. */
export function batchesOf(t: CaseTools, jobId: string): string[][] {
  return t.journal({ jobId, kind: 'started' }).map(({ details }) => details['batch'] as string[])
}

/** Waits until the jobs have ended. Returns `[state, attempts]` of each. */
export async function endsOf(
  t: CaseTools,
  ids: readonly string[],
): Promise<[state: string, attempts: number | undefined][]> {
  const ends: [string, number | undefined][] = []
  for (const id of ids) {
    const { state, runs } = await t.waitForEnd(id)
    assert.equal(runs.length, 1)
    ends.push([state, runs[0]?.attempts])
  }
  return ends
}

/**
 * Asserts that jobs ran in two batches of two. Returns a job of the batch that started first, and one of the other. Which
 * jobs are together is open: several workers can take what was sent within milliseconds.
 */
export function twoBatchesOf(t: CaseTools, jobIds: readonly string[]): [first: string, second: string] {
  for (const id of jobIds)
    assert.deepEqual(
      batchesOf(t, id).map(({ length }) => length),
      [2],
    )
  const startOf = (jobId: string): number => t.journal({ jobId, kind: 'started' })[0]!.at
  const first = jobIds.toSorted((one, other) => startOf(one) - startOf(other))[0]!
  const [together] = batchesOf(t, first)
  return [first, jobIds.find((id) => !together!.includes(id))!]
}
