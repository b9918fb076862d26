import { expect, test } from 'vitest'

import { createDeferred } from '../../test/kit/deferred.ts'
import { createSharedReads } from './shared-reads.ts'

test('calls during a read share the next one, which begins after it', async () => {
  const share = createSharedReads()
  const reads: ReturnType<typeof createDeferred<string>>[] = []
  const read = async (): Promise<string> => {
    const answer = createDeferred<string>()
    reads.push(answer)
    return answer.promise
  }
  const first = share('job', read)
  const others = Promise.all([share('job', read), share('job', read), share('job', read)])
  const another = share('other', read)
  expect(reads).toHaveLength(2)
  reads[0]!.resolve('before')
  expect(await first).toBe('before')
  await expect.poll(() => reads.length).toBe(3)
  reads[1]!.resolve('other')
  reads[2]!.resolve('after')
  expect([await others, await another]).toEqual([['after', 'after', 'after'], 'other'])
})

test('a call at the end of a read joins the next one, if there is one', async () => {
  const share = createSharedReads()
  const answers = [createDeferred<string>(), createDeferred<string>(), createDeferred<string>()]
  let begun = 0
  const read = (): Promise<string> => answers[begun++]!.promise
  const first = share('job', read)
  const second = share('job', read)
  const third = first.then(() => share('job', read))
  answers[0]!.resolve('first')
  await expect.poll(() => begun).toBeGreaterThan(1)
  answers[1]!.resolve('second')
  answers[2]!.resolve('third')
  expect(await Promise.all([first, second, third])).toEqual(['first', 'second', 'second'])
  expect(begun).toBe(2)
})

test('a failed read fails only the calls that share it', async () => {
  const share = createSharedReads()
  const first = share('job', () => Promise.reject(new Error('no')))
  const second = share('job', async () => 'yes')
  await expect(first).rejects.toThrow('no')
  await expect(second).resolves.toBe('yes')
})
