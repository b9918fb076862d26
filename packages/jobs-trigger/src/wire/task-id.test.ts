import { cronEventOf } from '@cgk-platform/jobs-core/provider'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import {
  definitionOfTask,
  eventOfTask,
  eventTaskId,
  isTickTask,
  jobTaskId,
  taskIdProblem,
  tickTaskId,
} from './task-id.ts'

test.each<[event: string, taskId: string]>([
  ['order.created', 'event-order__created'],
  ['email.review_request', 'event-email__review_urequest'],
  ['ordercreated', 'event-ordercreated'],
  ['order-created', 'event-order-created'],
  ['bestellung/größe', 'event-bestellung_x2f_gr_xf6__xdf_e'],
  [cronEventOf('daily-report'), 'cron-daily-report'],
])('encodes the event %s as the task %s', (event, taskId) => {
  expect(eventTaskId(event)).toBe(taskId)
  expect([eventOfTask(taskId), definitionOfTask(taskId)]).toEqual([event, undefined])
})

test('encodes the task of a definition, and the tick task of a cron job', () => {
  expect([jobTaskId('process-order'), tickTaskId('daily-report')]).toEqual(['job-process-order', 'tick-daily-report'])
  expect([definitionOfTask('job-process-order'), eventOfTask('job-process-order')]).toEqual([
    'process-order',
    undefined,
  ])
  expect(['tick-daily-report', 'cron-daily-report', 'job-tick-'].map(isTickTask)).toEqual([true, false, false])
  expect([definitionOfTask('tick-daily-report'), eventOfTask('my-own-task')]).toEqual([undefined, undefined])
})

test('gives each name a unique task and queue, with only letters, digits, `_` and `-`', () => {
  const name = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[a-z._xu0-9-]{1,12}$/))
  fc.assert(
    fc.property(name, name, (one, other) => {
      const ids = [eventTaskId(one), eventTaskId(other)]
      expect(ids[0] === ids[1]).toBe(one === other)
      for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]*$/)
      expect(ids.map(eventOfTask)).toEqual([one, other])
      expect(definitionOfTask(jobTaskId(one))).toBe(one)
    }),
    { numRuns: 2000 },
  )
})

test('rejects an id over the maximum length', () => {
  expect(taskIdProblem('event-'.padEnd(120, 'x'))).toBeUndefined()
  expect(taskIdProblem('event-'.padEnd(121, 'x'))).toContain('a task id of 121 characters')
})
