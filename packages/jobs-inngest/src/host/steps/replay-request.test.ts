import { expect, test } from 'vitest'

import { type ReplayRequest, untilAnswered } from './replay-request.ts'

test('resolves when the request is answered, also for later calls', async () => {
  const answered = new AbortController()
  const pass: ReplayRequest = {
    ended: new Map(),
    held: 0,
    targetStep: undefined,
    answered: answered.signal,
    sdk: {} as never,
  }
  const before = untilAnswered(pass)
  answered.abort()
  await expect(before).resolves.toBeUndefined()
  await expect(untilAnswered(pass)).resolves.toBeUndefined()
})
