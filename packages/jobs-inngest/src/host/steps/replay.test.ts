import { expect, test } from 'vitest'

import { type Replay, untilAnswered } from './replay.ts'

test('a pass is over when its request is answered, also for those that ask later', async () => {
  const answered = new AbortController()
  const pass: Replay = { ended: new Map(), targetStep: undefined, over: answered.signal }
  const before = untilAnswered(pass)
  answered.abort()
  await expect(before).resolves.toBeUndefined()
  await expect(untilAnswered(pass)).resolves.toBeUndefined()
})
