import { readdirSync, readFileSync } from 'node:fs'

import { describe, expect, test } from 'vitest'

import {
  decodeEnvelope,
  encodeEnvelope,
  type Envelope,
  notUnderstood,
  toExternalEnvelope,
} from '../../src/events/envelope.ts'
import { type ChangePosition, readChangePosition, toChangeCursor } from '../../src/inspection/change-position.ts'
import type { StepCall } from '../../src/steps/step-call.ts'
import { toStepRecord } from '../../src/steps/to-step-record.ts'
import { toStepStatus } from '../../src/steps/to-step-status.ts'
import {
  createWorkflowRecord,
  retryWorkflowRecord,
  type StepRecord,
  type WorkflowRecord,
} from '../../src/steps/workflow-record.ts'

interface Golden<Stored, Means> {
  readonly stored: Stored
  readonly means: Means
}

/** The time in all golden records. */
const now = Date.UTC(2026, 2, 1, 12)

const isFolder = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory())
/** The releases, and `next` for what today's code writes. */
const releases = isFolder.map(({ name }) => name)

function read<T>(release: string, name: string): [name: string, record: T][] {
  return Object.entries(readAll<T>(release, name))
}

function readAll<T>(release: string, name: string): { readonly [name: string]: T } {
  return JSON.parse(readFileSync(`${import.meta.dirname}/${release}/${name}.json`, 'utf8')) as { [name: string]: T }
}

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe.each(releases)('the records of the release `%s`', (release) => {
  test.each(read<Golden<Envelope, Envelope>>(release, 'envelopes'))('have an envelope %s', (_, { stored, means }) => {
    expect(decodeEnvelope(stored)).toEqual(means)
    expect(decodeEnvelope(JSON.stringify(stored))).toEqual(means)
    expect(notUnderstood(means)).toEqual([])
  })

  const external = read<Golden<Parameters<typeof toExternalEnvelope>[0], Envelope>>(release, 'external-events')
  test.each(external)('have an external event %s', (_, { stored, means }) => {
    expect(toExternalEnvelope(stored)).toEqual(means)
  })

  const { records } = readAll<{ [name: string]: Golden<StepRecord, object> }>(release, 'steps')
  test.each(Object.entries(records!))('have a step %s', (_, { stored, means }) => {
    expect(asJson(toStepStatus(stored))).toEqual(means)
  })

  test.each(read<{ readonly stored: WorkflowRecord; readonly retry?: WorkflowRecord }>(release, 'workflows'))(
    'have the record %s',
    (_, { stored, retry }) => {
      if (retry) expect(retryWorkflowRecord(stored, 'run_2')).toEqual(retry)
    },
  )

  test.each(read<Golden<string, ChangePosition>>(release, 'cursors'))('have a cursor of %s', (_, { stored, means }) => {
    expect(readChangePosition(stored)).toEqual(means)
  })
})

// If one of these fails, the format has changed: released versions must read what this one writes, so the change must be
// one that they can ignore, or needs a name in `requires`. Then renew `next`, and only `next`.
describe('today writes', () => {
  test.each(read<Golden<Envelope, Envelope>>('next', 'envelopes'))('the envelope %s', (_, { stored, means }) => {
    expect(JSON.parse(encodeEnvelope(means))).toEqual(stored)
  })

  const { calls } = readAll<{ [name: string]: { readonly call: StepCall; readonly stored: StepRecord } }>(
    'next',
    'steps',
  )
  test.each(Object.entries(calls!))('the first record of `step.%s`', (_, { call, stored }) => {
    expect(asJson(toStepRecord(call, now))).toEqual(stored)
  })

  type NewRun = { readonly run?: { readonly id: string; readonly version?: string }; readonly stored: WorkflowRecord }
  test.each(read<NewRun>('next', 'workflows'))('the record %s', (_, { run, stored }) => {
    if (run) expect(asJson(createWorkflowRecord(run.id, run.version))).toEqual(stored)
  })

  test.each(read<Golden<string, ChangePosition>>('next', 'cursors'))('the cursor of %s', (_, { stored, means }) => {
    expect(toChangeCursor(means)).toBe(stored)
  })
})
