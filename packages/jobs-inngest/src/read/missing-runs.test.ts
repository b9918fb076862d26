import { describe, expect, test } from 'vitest'

import { recordedRuns } from '../../test/fixtures/recorded.ts'
import type { EngineEvent, EngineRun } from '../api/engine-shapes.ts'
import { hasMissingRuns } from './missing-runs.ts'
import type { RegisteredFunction } from './subscriptions.ts'

const receivedAt = Date.parse('2026-11-25T15:40:00Z')
const event: EngineEvent = {
  internal_id: '01M89NS4WG6G8H65WJD6QKMDS3',
  name: 'order.created',
  received_at: '2026-11-25T15:40:00Z',
}
const registered = (functionId: string, more: Partial<RegisteredFunction> = {}): RegisteredFunction => ({
  appId: 'shop',
  functionId,
  events: ['order.created'],
  maxAttempts: 3,
  ...more,
})
const run = (functionId: string, appId = 'shop'): EngineRun => ({
  ...recordedRuns.completed,
  app: { id: appId },
  function: { id: functionId },
})

describe('runs are missing', () => {
  test('if a function has none, even if other functions have some', () => {
    expect(hasMissingRuns(event, [], [registered('a')])).toBe(true)
    expect(hasMissingRuns(event, [run('a')], [registered('a'), registered('b')])).toBe(true)
    expect(hasMissingRuns(event, [run('a', 'another')], [registered('a')])).toBe(true)
  })

  test('if the functions are unknown and there are no runs', () => {
    expect(hasMissingRuns(event, [], undefined)).toBe(true)
    expect(hasMissingRuns(event, [run('a')], undefined)).toBe(false)
  })
})

describe('runs are not missing', () => {
  test('if each function has one, or the app has none', () => {
    expect(hasMissingRuns(event, [run('b'), run('a')], [registered('a'), registered('b')])).toBe(false)
    expect(hasMissingRuns(event, [], [])).toBe(false)
  })

  test('for a paused function', () => {
    expect(hasMissingRuns(event, [], [registered('a', { isPaused: true })])).toBe(false)
  })

  test('for an app that was first synced after the event', () => {
    expect(hasMissingRuns(event, [], [registered('a', { since: receivedAt + 2000 })])).toBe(true)
    expect(hasMissingRuns(event, [], [registered('a', { since: receivedAt + 2001 })])).toBe(false)
  })
})
