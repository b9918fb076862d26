import { describe, expect, test } from 'vitest'

import { sha1 } from '../../wire/sha1.ts'
import {
  continuationName,
  jobCheckName,
  jobEndName,
  parkId,
  remainderName,
  versionName,
} from '../../wire/step-names.ts'
import type { EndedStep, StepRecord } from '../../wire/step-record.ts'
import { stepsAhead } from './steps-ahead.ts'

const work = (kind: StepRecord['kind'] = 'run', startedAt = 1): EndedStep => ({
  type: 'data',
  data: { v: 1, kind, attempts: 1, startedAt, endedAt: startedAt } satisfies StepRecord,
})
const wait: EndedStep = { type: 'data', data: null }

/** Returns what is ahead of these calls, in a run with these ended steps, in the order of their ends. */
const ahead = (steps: Record<string, EndedStep>, called: string[], target?: string) =>
  stepsAhead({
    ended: new Map(Object.entries(steps).map(([id, step]) => [sha1(id), step])),
    targetStep: target === undefined ? undefined : sha1(target),
    called,
  })

describe('steps ahead of the code', () => {
  test('are those that ended after the called ones', () => {
    const steps = { one: work(), two: work(), nap: wait, three: work() }
    expect(ahead(steps, ['one'])).toMatchObject({ isPassed: true, work: 2 })
    expect(ahead(steps, ['three'])).toMatchObject({ isPassed: false, work: 0 })
    expect(ahead(steps, ['one', 'two', 'three'])).toMatchObject({ isPassed: false, work: 0 })
  })

  test('are those that started after the called ones, which can end later', () => {
    expect(ahead({ a: work('run', 5), b: work('run', 6), slow: work('run', 1) }, ['slow'])).toMatchObject({ work: 2 })
  })

  test('are not the parts of a called step, nor the steps of this library', () => {
    const internal = {
      [remainderName('nap').id]: work('rest'),
      [continuationName('nap', 2).id]: wait,
      [continuationName('nap', 3).id]: wait,
      [jobEndName('child', 0).id]: wait,
      [jobCheckName('child', 0).id]: work('check'),
      [jobEndName('child', 1).id]: wait,
      [versionName.id]: work('version'),
      [parkId(1)]: wait,
      [parkId(2)]: wait,
    }
    expect(ahead({ nap: wait, child: work('runJob'), ...internal }, ['nap', 'child'])).toMatchObject({
      isPassed: false,
      work: 0,
    })
  })

  test('include the step that Inngest asks for, until the code calls it', () => {
    expect(ahead({ one: work() }, ['one'], 'two')).toMatchObject({ isPassed: true, work: 0, isTargetAhead: true })
    expect(ahead({ one: work() }, ['one', 'two'], 'two')).toMatchObject({ isPassed: false, work: 0 })
  })
})
