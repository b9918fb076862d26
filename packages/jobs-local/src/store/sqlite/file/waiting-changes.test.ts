import { expect, test } from 'vitest'

import { createStoredRun } from '../../../../test/kit/stored-run.ts'
import { type Change, maxSmallChanges, WaitingChanges } from './waiting-changes.ts'

const none = (): void => undefined
const base = { work: none, done: none, failed: none, rejected: none, resolve: none, since: 0, last: false }

test('a large change waits for an earlier change of its run, also if many others are before that', () => {
  const waiting = new WaitingChanges()
  const run = createStoredRun('work', 'acme')
  const [small, large]: Change[] = [false, true].map((isLarge) => ({ ...base, run, isLarge }))
  for (let count = 0; count < maxSmallChanges; count++) waiting.add({ ...base, run: undefined, isLarge: false })
  waiting.add(small!)
  waiting.add(large!)
  const taken: Change[] = []
  while (waiting.size > 0) taken.push(...waiting.take())
  expect(taken.filter((change) => change.run === run)).toEqual([small, large])
})
