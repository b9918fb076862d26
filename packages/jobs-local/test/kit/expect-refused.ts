import { defineJob, JobsError, type JobClient } from '@cgk-platform/jobs-core'
import { expect } from 'vitest'

import { createTestEngine, type TestEngineOptions } from '../../src/testing/index.ts'
import { openJobsOf } from './open-jobs.ts'
import './work.ts'

/** How a call has to be refused. */
export interface Refusal {
  /** The class of the error; it must recognise it by its `isInstance` too. */
  error: { readonly name: string; isInstance(error: unknown): boolean }
  code: string
  /** What the message must hold: what failed, and what to do. */
  says: readonly string[]
}

const good = defineJob({ id: 'good', event: 'work.followed', handler: ({ payload }) => payload.number ?? null })

/**
 * Makes the call on an engine of its own and expects it to be refused with nothing half done: no event taken, no job
 * kept, nothing under way, and the next good send runs.
 *
 * @returns the error, for what is special about it
 */
export async function expectRefused(
  call: (client: JobClient) => unknown,
  { error: expected, code, says }: Refusal,
  options: TestEngineOptions = {},
): Promise<JobsError> {
  const engine = createTestEngine({ jobs: [good], ...options })
  const error = await failureOf(async () => call(engine.client))
  expect(error).toBeInstanceOf(JobsError)
  expect(expected.isInstance(error)).toBe(true)
  expect(error).toMatchObject({ name: expected.name, code })
  for (const words of says) expect((error as JobsError).message).toContain(words)

  expect(engine.sent).toEqual([])
  expect((await engine.client.listJobs()).jobs).toEqual([])
  expect(await openJobsOf(engine.client)).toBe(0)
  const { id } = await engine.client.sendJob('work.followed', { tenantId: 'acme', number: 42 })
  await engine.settle()
  expect(await engine.client.getJobStatus(id)).toMatchObject({ state: 'completed', runs: [{ output: 42 }] })
  return error as JobsError
}

async function failureOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    return error
  }
  return expect.unreachable('it was not refused')
}
