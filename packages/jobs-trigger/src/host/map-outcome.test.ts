import { afterEach, describe, expect, test, vi } from 'vitest'

import { fakeRun } from '../../test/kit/fake-run.ts'
import { openWorkJob, workPayload, workTaskId } from '../../test/kit/open-work-job.ts'
import { toRunStatus } from '../read/to-run-status.ts'
import { triggerLimits } from './host-dependencies.ts'

afterEach(() => vi.unstubAllGlobals())

/** Maximum size of an output as JSON, in bytes. */
const bytes = triggerLimits.maxOutputBytes!
const ofSize = (length: number): string => 'x'.repeat(length)
const facts = { definitionId: 'work', maxAttempts: 3, retryOf: undefined, isCancelRequested: false }
const largest = [
  ['an object', { text: ofSize(bytes - 11) }, { text: ofSize(bytes - 11) }, 'whole'],
  ['a string', ofSize(bytes - 2), ofSize(bytes - 2), 'whole'],
  ['a JSON string', { constructor: ofSize(bytes - 18) }, `{"constructor":"${ofSize(bytes - 18)}"}`, 'json text'],
  [
    'a string of characters that the database rejects',
    '\0'.repeat(bytes / 6 - 1),
    `"${'\\u0000'.repeat(bytes / 6 - 1)}"`,
    'json text',
  ],
] as const

describe('an output of the maximum size', () => {
  test.each(largest)('completes the run: %s', async (_, returned, output, kind) => {
    const { attempt } = await openWorkJob({ handler: () => returned })
    const result = await attempt(workTaskId, { payload: workPayload })
    expect([result.ok, result.output]).toEqual([true, output])
    expect((result.metadata['job'] as { output?: string }).output).toBe(kind)
  })

  test('fails the run with one more byte, and calls `onFailure`', async () => {
    const onFailure = vi.fn<() => void>()
    for (const returned of [ofSize(bytes - 1), { constructor: ofSize(bytes - 17) }]) {
      const { attempt } = await openWorkJob({ handler: () => returned, onFailure })
      const result = await attempt(workTaskId, { payload: workPayload })
      expect(result).toMatchObject({ ok: false, skippedRetrying: true, error: { name: 'OutputTooLargeError' } })
    }
    expect(onFailure).toHaveBeenCalledTimes(2)
  })
})

test('a string that is stored as JSON is restored when it is read', async () => {
  const { attempt } = await openWorkJob({ handler: () => 'a\0b' })
  const { output, metadata } = await attempt(workTaskId, { payload: workPayload })
  expect(toRunStatus(fakeRun({ status: 'COMPLETED', output, metadata } as never), facts)).toMatchObject({
    output: 'a\0b',
  })
})
