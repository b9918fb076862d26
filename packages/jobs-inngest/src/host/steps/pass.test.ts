import { expect, test } from 'vitest'

import { type Pass, untilOver } from './pass.ts'

test('a pass is over when its request is answered, also for those that ask later', async () => {
  const answered = new AbortController()
  const pass: Pass = { ended: new Map(), wanted: undefined, over: answered.signal }
  const before = untilOver(pass)
  answered.abort()
  await expect(before).resolves.toBeUndefined()
  await expect(untilOver(pass)).resolves.toBeUndefined()
})
