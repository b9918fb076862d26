import { type CronJobDefinition, defineCronJob, type CronJobOptions } from '@cgk-platform/jobs-core'
import type { LogLevel } from '@cgk-platform/jobs-core/tools'
import type { Reply } from '@cgk-platform/test-kit/replies'
import { describe, expect, test } from 'vitest'

import { type Responder, type ReceivedRequest, idsIn } from '../../test/kit/fake-server.ts'
import { openHost } from '../../test/kit/open-host.ts'
import { createCronDispatcher } from './cron-dispatcher.ts'

/** The start time of the virtual clock, at which a tick is due. */
const tick = Date.parse('2026-03-01T12:00:00Z')

interface SentEvent {
  readonly name: string
  readonly data: Readonly<Record<string, unknown>>
}

interface Setting extends Partial<CronJobOptions<void>> {
  /** The server's first response. Default responses follow. */
  readonly answer?: (request: ReceivedRequest) => Reply | undefined | Promise<Reply | undefined>
  readonly withDate?: string
}

function open({ answer, withDate = new Date(tick).toUTCString(), ...more }: Setting = {}) {
  const definition = defineCronJob({
    id: 'nightly',
    schedule: '0 12 * * *',
    timezone: 'Europe/Berlin',
    handler: () => undefined,
    ...more,
  }) as CronJobDefinition
  const reply: Responder = async (request) => {
    const own = await answer?.(request)
    return { headers: { date: withDate }, ...(own ?? (request.method === 'POST' ? taken(request) : { body: {} })) }
  }
  const host = openHost(reply)
  createCronDispatcher(definition, host.parts)
  const [{ options, run } = {} as never] = host.created
  const dispatch = (ts: number | undefined = tick, attempt = 0) =>
    host.clock.finish(run({ event: ts === -1 ? {} : { ts }, attempt }))
  const posts = () => host.requests.filter(({ method }) => method === 'POST')
  const events = () => posts().map(eventIn)
  const logged = (level: LogLevel) => host.logger.messages(level)
  return { ...host, options, dispatch, posts, events, logged }
}

function eventIn({ text }: ReceivedRequest): SentEvent {
  return (JSON.parse(text) as [SentEvent])[0]
}

const idIn = (request: ReceivedRequest): string => idsIn(request)[0]!

function taken(request: ReceivedRequest): Reply {
  return { body: { ids: [idIn(request)], status: 200 } }
}

/** Returns the error of a failed dispatch. */
async function failure(work: Promise<unknown>): Promise<Error & { retryAfter?: string }> {
  return work.then(
    () => {
      throw new Error('It did not fail.')
    },
    (error: unknown) => error as Error,
  )
}

describe('the dispatcher of a cron job', () => {
  test("is a separate function with the schedule in Inngest's syntax", () => {
    expect(open({ schedule: '0  9 * * 5-7' }).options).toEqual({
      id: 'nightly-tick',
      name: 'nightly: ticks',
      retries: 4,
      triggers: [{ cron: 'TZ=Europe/Berlin 0 9 * * 0,5,6' }],
    })
  })

  test("is retried for a day with `catchUp: 'latest'`", () => {
    expect(open({ catchUp: 'latest' }).options).toMatchObject({ retries: 20 })
  })
})

describe('a tick', () => {
  test('is at the time of the dispatch if the engine does not provide its time', async () => {
    const { dispatch, events } = open()
    await dispatch(-1)
    expect(events()[0]!.data['scheduledAt']).toBe('2026-03-01T12:00:00.000Z')
  })
})

describe('a late tick', () => {
  test("is late by the engine's clock, not the local one", async () => {
    const behind = { withDate: new Date(tick - 3_600_000).toUTCString() }
    expect(await open(behind).dispatch(tick - 3_600_000)).toEqual({ sent: 1, skipped: [] })
    const ahead = { withDate: new Date(tick + 3_600_000).toUTCString() }
    expect(await open(ahead).dispatch(tick)).toEqual({ sent: 0, dropped: true })
  })
})

describe('a failed dispatch', () => {
  const unreadable: Setting['answer'] = ({ url }) => (url.pathname.endsWith('/runs') ? { status: 400 } : undefined)

  test("is retried while its tick is in time, at an instant of the engine's clock", async () => {
    const dates = []
    for (let attempt = 0; attempt < 6; attempt++) {
      const error = await failure(open({ answer: unreadable }).dispatch(tick, attempt))
      expect(error).toBeInstanceOf(Error)
      expect(error.name).toBe('RetryAfterError')
      expect(error.message).toMatch(
        /^RequestFailedError: .* the open runs of `nightly` on `inngest`: the server responded with 400/,
      )
      expect(error.stack).toMatch(/^RequestFailedError: /)
      dates.push(Date.parse(error.retryAfter!) - tick)
    }
    expect(dates).toEqual([1100, 2200, 4400, 6000, 6000, 6000])
    const ahead = open({ answer: unreadable, withDate: new Date(tick + 60_000).toUTCString() })
    expect(Date.parse((await failure(ahead.dispatch(tick + 60_000))).retryAfter!)).toBe(tick + 61_000 + 1100)
  })

  test('sends nothing and logs the error', async () => {
    const { dispatch, posts, logger } = open({ answer: unreadable })
    await failure(dispatch())
    expect(posts()).toEqual([])
    const [{ level, message, fields } = {} as never] = logger.lines
    expect([level, message]).toEqual(['error', 'A cron tick could not be dispatched.'])
    expect(fields).toMatchObject({ definitionId: 'nightly', error: { code: 'request_failed' } })
  })
})
