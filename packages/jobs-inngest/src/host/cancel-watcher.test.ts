import { JobCancelledError } from '@cgk-platform/jobs-core/errors'
import { createDeferred, type Deferred } from '@cgk-platform/test-kit/deferred'
import { inTurn } from '@cgk-platform/test-kit/replies'
import { describe, expect, test } from 'vitest'

import type { ReceivedRequest, Responder } from '../../test/kit/fake-server.ts'
import { openHost } from '../../test/kit/open-host.ts'
import { createCancelWatcher } from './cancel-watcher.ts'

const notFound = { status: 404, body: { errors: [{ code: 'not_found', message: 'Run not found' }] } }
const cancelled = (...ids: string[]) => ({ body: { data: ids.map((id) => ({ id })) } })
/** Returns an id that contains when its run was queued. */
const runAt = (instant: string, end = '0') => {
  const digits = Date.parse(instant).toString(32).padStart(10, '0')
  const time = [...digits].map((digit) => '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[Number.parseInt(digit, 32)]).join('')
  return `${time}${'0'.repeat(15)}${end}`
}

/** Opens a process with handlers that run until the test ends them. */
function open(answer: Responder) {
  const { api, parts, clock, requests, logger } = openHost(answer)
  const signals: AbortSignal[] = []
  const handlers: Deferred<string>[] = []
  const start = (runId: string, jobId = `job-of-${runId}`): Promise<string> => {
    const handler = createDeferred<string>()
    handlers.push(handler)
    return parts.cancels.watch({ runId, jobId }, (signal) => {
      signals.push(signal)
      return handler.promise
    })
  }
  return { api, clock, requests, logger, signals, handlers, start }
}

/** A server on which these runs have been cancelled. It knows all runs. */
const withCancelled =
  (...ids: string[]): Responder =>
  ({ url }) => {
    const id = url.pathname.split('/')[3]
    if (id === undefined) return cancelled(...ids)
    const ended = { status: 'CANCELLED', endedAt: '2026-03-01T12:00:00Z' }
    return { body: { data: { id, ...(ids.includes(id) ? ended : { status: 'RUNNING' }) } } }
  }

describe('a handler', () => {
  test('is aborted within half a second after its run was cancelled', async () => {
    let server = withCancelled()
    const { start, clock, signals } = open((...request) => server(...request))
    void start('run_1')
    await clock.advance(999)
    server = withCancelled('another', 'run_1')
    expect(signals[0]!.aborted).toBe(false)
    await clock.advance(1)
    expect(JobCancelledError.isInstance(signals[0]!.reason)).toBe(true)
    expect(String(signals[0]!.reason)).toContain('job-of-run_1')
  })

  test('is aborted only once its run has ended', async () => {
    const ended = { status: 'CANCELLED', endedAt: '2026-03-01T12:00:00Z' }
    const runs: Record<string, object> = {
      run_1: { status: 'RUNNING' },
      run_2: ended,
      run_3: { status: 'CANCELLED' }, // not cancelled yet
      run_4: { status: 'FAILED', endedAt: '2026-03-01T12:00:00Z' },
    }
    const { start, clock, signals, requests } = open(({ url }) => {
      const id = url.pathname.split('/')[3]!
      return runs[id] ? { body: { data: { id, ...runs[id] } } } : notFound
    })
    for (const run of ['run_1', 'run_2', 'run_2', 'run_3', 'run_4', 'run_5']) void start(run)
    await clock.advance(500)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true, true, false, false, false])
    expect(requests.map(({ url }) => url.pathname)).toEqual(
      ['run_1', 'run_2', 'run_3', 'run_4', 'run_5'].map((id) => `/v2/runs/${id}`),
    )
  })

  test('is aborted whichever page contains its run, if too many runs are watched to read each', async () => {
    const first = { body: { data: [{ id: 'old' }], page: { hasMore: true, cursor: 'next' } } }
    const { start, clock, signals, requests } = open(inTurn(first, cancelled('run_2')))
    for (let number = 0; number < 11; number++) void start(`run_${number}`)
    await clock.advance(500)
    expect(signals.flatMap(({ aborted }, index) => (aborted ? [index] : []))).toEqual([2])
    expect(requests.map(({ url }) => [url.pathname, url.searchParams.get('cursor')])).toEqual([
      ['/v2/runs', null],
      ['/v2/runs', 'next'],
    ])
  })
})

test('a young attempt is aborted within 1,500 ms after its cancel, beside an old one and on a server that takes 200 ms', async () => {
  let server = withCancelled()
  const { start, clock, signals } = open((...request) => {
    const response = server(...request)
    return new Promise((resolve) => clock.setTimer(200, () => resolve(response)))
  })
  void start('old')
  await clock.advance(3_600_000)
  for (const ageMs of [0, 900, 5000, 18_000]) {
    void start(`${ageMs}`)
    await clock.advance(ageMs)
    server = withCancelled(`${ageMs}`)
    await clock.advance(1500)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, ...signals.slice(1).map(() => true)])
  }
})

describe('a closing host', () => {
  function openClosing() {
    const { api, clock, logger } = openHost(() => cancelled())
    const closing = new AbortController()
    const cancels = createCancelWatcher(api, clock, logger, closing.signal)
    const signals: AbortSignal[] = []
    const handler = createDeferred()
    const start = (runId: string) =>
      cancels.watch({ runId, jobId: 'job_1' }, (signal) => {
        signals.push(signal)
        return handler.promise
      })
    return { closing, start, signals, handler }
  }

  test('aborts running and new attempts with its own reason', () => {
    const { closing, start, signals } = openClosing()
    const reason = new Error('closing')
    void start('run_1')
    void start('run_2')
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false])
    closing.abort(reason)
    void start('run_3')
    expect(signals.map((signal) => signal.reason as unknown)).toEqual([reason, reason, reason])
  })
})

describe('the check for cancelled runs', () => {
  test('reads a few runs one by one, so its cost does not depend on the runs that the server stores', async () => {
    const { start, clock, requests } = open(withCancelled())
    for (let number = 0; number < 10; number++) void start(`run_${number}`)
    await clock.advance(1000)
    expect(requests.map(({ url }) => url.pathname.replace(/\d$/, ''))).toEqual(
      Array.from({ length: 20 }, () => '/v2/runs/run_'),
    )
    expect(clock.delays.every((delay) => delay === 500)).toBe(true)
  })

  test('becomes rarer as an attempt gets older, but aborts it within a twentieth of its age, at most five seconds', async () => {
    let server = withCancelled()
    const times: number[] = []
    const { start, clock, signals } = open((...request) => {
      times.push(clock.elapsed!() - begunAt)
      return server(...request)
    })
    const begunAt = clock.elapsed!()
    void start('run_1')
    await clock.advance(3_600_000)
    const pauses = times.map((time, index) => time - (times[index - 1] ?? 0))
    for (const [index, pauseMs] of pauses.entries()) {
      expect(pauseMs).toBeLessThanOrEqual(Math.min(Math.max(500, times[index]! / 20), 5000))
    }
    expect(times.filter((time) => time < 20_000)).toHaveLength(39)
    expect(times.length).toBeLessThan(800)
    void start('run_2')
    times.length = 0
    await clock.advance(10_000)
    expect(times).toHaveLength(22) // the new attempt has its own interval
    server = withCancelled('run_1', 'run_2')
    await clock.advance(500)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true])
    await clock.advance(4500)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
  })

  test('lists many old attempts together, every five seconds', async () => {
    const { start, clock, requests } = open(() => cancelled())
    for (let number = 0; number < 20; number++) {
      void start(`run_${number}`)
      await clock.advance(50)
    }
    await clock.advance(120_000)
    const before = requests.length
    await clock.advance(50_000)
    expect(requests.length - before).toBe(10)
  })

  test('is not delayed by a wall clock that is set back', async () => {
    const { start, clock, requests } = open(withCancelled())
    void start('run_1')
    await clock.advance(1000)
    clock.setWall(-3_600_000)
    await clock.advance(1000)
    expect(requests).toHaveLength(4)
  })

  test('sends one request for many runs, from a minute before the oldest to a minute after the newest', async () => {
    const { start, clock, requests } = open(() => cancelled())
    void start(runAt('2026-03-01T11:58:30Z', '2'))
    void start(runAt('2026-03-01T11:59:30Z', '1'))
    for (let number = 0; number < 10; number++) void start(runAt('2026-03-01T11:59:00Z', String(number)))
    await clock.advance(1000)
    expect(requests).toHaveLength(2)
    expect(requests[0]!.url.pathname).toBe('/v2/runs')
    expect(Object.fromEntries(requests[0]!.url.searchParams)).toEqual({
      status: 'CANCELLED',
      from: '2026-03-01T11:57:30.000Z',
      until: '2026-03-01T12:00:30.000Z',
      limit: '100',
    })
  })

  test('lists no more than the last ten minutes of runs, and reads ten older runs in turn', async () => {
    const { start, clock, requests, handlers } = open(withCancelled())
    for (const end of 'ABCDEFGHJKMN') void start(runAt('2026-02-22T12:00:00Z', end))
    for (const end of 'ABCDEFGHJKM') void start(runAt('2026-03-01T11:59:00Z', end))
    const taken = (): string[] =>
      (requests as ReceivedRequest[]).splice(0).map(({ url }) => url.searchParams.get('from') ?? url.pathname.slice(-1))
    await clock.advance(500)
    expect(taken().toSorted()).toEqual(['2026-03-01T11:58:00.000Z', ...'ABCDEFGHJK'])
    handlers[0]!.resolve('done')
    await clock.advance(500)
    expect(taken().toSorted()).toEqual(['2026-03-01T11:58:00.000Z', ...'BCDEFGHJMN'])
  })

  test('does not wait for the rate limit of other requests', async () => {
    const { start, clock, api, signals } = open((request, index) =>
      request.url.pathname.startsWith('/v1/events')
        ? { status: 429, headers: { 'retry-after': '20' }, body: { error: 'limited' } }
        : withCancelled('run_1')(request, index),
    )
    void api.get('read the job', '/v1/events/x').catch(() => undefined)
    void start('run_1')
    await clock.advance(500)
    expect(signals[0]!.aborted).toBe(true)
  })

  test('pauses four times as long as it takes, for at most five seconds', async () => {
    let tookMs = 300
    const { start, clock } = open(async () => {
      await new Promise<void>((resolve) => clock.setTimer(tookMs, resolve))
      return cancelled()
    })
    void start('run_1')
    await clock.advance(500 + 300)
    tookMs = 2000
    await clock.advance(1200 + 2000)
    expect(clock.delays.filter((delay) => delay !== 300 && delay !== 2000)).toEqual([500, 1200, 5000])
  })

  test('stops when nothing runs, and starts again', async () => {
    const { start, clock, requests, handlers } = open(() => cancelled())
    const first = start('run_1')
    await clock.advance(500)
    handlers[0]!.resolve('done')
    await first
    await clock.advance(5000)
    expect([requests.length, clock.pending()]).toEqual([1, 0])
    void start('run_2')
    await clock.advance(500)
    expect(requests).toHaveLength(2)
  })
})

describe('a failed check', () => {
  test('of one run does not delay the abort of another', async () => {
    const { start, clock, logger, signals } = open((request, index) =>
      request.url.pathname.endsWith('run_1') ? { status: 400 } : withCancelled('run_2')(request, index),
    )
    void start('run_1')
    void start('run_2')
    await clock.advance(500)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true])
    expect(logger.messages('warn')).toHaveLength(1)
  })

  test('of an old run is repeated, even if the check of another run succeeded', async () => {
    let server = withCancelled()
    const { start, clock, signals } = open((...request) => server(...request))
    void start('old')
    await clock.advance(3_600_000)
    void start('young')
    let fails = 1
    server = (request, index) =>
      request.url.pathname.endsWith('old') && fails-- > 0 ? { status: 400 } : withCancelled('old')(request, index)
    while (fails > 0) await clock.advance(100)
    await clock.advance(500)
    expect(signals[0]!.aborted).toBe(true)
  })

  test('is logged once, and the checks continue every five seconds', async () => {
    const { start, clock, logger, requests } = open(() => ({ status: 400, body: { error: 'no good' } }))
    void start('run_1')
    await clock.advance(10_500)
    expect(requests).toHaveLength(3)
    expect(logger.messages('warn')).toEqual(['Could not check whether running jobs were cancelled.'])
    const [{ fields } = {} as never] = logger.lines
    const message = expect.stringContaining(
      'Failed to read the cancelled runs on `inngest`: the server responded with 400',
    )
    expect(fields).toEqual({ error: expect.objectContaining({ code: 'request_failed', message }) })
  })
})
