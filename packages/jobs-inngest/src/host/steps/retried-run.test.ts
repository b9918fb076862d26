import { describe, expect, test } from 'vitest'

import { recordedTraces } from '../../../test/fixtures/recorded-traces.ts'
import { openApi } from '../../../test/kit/open-api.ts'
import { sha1 } from '../../wire/sha1.ts'
import { failureName, compensationName } from '../../wire/step-names.ts'
import { toCompensationMarker, compensationMarkerId } from '../../wire/compensation-marker.ts'
import { createRetriedRuns } from './retried-run.ts'

const { run, children } = recordedTraces.failed
const jobId = run.trigger!.eventIds![0]!
/** A run one minute after the failed one. */
const runId = `01M8ADCD${run.id.slice(8)}`
const receivedAt = Date.parse(run.queuedAt)

/** Opens an engine with a failed run that has this trace, and a run that retries it. */
function open(trace: unknown[] = children as unknown[], failed: object = run) {
  const retried = { ...run, id: runId, status: 'RUNNING', output: undefined }
  const opened = openApi(({ url }) =>
    url.pathname.endsWith('/trace')
      ? { body: { data: { rootSpan: { children: trace, status: 'FAILED' } } } }
      : { body: { data: [retried, failed] } },
  )
  return { ...opened, runs: createRetriedRuns(opened.api, opened.clock) }
}
const withoutCompensation = children.filter(({ name = '' }) => !name.endsWith('/compensation'))

describe('the run that a run retries', () => {
  test('is undefined, synchronously, if Inngest started the run for its event', () => {
    const { runs, requests } = open()
    expect(runs.of({ jobId, runId: run.id, receivedAt })).toBeUndefined()
    expect(requests).toEqual([])
  })

  test('has the outputs of its completed steps, and is requested once', async () => {
    const { runs, requests } = open(withoutCompensation)
    const retried = await runs.of({ jobId, runId, receivedAt })
    expect(retried!.ended.get(sha1('charge'))).toMatchObject({ data: { kind: 'run', output: { id: 'c-1' } } })
    expect(retried!.ended.get(sha1('nap'))).toEqual({ type: 'data', data: null })
    expect(retried!.ended.has(sha1('broken'))).toBe(false) // the code failed the run, not a step
    expect(retried!.origin).toBe(run.id)
    await runs.of({ jobId, runId, receivedAt })
    expect(requests).toHaveLength(2)
  })

  test('is not reused if a step was compensated, except for steps whose compensation failed', async () => {
    const retried = await open().runs.of({ jobId, runId, receivedAt })
    expect([...retried!.ended.keys()]).toEqual([sha1('pack')]) // its compensation failed
    expect('keyOrigin' in retried!).toBe(false)
    const all = children.filter(({ name = '' }) => !name.startsWith('pack'))
    await expect(open(all as unknown[]).runs.of({ jobId, runId, receivedAt })).resolves.toBeUndefined()
  })

  test('is undefined if the run before did not fail, or belongs to another function', async () => {
    const others = [
      { ...run, status: 'COMPLETED' },
      { ...run, function: { id: 'other' } },
      { ...run, app: { id: 'other' } },
    ]
    for (const other of others) {
      await expect(open(withoutCompensation, other).runs.of({ jobId, runId, receivedAt })).resolves.toBeUndefined()
    }
  })

  test('is read if the time of the event is unknown', async () => {
    const { runs } = open(withoutCompensation)
    await expect(runs.of({ jobId, runId, receivedAt: undefined })).resolves.toMatchObject({ origin: run.id })
  })

  test('is awaited until the new run and the complete trace are visible', async () => {
    let requests = 0
    const newRun = { ...run, id: runId, status: 'RUNNING', output: undefined }
    const { api, clock } = openApi(({ url }) => {
      requests++
      if (!url.pathname.endsWith('/trace')) return { body: { data: requests === 1 ? [run] : [newRun, run] } }
      const status = requests < 4 ? 'RUNNING' : 'FAILED'
      return { body: { data: { rootSpan: { status, children: requests < 4 ? [] : withoutCompensation } } } }
    })
    const retried = await clock.finish(createRetriedRuns(api, clock).of({ jobId, runId, receivedAt })!)
    expect(retried!.ended.has(sha1('charge'))).toBe(true)
    expect(requests).toBe(4)
  })

  test('is requested again after a failure, and never skipped', async () => {
    const { api, clock } = openApi(() => ({ body: { data: [run] } }))
    const runs = createRetriedRuns(api, clock)
    await expect(clock.finish(runs.of({ jobId, runId, receivedAt })!)).rejects.toThrow(/does not return the/)
    await expect(clock.finish(runs.of({ jobId, runId, receivedAt })!)).rejects.toThrow(/does not return the/)
  })
})

describe('a run that Inngest failed', () => {
  const compensatedBy = `01M8ADCE${run.id.slice(8)}`
  const newRun = { ...run, id: runId, status: 'RUNNING', output: undefined }
  const givenUp = { ...run, output: { error: { message: 'Unable to reach SDK URL' } } }
  const step = (name: string, id: string, output: object) => {
    return { name, stepId: sha1(id), stepOp: 'RUN', status: 'COMPLETED', startedAt: run.queuedAt, output }
  }
  const record = { v: 1, attempts: 1, startedAt: 1, endedAt: 1 }
  const failure = { error: { name: 'E', message: 'e' }, compensation: ['pack', 'charge'] }
  const kept = step('failed', failureName.id, { ...record, kind: 'failure', failure })
  const compensated = step('pack/compensation', compensationName('pack').id, { ...record, kind: 'compensation' })

  /** Opens an engine on which another run compensates the failed one, with this progress. */
  function openCompensated(status: string, compensations: readonly object[]) {
    const { api, clock } = openApi(({ url: { pathname } }) => {
      if (pathname === `/v1/events/${compensationMarkerId(run.id)}`) {
        return { body: { data: { internal_id: 'x', ...toCompensationMarker(run.id, compensatedBy).event } } }
      }
      if (pathname === `/v2/runs/${compensatedBy}/trace`)
        return { body: { data: { rootSpan: { status, children: compensations } } } }
      if (pathname.endsWith('/trace')) {
        return { body: { data: { rootSpan: { status: 'FAILED', children: withoutCompensation } } } }
      }
      return { body: { data: [newRun, givenUp] } }
    })
    return createRetriedRuns(api, clock)
  }

  test('is reused if nothing was compensated', async () => {
    const retried = await openCompensated('COMPLETED', []).of({ jobId, runId, receivedAt })
    expect(retried!.ended.has(sha1('charge'))).toBe(true)
    expect(retried!.keyOrigin).toBe(run.id)
  })

  test('starts over if it was compensated, except for steps whose compensation failed or never started', async () => {
    const retried = await openCompensated('FAILED', [kept, compensated]).of({ jobId, runId, receivedAt })
    expect([...retried!.ended.keys()]).toEqual([sha1('charge')])
    expect('keyOrigin' in retried!).toBe(false)
  })

  test('is awaited while it is being compensated', async () => {
    const found = openCompensated('RUNNING', [kept, compensated]).of({ jobId, runId, receivedAt })
    await expect(found).rejects.toThrow(/is being compensated/)
  })
})

describe('a run that continues a restarted one', () => {
  const payload = { tenantId: 'acme', month: 2 }
  const restarted = (into: string) => ({
    ...{ ...run, status: 'COMPLETED' },
    output: { attempt: 1, startedAt: 1, restart: { count: 3, payload, runId: into } },
  })
  const ask = (before: object) => {
    const { runs, clock } = open(undefined, before)
    return clock.finish(runs.of({ jobId, runId, receivedAt })!)
  }

  test('has its payload, and no steps', async () => {
    await expect(ask(restarted(runId))).resolves.toMatchObject({ ended: new Map(), restart: { count: 3, payload } })
  })

  test('waits until the restarted one has ended', async () => {
    let requests = 0
    const newRun = { ...run, id: runId, status: 'RUNNING', output: undefined }
    const { api, clock } = openApi(() => {
      const before = ++requests < 3 ? { ...run, status: 'RUNNING', output: undefined } : restarted(runId)
      return { body: { data: [newRun, before] } }
    })
    const found = await clock.finish(createRetriedRuns(api, clock).of({ jobId, runId, receivedAt })!)
    expect([requests, found?.restart?.count]).toEqual([3, 3])
  })

  test.each([
    ['another run continues it', restarted('01M8ADCDZZZZZZZZZZZZZZZZZZ')],
    [
      'it was cancelled after it had started this one',
      { ...run, status: 'CANCELLED', endedAt: '2099-01-01T00:00:00Z' },
    ],
  ])('does nothing if %s', async (_, before) => {
    await expect(ask(before)).resolves.toMatchObject({ isDuplicate: true })
  })

  test('keeps its payload when it is retried, also if it failed without any step', async () => {
    const [first, second] = [`01M8AC00${run.id.slice(8)}`, run.id]
    const runs = [
      { ...run, id: runId, status: 'RUNNING', output: undefined },
      { ...run, id: second },
      { ...restarted(second), id: first },
    ]
    const { api, clock } = openApi(({ url }) =>
      url.pathname.endsWith('/trace')
        ? { body: { data: { rootSpan: { children: withoutCompensation, status: 'FAILED' } } } }
        : { body: { data: runs } },
    )
    const found = await clock.finish(createRetriedRuns(api, clock).of({ jobId, runId, receivedAt })!)
    expect([found?.restart?.payload, found?.ended.has(sha1('charge'))]).toEqual([payload, true])
  })
})
