import { connectionError, inTurn, type Reply } from '@cgk-platform/test-kit/replies'
import { describe, expect, test } from 'vitest'

import type { Responder } from '../../test/kit/fake-server.ts'
import { openApi } from '../../test/kit/open-api.ts'
import type { IncomingEvent } from '../wire/inngest-event.ts'
import { jobIdOf } from './job-id-of.ts'

const id = '01M89NS4WG6G8H65WJD6QKMDS3'
const runId = '01M89NS53P41QNS08H5VWD7NCR'
const anotherId = '01JQDAE4RQF8MBCR55T5AK4KXS'
const ours = { tenantId: 'acme', _job: { v: 1, tenantId: 'acme', sentAt: 1 } }
const withEvents = (...eventIds: string[]): Reply => ({ body: { data: { id: runId, trigger: { eventIds } } } })
const unknown: Reply = { status: 404, body: { errors: [{ code: 'not_found', message: 'Run not found' }] } }

async function readJobId(event: Partial<IncomingEvent>, answer: Responder) {
  const { api, clock, requests } = openApi(answer)
  const startedAt = clock.now()
  const jobId = await clock.finish(jobIdOf({ name: 'work.asked', ...event }, runId, { api, clock }))
  return {
    jobId,
    paths: requests.map(({ url }) => url.pathname),
    tookMs: clock.now() - startedAt,
    left: clock.pending(),
  }
}

describe('the job of a run', () => {
  test('has the id of the event if this library sent it, without a request', async () => {
    const result = await readJobId({ id, data: ours }, inTurn(withEvents(anotherId)))
    expect(result).toEqual({ jobId: id, paths: [], tookMs: 0, left: 0 })
  })

  test("has the id in the run if the event has its producer's id, or none", async () => {
    for (const event of [
      { id: 'order-7' },
      { id: '2026-11-25T15:40:00Z' },
      { id: '' },
      {},
      { id: 'order-7', data: ours },
    ]) {
      expect(await readJobId(event, inTurn(withEvents(id, 'more')))).toEqual({
        jobId: id,
        paths: [`/v2/runs/${runId}`],
        tookMs: 0,
        left: 0,
      })
    }
  })

  test("has the id in the run if a producer's id looks like one of the engine", async () => {
    for (const data of [
      { tenantId: 'acme' },
      undefined,
      null,
      'text',
      { _job: null },
      { _job: 1 },
      { _job: { v: '2' } },
    ]) {
      expect(await readJobId({ id: anotherId, data }, inTurn(withEvents(id)))).toMatchObject({ jobId: id })
    }
  })

  test('is read again while the run is not visible', async () => {
    const noTrigger: Reply = { body: { data: { id: runId } } }
    const result = await readJobId({ id: 'order-7' }, inTurn(unknown, noTrigger, withEvents(), withEvents(id)))
    expect(result).toMatchObject({ jobId: id, tookMs: 50 + 100 + 200, left: 0 })
  })

  test("has its producer's id if the engine does not provide one, or else the run's id", async () => {
    const result = await readJobId({ id: 'order-7' }, inTurn(unknown))
    expect(result).toMatchObject({ jobId: 'order-7', tookMs: 50 + 100 + 200 + 400, left: 0 })
    expect(result.paths).toHaveLength(5)
    expect((await readJobId({}, inTurn(unknown))).jobId).toBe(runId)
  })

  test('is awaited for at most two seconds', async () => {
    const silent = await readJobId({ id: 'order-7' }, () => new Promise<Reply>(() => undefined))
    expect(silent).toMatchObject({ jobId: 'order-7', tookMs: 2000, left: 0 })
    const away = await readJobId({ id: 'order-7' }, inTurn(connectionError('ECONNREFUSED')))
    expect(away.jobId).toBe('order-7')
    expect(away.tookMs).toBeLessThanOrEqual(2000)
    const busy = await readJobId(
      { id: 'order-7' },
      inTurn({ status: 503, headers: { 'retry-after': '4' } }, withEvents(id)),
    )
    expect(busy).toMatchObject({ jobId: 'order-7', tookMs: 2000 })
  })
})
