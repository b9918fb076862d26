import { type CronJobDefinition, defineCronJob } from '@cgk-platform/jobs-core'
import type { Envelope } from '@cgk-platform/jobs-core/provider'
import { dispatchTick, toCronEnvelope } from '@cgk-platform/jobs-core/scheduling'
import type { Reply } from '@cgk-platform/test-kit/replies'
import { describe, expect, test } from 'vitest'

import { type Responder, type ReceivedRequest, createFakeServer, idsIn } from '../../test/kit/fake-server.ts'
import { openHost } from '../../test/kit/open-host.ts'
import { idAt, hashedSeed } from '../wire/event-id.ts'
import { createPostEvents } from '../send/post-events.ts'
import { createTickHost } from './tick-host.ts'

const tick = Date.parse('2026-03-01T12:00:00Z')

interface SentEvent {
  readonly name: string
  readonly data: Readonly<Record<string, unknown>>
}

interface Setting {
  /** Id of the definition. Default `nightly`. */
  readonly id?: string
  readonly at?: number
  /** Id of the app. Default `shop`. */
  readonly appId?: string
  /** The server's first response. Default responses follow. */
  readonly answer?: (request: ReceivedRequest) => Reply | undefined | Promise<Reply | undefined>
}

function open({ id = 'nightly', at = tick, appId = 'shop', answer }: Setting = {}) {
  const reply: Responder = async (request) =>
    (await answer?.(request)) ?? (request.method === 'POST' ? taken(request) : { body: {} })
  const opened = openHost(reply)
  const otherApp = createFakeServer(reply, { id: appId })
  const definition = defineCronJob({ id, schedule: '0 12 * * *', handler: () => undefined }) as CronJobDefinition
  const host = createTickHost(definition, at, {
    ...opened.parts,
    ...(appId !== 'shop' && {
      inngest: otherApp.client,
      postEvents: createPostEvents(otherApp, opened.clock),
    }),
  })
  const { requests } = appId === 'shop' ? opened : otherApp
  const jobOf = (tenantId: string): Envelope =>
    toCronEnvelope(definition, { id: 'any', tick: at, tenantId, now: host.now })
  const posts = () => requests.filter(({ method }) => method === 'POST')
  return {
    ...opened,
    definition,
    host,
    send: async (...tenantIds: string[]) => host.send(tenantIds.map(jobOf)),
    posts,
    /** Sorted by tenant, because they are sent in any order. */
    ids: () => posts().toSorted(byTenant).flatMap(idsIn),
  }
}

function eventIn({ text }: ReceivedRequest): SentEvent {
  return (JSON.parse(text) as [SentEvent])[0]
}

function byTenant(one: ReceivedRequest, other: ReceivedRequest): number {
  return String(eventIn(one).data['tenantId']) < String(eventIn(other).data['tenantId']) ? -1 : 1
}

function taken(request: ReceivedRequest): Reply {
  return { body: { ids: idsIn(request), status: 200 } }
}

describe('a job of a tick', () => {
  test('is the same for every send of the tick, and for no other tick, tenant, cron job or app', async () => {
    const idsOf = async (setting: Setting = {}, ...tenantIds: string[]): Promise<string[]> => {
      const { send, ids } = open(setting)
      await send(...tenantIds)
      return ids()
    }
    const made = await idsOf({}, 'acme', 'globex')
    // Also the same in other versions of this library.
    expect(made[0]).toBe(idAt(await hashedSeed(['cron', 'shop', 'nightly', 'acme'], tick), 0))
    expect(await idsOf({}, 'acme', 'globex')).toEqual(made)
    expect(await idsOf({}, 'globex')).toEqual(made.slice(1))
    const others = [
      ...(await idsOf({}, 'system')),
      ...(await idsOf({ at: tick - 60_000 }, 'acme')),
      ...(await idsOf({ id: 'weekly' }, 'acme')),
      ...(await idsOf({ appId: 'billing' }, 'acme')),
    ]
    expect(new Set([...made, ...others]).size).toBe(6)
  })

  test('fails the tick if the engine does not accept it', async () => {
    const answer = ({ text }: ReceivedRequest): Reply | undefined =>
      text.includes('"globex"') ? { status: 401 } : undefined
    await expect(open({ answer }).send('acme', 'globex')).rejects.toThrow(
      'Inngest did not accept a job of the tick: the server responded with 401',
    )
  })
})

describe('a previous run', () => {
  const name = 'cron/shop/nightly'
  const jobOf = (tenantId: string, event = name): SentEvent => ({ name: event, data: { tenantId } })
  /** Opens a server on which the runs of these jobs are queued or running. */
  const withOpen =
    (jobs: Readonly<Record<string, SentEvent | undefined>>): NonNullable<Setting['answer']> =>
    ({ url }) => {
      if (url.pathname === '/v2/apps/shop/functions/nightly/runs') {
        const data = Object.keys(jobs).map((id) => ({ trigger: { eventIds: [id] } }))
        return { body: { data: [...data, {}, { trigger: {} }, { trigger: { eventIds: [] } }] } }
      }
      const id = url.pathname.split('/').at(-1)!
      if (!url.pathname.startsWith('/v1/events/')) return undefined
      return { body: { data: jobs[id] && { internal_id: id, ...jobs[id] } } }
    }
  const isOpen = async (jobs: Parameters<typeof withOpen>[0], tenantId = 'acme') =>
    open({ answer: withOpen(jobs) }).host.isOpen('nightly', tenantId)

  test('is open for its tenant only', async () => {
    expect(await isOpen({ one: jobOf('acme') })).toBe(true)
    expect(await isOpen({ one: jobOf('acme') }, 'globex')).toBe(false)
    expect(await isOpen({ one: jobOf('acme'), two: jobOf('globex') }, 'globex')).toBe(true)
    expect(await isOpen({ one: jobOf('system') })).toBe(false)
    expect(await isOpen({})).toBe(false)
  })

  test('is not of another event, and not unreadable', async () => {
    for (const event of ['cron/shop/weekly', 'cron/billing/nightly', 'cron/nightly']) {
      expect(await isOpen({ one: jobOf('acme', event) })).toBe(false)
    }
    expect(await isOpen({ one: undefined })).toBe(false)
  })

  test('is not the job that an earlier dispatch of the tick created', async () => {
    const before = open()
    await before.send('acme', 'globex')
    const jobs = Object.fromEntries(before.posts().map((request) => [idsIn(request)[0]!, eventIn(request)]))
    const again = open({ answer: withOpen(jobs) })
    const report = await dispatchTick(again.definition, tick, ['acme', 'globex'], again.host)
    expect(report).toEqual({ sent: 2, skipped: [] })
    expect(again.ids()).toEqual(before.ids())
    const next = open({ at: tick + 60_000, answer: withOpen(jobs) })
    expect(await next.host.isOpen('nightly', 'acme')).toBe(true)
  })

  test('fails the tick if it cannot be read', async () => {
    const { host } = open({ answer: () => ({ status: 400 }) })
    await expect(host.isOpen('nightly', 'acme')).rejects.toThrow(
      'Failed to read the open runs of `nightly` on `inngest`: the server responded with 400',
    )
  })
})
