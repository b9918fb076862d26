import { expect, test } from 'vitest'

import { createMemoryLogger } from '../../test/kit/memory-logger.ts'
import { completedStep } from '../../test/kit/workflow-kit.ts'
import { bindLogger } from '../logging/logger.ts'
import { CallOrder } from './call-order.ts'

/** What is said of code that calls these steps, where those were recorded. */
function warnings(recorded: readonly string[], called: readonly string[]): unknown[] {
  const { logger, lines } = createMemoryLogger()
  const order = new CallOrder(
    recorded.map((key, place) => completedStep(key, place + 1)),
    bindLogger(logger, {}),
  )
  for (const key of called) order.called(key)
  return lines.map(({ level, message, fields }) => [level, /`.*` was/.exec(message)?.[0], fields])
}

test('steps that are called in another order are told of once, by both names', () => {
  expect(warnings(['a', 'b', 'c', 'd'], ['b', 'a', 'd', 'c'])).toEqual([
    ['warn', '`b` where `a` was', { step: 'b', before: 'a' }],
  ])
})

test('a step that is called no more is told of, by the one that is called in its place', () => {
  expect(warnings(['a', 'gone', 'c'], ['a', 'c'])).toEqual([
    ['warn', '`c` where `gone` was', { step: 'c', before: 'gone' }],
  ])
})

test.each<[words: string, recorded: string[], called: string[]]>([
  ['the same order', ['a', 'b', 'c'], ['a', 'b', 'c']],
  ['a pass that ends sooner', ['a', 'b', 'c'], ['a']],
  ['steps that are new at the end', ['a'], ['a', 'b', 'c']],
  ['steps that are new in between, or whose records were lost', ['b', 'd'], ['a', 'b', 'c', 'd', 'e']],
  ['a first pass', [], ['a', 'b']],
  ['a step that is gone from the end', ['a', 'gone'], ['a', 'new']],
])('nothing is said of %s', (_words, recorded, called) => expect(warnings(recorded, called)).toEqual([]))
