import { isOOMRunError } from '@trigger.dev/core/v3'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { openWorkJob, workPayload, workTaskId } from '../../test/kit/open-work-job.ts'

afterEach(() => vi.unstubAllGlobals())

describe('an attempt that fails', () => {
  test('replaces an unpaired surrogate for the database', async () => {
    const half = new Error('body: 😀😀'.slice(0, 7))
    const { attempt } = await openWorkJob({ handler: () => Promise.reject(half) })
    const { error, metadata, queued } = await attempt(workTaskId, { payload: workPayload })
    expect(error?.message).toBe('body: \uFFFD')
    expect(metadata).toMatchObject({ job: { error: { message: 'body: \uFFFD' } } })
    expect(JSON.stringify([error, metadata, queued])).not.toMatch(/\\ud[89a-f]/)
  })

  describe('with an error that Trigger.dev takes for a lack of memory', () => {
    const text = 'Error: ffmpeg was killed with signal SIGKILL'
    const outOfMemory = { 'trigger.dev': { retry: { outOfMemory: { machine: 'large-2x' } } } } as const
    const handler = () => Promise.reject(new Error(text))

    test('is retried, although Trigger.dev would end the run', async () => {
      const { attempt } = await openWorkJob({ handler })
      const result = await attempt(workTaskId, { payload: workPayload })
      expect(result).toMatchObject({ retry: { delay: 10_000 }, metadata: { job: { error: { message: text } } } })
      expect(isOOMRunError(result.error as never)).toBe(false)
    })

    test.each([
      ['is left to Trigger.dev if a larger machine is configured', 1, 'small-1x', true],
      ['is retried as usual on the larger machine', 1, 'large-2x', false],
      ['fails in the last attempt', 3, 'small-1x', false],
    ])('%s', async (_, number, machine, isLeft) => {
      const { attempt } = await openWorkJob({ handler, providerOptions: outOfMemory })
      const result = await attempt(workTaskId, { payload: workPayload, attempt: number, machine })
      expect(isOOMRunError(result.error as never)).toBe(isLeft)
    })
  })
})
