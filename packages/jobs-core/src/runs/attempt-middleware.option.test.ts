import { expect, test } from 'vitest'

import { createClient } from '../client/create-client.ts'
import { defineJob } from '../jobs/define-job.ts'

test.each<[middleware: unknown, problem: string]>([
  [() => undefined, 'is a function, not an array'],
  [{}, 'is an object, not an array'],
  [null, 'is null, not an array'],
  [[async () => 1, 'second'], 'contains a string at index 1'],
])('%o is refused by a client and by a definition', (middleware, problem) => {
  const given = middleware as never
  const message = expect.stringContaining(`\`middleware\` ${problem}. Give an array of functions`)
  expect(() => createClient({ load: () => ({}) as never }, { middleware: given })).toThrow(
    expect.objectContaining({ code: 'invalid_option', message }),
  )
  expect(() =>
    defineJob({ id: 'wrapped', event: 'order.created', middleware: given, handler: () => undefined }),
  ).toThrow(expect.objectContaining({ code: 'invalid_definition', message }))
})

test('a definition keeps a frozen copy', () => {
  const middleware = [async () => 1]
  const definition = defineJob({ id: 'wrapped', event: 'order.created', middleware, handler: () => undefined })
  middleware.pop()
  expect(definition.middleware).toHaveLength(1)
  expect(Object.isFrozen(definition.middleware)).toBe(true)
})
