import { readdirSync, readFileSync } from 'node:fs'

import type { StepCall, StepKind } from '@cgk-platform/jobs-core/hosted'
import type { Envelope } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { mapOutcome } from '../../src/host/map-outcome.ts'
import { type ListPosition, readListCursor, toListCursor } from '../../src/inspect/list-cursor.ts'
import {
  type CompletedRecord,
  type FailedRecord,
  readCompletedRecord,
  readFailedRecord,
} from '../../src/wire/attempt-record.ts'
import {
  compensationMarkerId,
  readCompensationMarker,
  toCompensationMarker,
} from '../../src/wire/compensation-marker.ts'
import { hashedSeed, idAt } from '../../src/wire/event-id.ts'
import type { IncomingEvent } from '../../src/wire/inngest-event.ts'
import { toRetryClaim } from '../../src/wire/retry-claim.ts'
import * as names from '../../src/wire/step-names.ts'
import { sha1 } from '../../src/wire/sha1.ts'
import { matchesKind, notUnderstoodIn, readStepRecord, type StepRecord } from '../../src/wire/step-record.ts'
import { toEnvelope } from '../../src/wire/to-envelope.ts'
import { toInngestEvent } from '../../src/wire/to-inngest-event.ts'

interface Golden<Stored, Means> {
  readonly stored: Stored
  readonly means: Means
}

type Named<T> = Readonly<Record<string, T>>

interface GoldenName {
  readonly call?: StepCall
  readonly stored: { readonly id: string; readonly name: string; readonly hash: string }
  readonly means: unknown
}

const id = '01JQDAE4RQF8MBCR55T5AK4KXS'
const run = '01M89NS53P41QNS08H5VWD7NCR'
const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory())
/** The releases, and `next` for what today's code writes. */
const releases = folders.map(({ name }) => name)

interface Goldens {
  readonly events: Named<Golden<IncomingEvent, Envelope>>
  readonly 'received-events': Named<Golden<IncomingEvent, Envelope>>
  readonly attempts: {
    readonly completed: Named<Golden<unknown, CompletedRecord>>
    readonly failed: Named<Golden<{ readonly name: string }, FailedRecord>>
  }
  readonly steps: Named<{ readonly stored: StepRecord; readonly belongsTo?: StepKind }>
  readonly 'step-names': { readonly calls: Named<GoldenName>; readonly own: Named<GoldenName> }
  readonly 'event-ids': Named<{ readonly parts: readonly string[]; readonly timeMs: number; readonly means: string }>
  readonly cursors: Named<Golden<string, ListPosition> & { readonly kind: 'events' | 'runs' }>
  readonly 'own-events': {
    readonly 'compensation marker': Golden<IncomingEvent, string> & { readonly id: string }
    readonly 'retry claim': { readonly stored: IncomingEvent }
  }
}

function read<Name extends keyof Goldens>(release: string, name: Name): Goldens[Name] {
  const text = readFileSync(`${import.meta.dirname}/${release}/${name}.json`, 'utf8')
  return JSON.parse(text) as Goldens[Name]
}

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const kinds: readonly StepKind[] = ['run', 'sleep', 'sleepUntil', 'waitForEvent', 'sendEvent', 'runJob']

describe.each(releases)('the records of the release `%s`', (release) => {
  const events = { ...read(release, 'events'), ...read(release, 'received-events') }
  test.each(Object.entries(events))('have an event %s', (_, { stored, means }) => {
    expect(toEnvelope({ ts: 1, ...stored }, id)).toEqual(means)
  })

  const { completed, failed } = read(release, 'attempts')
  test.each(Object.entries(completed))('have a completed attempt %s', (_, { stored, means }) => {
    expect(readCompletedRecord(stored)).toEqual(means)
  })
  test.each(Object.entries(failed))('have a failed attempt %s', (_, { stored, means }) => {
    expect(readFailedRecord(stored)).toEqual(means)
  })

  test.each(Object.entries(read(release, 'steps')))('have a step %s', (_, { stored, belongsTo }) => {
    const ended = { type: 'data', data: stored } as const
    expect(readStepRecord(stored)).toEqual(stored)
    expect(kinds.filter((kind) => matchesKind(ended, kind))).toEqual(belongsTo ? [belongsTo] : [])
    expect(notUnderstoodIn(new Map([['hash', ended]]))).toEqual([])
  })

  const { calls, own } = read(release, 'step-names')
  test.each(Object.entries({ ...calls, ...own }))('have the name of a step: %s', (_, { stored, means }) => {
    expect(sha1(stored.id)).toBe(stored.hash)
    expect(names.readStepName(stored.name, stored.hash)).toEqual(means)
  })

  test('have a compensation marker', () => {
    const { stored, id: markerId, means } = read(release, 'own-events')['compensation marker']
    expect([compensationMarkerId(run), readCompensationMarker(stored)]).toEqual([markerId, means])
  })

  // Two versions that derive other ids would send a job twice.
  test.each(Object.entries(read(release, 'event-ids')))('have the id of %s', async (_, one) => {
    expect(idAt(await hashedSeed(one.parts, one.timeMs), 0)).toBe(one.means)
  })

  test.each(Object.entries(read(release, 'cursors')))('have a cursor of %s', (_, { stored, kind, means }) => {
    expect(readListCursor(stored, kind)).toEqual(means)
  })
})

// If one of these fails, the format has changed: released versions must read what this one writes, so the change must be
// one that they can ignore, or needs another version or name. Then renew `next`, and only `next`.
describe('today writes', () => {
  test.each(Object.entries(read('next', 'events')))('the event %s', (_, { stored, means }) => {
    expect(toInngestEvent(means)).toEqual(stored)
  })

  const { failed } = read('next', 'attempts')
  test.each(Object.entries(failed))('the failed attempt %s', (_, { stored, means }) => {
    const { error, nextAttemptAt, ...facts } = means
    const due = { at: nextAttemptAt ?? 0, atEngine: nextAttemptAt ?? 0 }
    const write = () =>
      mapOutcome(nextAttemptAt === undefined ? { type: 'failed', error } : { type: 'retry', afterMs: 0, error }, {
        ...{ ...facts, due },
      })
    expect(write).toThrow(expect.objectContaining(stored))
  })

  const { completed } = read('next', 'attempts')
  test.each(Object.entries(completed))('the completed attempt %s', (_, { stored, means }) => {
    const { output, maxAttempts = 1, ...facts } = means
    const workflow = means.maxAttempts !== undefined && { workflow: { base: 0, engineAttempt: 0, origin: run } }
    const given = { ...facts, maxAttempts, due: { at: 0, atEngine: 0 }, ...workflow }
    const outcome = { type: 'completed', ...(output !== undefined && { output }) } as const
    expect(asJson(mapOutcome(outcome, given))).toEqual(stored)
  })

  const { calls, own } = read('next', 'step-names')
  test.each(Object.entries(calls))('the name of `step.%s`', (_, { call, stored: { hash: _hash, ...stored } }) => {
    expect(names.callName(call!)).toEqual(stored)
  })
  test('the names of its own steps', () => {
    const written = {
      version: names.versionName,
      failure: names.failureName,
      'grace period': names.graceName,
      superseded: names.supersededName,
      'first wait for a newer version': names.heldName(0),
      compensation: names.compensationName('pay'),
      rest: names.remainderName('nap'),
      'second part of a wait': names.continuationName('nap', 2),
      'second look of a wait': names.pastLookName('paid', 2),
      'first wait for the end of a job': names.jobEndName('resize', 0),
      'first check of a job': names.jobCheckName('resize', 0),
    }
    const stored = Object.entries(own).map(
      ([
        name,
        {
          stored: { hash: _hash, ...one },
        },
      ]) => [name, one],
    )
    expect(written).toEqual(Object.fromEntries(stored))
  })

  test('its own events', () => {
    const { 'compensation marker': marker, 'retry claim': claim } = read('next', 'own-events')
    expect(toCompensationMarker(run, marker.means).event).toEqual(marker.stored)
    expect(toRetryClaim('my-app', run)).toEqual(claim.stored)
  })

  test.each(Object.entries(read('next', 'cursors')))('the cursor of %s', (_, { stored, means }) => {
    expect(toListCursor(means)).toBe(stored)
  })
})
