import { readdirSync, readFileSync } from 'node:fs'

import { hashOf } from '@cgk-platform/jobs-core/hosted'
import type { Json, WorkflowRecord } from '@cgk-platform/jobs-core/provider'
import { describe, expect, test } from 'vitest'

import { mapOutcome } from '../../src/host/map-outcome.ts'
import { decodePosition, encodePosition, type ListPosition } from '../../src/inspect/list-position.ts'
import { toRunStatus } from '../../src/read/to-run-status.ts'
import { cancelMark, hasCancelMark } from '../../src/wire/cancel-mark.ts'
import {
  type EventPayload,
  readEventPayload,
  readRunPayload,
  type RunPayload,
  toWireJson,
} from '../../src/wire/payload.ts'
import { type AttemptRecord, type DispatchRecord, readRecord } from '../../src/wire/run-record.ts'
import { readSentRecord, sentMetadata, type SentRecord } from '../../src/wire/sent-record.ts'
import * as tags from '../../src/wire/tags.ts'
import { eventTaskId, jobTaskId, tickTaskId } from '../../src/wire/task-id.ts'
import * as waits from '../../src/wire/wait-keys.ts'
import { readWorkflowRecord } from '../../src/wire/workflow-metadata.ts'
import { toStoredRecord } from '../../src/workflows/stored-record.ts'
import { fakeRun } from '../kit/fake-run.ts'

interface Golden<Stored, Means> {
  readonly stored: Stored
  readonly means: Means
}

type Named<T> = Readonly<Record<string, T>>

/** Metadata of a run: what its records mean, and what its status shows of `runOutput`. */
interface GoldenMetadata {
  readonly stored: Readonly<Record<string, unknown>>
  readonly reads?: {
    readonly record?: AttemptRecord | DispatchRecord
    readonly sent?: SentRecord
    readonly isCancelled?: boolean
    readonly workflow?: WorkflowRecord
  }
  readonly runOutput?: unknown
  readonly status?: { readonly output?: Json }
}

const at = Date.UTC(2026, 2, 1, 12)
const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory())
/** The releases, and `next` for what today's code writes. */
const releases = folders.map(({ name }) => name)

function read<T>(release: string, name: string): [name: string, golden: T][] {
  const text = readFileSync(`${import.meta.dirname}/${release}/${name}.json`, 'utf8')
  return Object.entries(JSON.parse(text) as Named<T>)
}

/** The names by which versions find each other's runs, keys and tokens. */
async function namesOfToday(): Promise<Named<unknown>> {
  const match = { orderId: 'order_1', isPaid: true }
  return {
    'tag of all jobs': tags.jobsTag,
    'tag of a tenant': tags.jobsTagOf('acme, inc.'),
    'tag of a reference': tags.referenceTag('x'.repeat(200)),
    'tag of the runs of a job': tags.jobTagOf('run_1'),
    'tag of a retry': tags.retriedByTag('run_2'),
    'tags of a run': tags.tagsOf({ tenantId: 'acme', event: 'order.created', jobId: 'run_1', definitionId: 'ship' }),
    'tags of a wait': await waits.awaitTagsOf('order.paid', 'acme'),
    'tags of a wait with a match': await waits.awaitTagsOf('order.paid', 'acme', match),
    'tag of all waits': await waits.awaitAllTagOf('order.paid', 'acme'),
    'tag of the waits of a run': waits.waitsTagOf('run_1'),
    'tag of a wake-up': waits.wakeTagOf('run_1'),
    'key of a wait': waits.eventWaitKey({ runId: 'run_1', startedAt: at, until: at + 60_000 }, 'paid/2'),
    'key of a wait with `since`': waits.eventWaitKey(
      { runId: 'run_1', startedAt: at, until: at + 60_000, since: at - 5 },
      'paid/2',
    ),
    'key of a send': await hashOf(['send', '01JQDAE4RQF8MBCR55T5AK4KXS']),
    'key of an idempotency key': await hashOf(['key', 'acme', 'order.created', 'order_1']),
    'task of an event': eventTaskId('order.created'),
    'task of a cron job': eventTaskId('cron/reports/daily'),
    'task of a definition': jobTaskId('ship_order'),
    'task of a tick': tickTaskId('reports/daily'),
  }
}

describe.each(releases)('the records of the release `%s`', (release) => {
  const sent = read<Golden<unknown, EventPayload>>(release, 'event-payloads')
  const typed = read<Golden<unknown, EventPayload>>(release, 'typed-payloads')
  test.each([...sent, ...typed])('have a payload of an event: %s', (_, { stored, means }) => {
    expect(readEventPayload(stored, 'order.created', 'run_1', at)).toEqual(means)
  })

  test.each(read<Golden<unknown, RunPayload>>(release, 'run-payloads'))(
    'have a payload of a run: %s',
    (_, { stored, means }) => expect(readRunPayload(stored)).toEqual(means),
  )

  test.each(read<GoldenMetadata>(release, 'metadata'))('have the metadata of %s', (_, golden) => {
    const { stored, runOutput, status = {} } = golden
    const { reads = { record: stored['job'] } } = golden
    const isCancelled = hasCancelMark(stored)
    const [record, sentRecord, workflow] = [readRecord(stored), readSentRecord(stored), readWorkflowRecord(stored)]
    expect({ record, sent: sentRecord, workflow, isCancelled }).toEqual({ isCancelled: false, ...reads })
    const run = fakeRun({ status: 'COMPLETED', metadata: stored, output: runOutput })
    const context = { definitionId: 'ship', maxAttempts: 3, retryOf: undefined, isCancelRequested: false }
    expect({ output: toRunStatus(run, context).output }).toEqual({ output: undefined, ...status })
  })

  // With other names, two versions would send a job twice, or miss each other's runs and waits.
  test('have the names of today', async () => {
    expect(await namesOfToday()).toMatchObject(Object.fromEntries(read(release, 'names')))
  })

  type Event = ReturnType<typeof waits.decodeTokenEvent>
  test.each(read<Golden<string, Event>>(release, 'tokens'))('have a token with %s', (_, { stored, means }) => {
    expect(waits.decodeTokenEvent(stored)).toEqual(means)
  })

  test.each(read<Golden<string, ListPosition>>(release, 'cursors'))('have a cursor: %s', (_, { stored, means }) => {
    expect(decodePosition(stored)).toEqual(means)
  })
})

// If one of these fails, the format has changed: released versions must read what this one writes, so the change must be
// one that they can ignore, or needs another version or name. Then renew `next`, and only `next`.
describe('today writes', () => {
  const payloads = [
    ...read<Golden<unknown, EventPayload>>('next', 'event-payloads'),
    ...read<Golden<unknown, RunPayload>>('next', 'run-payloads'),
  ]
  test.each(payloads)('the payload %s', (_, { stored, means }) => expect(toWireJson(means)).toEqual(stored))

  test('the names', async () => expect(await namesOfToday()).toEqual(Object.fromEntries(read('next', 'names'))))

  test('the metadata', () => {
    const { ...all } = Object.fromEntries(read<GoldenMetadata>('next', 'metadata'))
    const begun = all['a first attempt']!.stored['job'] as AttemptRecord
    const attempt = { definition: {} as never, payload: {} as never }
    const error = { name: 'Error', message: 'declined', code: 'card_declined' }
    const recordOf = (outcome: Parameters<typeof mapOutcome>[0], from = begun) =>
      mapOutcome(outcome, from, attempt, at + 5).record
    const workflow = all['a workflow']!.reads!.workflow!
    const written = {
      'an attempt that waits for the next': { job: recordOf({ type: 'retry', afterMs: 1000, error }) },
      'a failed run': { job: recordOf({ type: 'failed', error }, { ...begun, attempt: 3 }) },
      'a run without an output': { job: recordOf({ type: 'completed' }) },
      'a run whose output is an empty text': { job: recordOf({ type: 'completed', output: '' }) },
      'a run whose output is JSON as text': {
        job: recordOf({ type: 'completed', output: { constructor: 1 } as unknown as Json }),
      },
      'a send': sentMetadata({
        ...{ tenantId: 'acme', sentAt: at, references: ['order_1'] },
        payload: { tenantId: 'acme', orderId: 'order_1', paid: true, note: null, items: [] },
      }),
      'a send without references': sentMetadata({ tenantId: 'acme', sentAt: at, payload: { tenantId: 'acme' } }),
      'a requested cancel': cancelMark,
      'a workflow': { workflow: toStoredRecord(workflow, new Map()).value },
    }
    const stored = Object.fromEntries(Object.keys(written).map((name) => [name, all[name]!.stored]))
    expect(written).toEqual(stored)
  })

  type Event = Parameters<typeof waits.encodeTokenEvent>[0]
  test.each(read<Golden<string, Event>>('next', 'tokens'))('the token with %s', (_, { stored, means }) => {
    expect(waits.encodeTokenEvent(means)).toBe(stored)
  })

  test.each(read<Golden<string, ListPosition>>('next', 'cursors'))('the cursor: %s', (_, { stored, means }) => {
    expect(encodePosition(means)).toBe(stored)
  })
})
