import { defineJob, type Definition } from '@cgk-platform/jobs-core'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { envelopeOf } from '../../test/kit/envelope-of.ts'
import { fakeRun } from '../../test/kit/fake-run.ts'
import { openTasks } from '../../test/kit/open-tasks.ts'
import '../../test/kit/work.ts'
import { toRunStatus } from '../read/to-run-status.ts'
import { triggerLimits } from './host-dependencies.ts'

afterEach(() => vi.unstubAllGlobals())

const taskId = 'job-work'
const retry = { maxAttempts: 3, initialDelay: '10s', backoff: 'fixed' } as const
const payload = { envelope: envelopeOf(), jobId: 'run_0' }

type Options = Partial<Parameters<typeof defineJob<'work.asked', unknown>>[0]>

function open(options: Options = {}) {
  const definition = defineJob({ id: 'work', event: 'work.asked', handler: () => undefined, retry, ...options })
  return openTasks([definition as unknown as Definition])
}

/** As many bytes as an output may have, in JSON. */
const bytes = triggerLimits.maxOutputBytes!
const ofSize = (length: number): string => 'x'.repeat(length)
const facts = { definitionId: 'work', maxAttempts: 3, retryOf: undefined }
const largest = [
  ['an object', { text: ofSize(bytes - 11) }, { text: ofSize(bytes - 11) }, 'whole'],
  ['a text', ofSize(bytes - 2), ofSize(bytes - 2), 'whole'],
  ['carried as text', { constructor: ofSize(bytes - 18) }, `{"constructor":"${ofSize(bytes - 18)}"}`, 'json text'],
  [
    'a text of characters that none can have',
    '\0'.repeat(bytes / 6 - 1),
    `"${'\\u0000'.repeat(bytes / 6 - 1)}"`,
    'json text',
  ],
] as const

describe('an output as large as can be', () => {
  test.each(largest)('is carried, and none is too large for the SDK then: %s', async (_, returned, output, kind) => {
    const { attempt } = await open({ handler: () => returned })
    const result = await attempt(taskId, { payload })
    expect([result.ok, result.output]).toEqual([true, output])
    expect((result.metadata['job'] as { output?: string }).output).toBe(kind)
  })

  test('and one byte more ends the run, and its definition hears of it', async () => {
    const onFailure = vi.fn<() => void>()
    for (const returned of [ofSize(bytes - 1), { constructor: ofSize(bytes - 17) }]) {
      const { attempt } = await open({ handler: () => returned, onFailure })
      const result = await attempt(taskId, { payload })
      expect(result).toMatchObject({ ok: false, skippedRetrying: true, error: { name: 'OutputTooLargeError' } })
    }
    expect(onFailure).toHaveBeenCalledTimes(2)
  })
})

test('a text that is carried as JSON is one again where it is read', async () => {
  const { attempt } = await open({ handler: () => 'a\0b' })
  const { output, metadata } = await attempt(taskId, { payload })
  expect(toRunStatus(fakeRun({ status: 'COMPLETED', output, metadata } as never), facts)).toMatchObject({
    output: 'a\0b',
  })
})
