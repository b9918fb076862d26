import { expect, test } from 'vitest'

import { createMemoryLogger } from '../../test/kit/memory-logger.ts'
import { completedStep } from '../../test/kit/workflow-kit.ts'
import { bindLogger } from '../logging/logger.ts'
import { CallOrder } from './call-order.ts'

/** Returns the warnings about code that calls these steps, after the recorded ones. */
function warnings(recorded: readonly string[], called: readonly string[]): unknown[] {
  const { logger, lines } = createMemoryLogger()
  const order = new CallOrder(
    recorded.map((key, place) => completedStep(key, place + 1)),
    bindLogger(logger, {}),
  )
  for (const key of called) order.called(key)
  return lines.map(({ level, message, fields }) => [level, /`.*` instead of `.*?`/.exec(message)?.[0], fields])
}

test('warns once about steps in another order, with both names', () => {
  expect(warnings(['a', 'b', 'c', 'd'], ['b', 'a', 'd', 'c'])).toEqual([
    ['warn', '`b` instead of `a`', { step: 'b', before: 'a' }],
  ])
})

test('warns about a step that is no longer called, with the one called instead', () => {
  expect(warnings(['a', 'gone', 'c'], ['a', 'c'])).toEqual([
    ['warn', '`c` instead of `gone`', { step: 'c', before: 'gone' }],
  ])
})

test.each<[words: string, recorded: string[], called: string[]]>([
  ['the same order', ['a', 'b', 'c'], ['a', 'b', 'c']],
  ['a replay that ends earlier', ['a', 'b', 'c'], ['a']],
  ['new steps at the end', ['a'], ['a', 'b', 'c']],
  ['new steps in between, or steps whose records were lost', ['b', 'd'], ['a', 'b', 'c', 'd', 'e']],
  ['a first replay', [], ['a', 'b']],
  ['a removed step at the end', ['a', 'gone'], ['a', 'new']],
])('does not warn about %s', (_words, recorded, called) => expect(warnings(recorded, called)).toEqual([]))
