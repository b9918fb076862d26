import type { StepCall } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { sha1 } from './sha1.ts'
import {
  callName,
  endName,
  failureName,
  graceName,
  leftName,
  lookName,
  partName,
  readStepName,
  restName,
  compensationName,
  versionName,
} from './step-names.ts'

const read = ({ id, name }: { id: string; name: string }) => readStepName(name, sha1(id))
const wait = (key: string) => ({ kind: 'waitForEvent', key, event: 'order.paid', timeoutMs: 5000 }) as StepCall

describe('the name of a native step', () => {
  test('is the key for work, and says what a wait is for', () => {
    expect(callName({ kind: 'run', key: 'charge' } as StepCall)).toEqual({ id: 'charge', name: 'charge' })
    expect(callName({ kind: 'sleep', key: 'nap', durationMs: 2500 })).toEqual({
      id: 'nap',
      name: 'nap · sleep 2500 ms',
    })
    const until = Date.parse('2026-03-01T12:00:00Z')
    expect(callName({ kind: 'sleepUntil', key: 'nap', until }).name).toBe('nap · until 2026-03-01T12:00:00.000Z')
    expect(callName(wait('paid'))).toEqual({ id: 'paid', name: 'paid · order.paid within 5000 ms' })
  })

  test('tells the step again', () => {
    expect(read({ id: 'charge', name: 'charge' })).toEqual({ part: 'step', key: 'charge' })
    expect(read(callName(wait('paid')))).toEqual({ part: 'step', key: 'paid', says: 'order.paid within 5000 ms' })
    expect(read(compensationName('charge#2'))).toEqual({ part: 'compensation', key: 'charge#2' })
    expect(read(endName('child', 0))).toEqual({ part: 'end', key: 'child' })
  })

  test('of a user who names steps as ours are named is taken for what it is', () => {
    expect(read({ id: 'charge/compensation', name: 'charge/compensation' })).toEqual({
      part: 'step',
      key: 'charge/compensation',
    })
    expect(read({ id: 'a/end', name: 'a/end' })).toEqual({ part: 'step', key: 'a/end' })
    expect(read(callName(wait('a · b')))).toMatchObject({ part: 'step', key: 'a · b' })
  })

  test('is nobody’s step where it keeps something of ours', () => {
    for (const name of [versionName, failureName, graceName, leftName, lookName('child', 0)]) {
      expect(read(name)).toEqual({ part: 'other' })
    }
  })

  test('tells of a wait what it goes on with, and takes no other for it', () => {
    for (const name of [restName('nap'), partName('nap', 2)]) expect(read(name)).toEqual({ part: 'later', key: 'nap' })
    expect(read({ id: 'other', name: 'nap/2' })).toEqual({ part: 'other' })
  })

  test('is another for everything that a step needs', () => {
    const names = [
      callName(wait('a')),
      compensationName('a'),
      restName('a'),
      partName('a', 2),
      endName('a', 0),
      endName('a', 1),
    ]
    const ids = [...names, lookName('a', 0), versionName, failureName].map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})
