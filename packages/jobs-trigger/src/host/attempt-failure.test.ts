import { defineJob, type Definition } from '@cgk-platform/jobs-core'
import { isOOMRunError } from '@trigger.dev/core/v3'
import { afterEach, describe, expect, test, vi } from 'vitest'

import { envelopeOf } from '../../test/kit/envelope-of.ts'
import { openTasks } from '../../test/kit/open-tasks.ts'
import '../../test/kit/work.ts'

afterEach(() => vi.unstubAllGlobals())

const taskId = 'job-work'
const retry = { maxAttempts: 3, initialDelay: '10s', backoff: 'fixed' } as const
const payload = { envelope: envelopeOf(), jobId: 'run_0' }

type Options = Partial<Parameters<typeof defineJob<'work.asked', unknown>>[0]>

function open(options: Options = {}) {
  const definition = defineJob({ id: 'work', event: 'work.asked', handler: () => undefined, retry, ...options })
  return openTasks([definition as unknown as Definition])
}

describe('an attempt that fails', () => {
  test('with half of a character in its message is one that the database takes, and its record has all of it', async () => {
    const message = 'body: 😀😀'.slice(0, 7)
    const { attempt } = await open({ handler: () => Promise.reject(new Error(message)) })
    const { error, metadata, queued } = await attempt(taskId, { payload })
    expect(error?.message).toBe('body: \uFFFD')
    expect(JSON.stringify(error)).not.toMatch(/\\ud[89a-f]/)
    expect(metadata).toMatchObject({ job: { error: { message } } })
    // As JSON text, in which the half is written out.
    expect(JSON.stringify(queued)).toContain('\\ud83d')
  })

  describe('by an error that Trigger.dev takes for a want of memory', () => {
    const text = 'Error: ffmpeg was killed with signal SIGKILL'
    const outOfMemory = { 'trigger.dev': { retry: { outOfMemory: { machine: 'large-2x' } } } } as const
    const handler = () => Promise.reject(new Error(text))

    test('is tried again as any other, which Trigger.dev would not do', async () => {
      const { attempt } = await open({ handler })
      const result = await attempt(taskId, { payload })
      expect(result).toMatchObject({ retry: { delay: 10_000 }, metadata: { job: { error: { message: text } } } })
      expect(isOOMRunError(result.error as never)).toBe(false)
    })

    test.each([
      ['is left to Trigger.dev where that has a larger machine for it', 1, 'small-1x', true],
      ['is tried again as any other on that machine', 1, 'large-2x', false],
      ['has failed for good where it is in the last attempt', 3, 'small-1x', false],
    ])('%s', async (_, number, machine, isLeft) => {
      const { attempt } = await open({ handler, providerOptions: outOfMemory })
      const result = await attempt(taskId, { payload, attempt: number, machine })
      expect(isOOMRunError(result.error as never)).toBe(isLeft)
    })
  })
})
