import type { StepCall } from '@cgk-platform/jobs-core/hosted'
import { describe, expect, test } from 'vitest'

import { sha1 } from './sha1.ts'
import {
  callName,
  jobEndName,
  failureName,
  graceName,
  supersededName,
  jobCheckName,
  parkId,
  parkName,
  continuationName,
  readStepName,
  remainderName,
  compensationName,
  versionName,
} from './step-names.ts'

const read = ({ id, name }: { id: string; name: string }) => readStepName(name, sha1(id))
const wait = (key: string) => ({ kind: 'waitForEvent', key, event: 'order.paid', timeoutMs: 5000 }) as StepCall

describe('the name of a native step', () => {
  test('is the key for work and describes what a wait waits for', () => {
    expect(callName({ kind: 'run', key: 'charge' } as StepCall)).toEqual({ id: 'charge', name: 'charge' })
    expect(callName({ kind: 'sleep', key: 'nap', durationMs: 2500 })).toEqual({
      id: 'nap',
      name: 'nap · sleep 2500 ms',
    })
    const until = Date.parse('2026-03-01T12:00:00Z')
    expect(callName({ kind: 'sleepUntil', key: 'nap', until }).name).toBe('nap · until 2026-03-01T12:00:00.000Z')
    expect(callName(wait('paid'))).toEqual({ id: 'paid', name: 'paid · order.paid within 5000 ms' })
  })

  test('is parsed back to the step', () => {
    expect(read({ id: 'charge', name: 'charge' })).toEqual({ part: 'step', key: 'charge' })
    expect(read(callName(wait('paid')))).toEqual({ part: 'step', key: 'paid', detail: 'order.paid within 5000 ms' })
    expect(read(compensationName('charge#2'))).toEqual({ part: 'compensation', key: 'charge#2' })
    expect(read(jobEndName('child', 0))).toEqual({ part: 'end', key: 'child' })
    const parking = { since: 1000, until: 2000, message: 'A step · of many\nlines.' }
    expect(read(parkName(3, parking))).toEqual({ part: 'parked', ...parking })
  })

  test('is that of no part of a step of the app', () => {
    const own = [1, 2, 3].map(parkId)
    expect(own).not.toContain(continuationName('parked', 2).id)
    expect(read({ id: 'other', name: parkName(1, { since: 1, until: 2, message: '' }).name })).toMatchObject({
      part: 'other',
    })
  })

  test('belongs to the app when the app uses names like those of this library', () => {
    expect(read({ id: 'charge/compensation', name: 'charge/compensation' })).toEqual({
      part: 'step',
      key: 'charge/compensation',
    })
    expect(read({ id: 'a/end', name: 'a/end' })).toEqual({ part: 'step', key: 'a/end' })
    expect(read(callName(wait('a · b')))).toMatchObject({ part: 'step', key: 'a · b' })
  })

  test('belongs to no step of the app when this library stores its own data', () => {
    for (const name of [versionName, failureName, graceName, supersededName, jobCheckName('child', 0)]) {
      expect(read(name)).toEqual({ part: 'other' })
    }
  })

  test('identifies the continuation of a wait and nothing else', () => {
    for (const name of [remainderName('nap'), continuationName('nap', 2)])
      expect(read(name)).toEqual({ part: 'continuation', key: 'nap' })
    expect(read({ id: 'other', name: 'nap/2' })).toEqual({ part: 'other' })
  })

  test('is unique for every native step of a step', () => {
    const names = [
      callName(wait('a')),
      compensationName('a'),
      remainderName('a'),
      continuationName('a', 2),
      jobEndName('a', 0),
      jobEndName('a', 1),
    ]
    const ids = [...names, jobCheckName('a', 0), versionName, failureName].map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
