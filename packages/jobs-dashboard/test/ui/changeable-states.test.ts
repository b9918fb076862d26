import { expect, test } from 'vitest'

interface Module {
  changeableStates(action: 'retry' | 'cancel', states: readonly string[]): object
}

// Not imported by its name, because these tests are compiled without JSX.
const module = new URL('../../ui/src/jobs/changeable-states.ts', import.meta.url).pathname
const { changeableStates } = (await import(module)) as Module

test('without states in the filter, all that can be changed are', () => {
  expect(changeableStates('retry', [])).toEqual({ states: undefined })
  expect(changeableStates('cancel', ['queued', 'running'])).toEqual({ states: ['queued', 'running'] })
})

test('says in words why nothing can be done', () => {
  expect(changeableStates('cancel', ['failed', 'completed'])).toEqual({
    states: [],
    remark: 'Failed and completed jobs have ended and cannot be cancelled: there is nothing to do.',
  })
  expect(changeableStates('retry', ['queued'])).toEqual({
    states: [],
    remark: 'Only failed and unhandled jobs can be retried, not queued ones: there is nothing to do.',
  })
})

test('leaves out the states that cannot be changed', () => {
  expect(changeableStates('cancel', ['queued', 'failed'])).toEqual({
    states: ['queued'],
    remark: 'Failed jobs have ended and cannot be cancelled. They are left as they are.',
  })
  expect(changeableStates('retry', ['failed', 'queued'])).toMatchObject({ states: ['failed'] })
  expect(changeableStates('retry', ['failed', 'unhandled'])).toEqual({ states: ['failed', 'unhandled'] })
  expect(changeableStates('cancel', ['unhandled'])).toMatchObject({ states: [] })
})
