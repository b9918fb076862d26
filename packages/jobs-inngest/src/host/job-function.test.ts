import { defineJob, type Definition, type JobContext } from '@cgk-platform/jobs-core'
import '@cgk-platform/test-kit/work'
import { describe, expect, test, vi } from 'vitest'

import type { Responder } from '../../test/kit/fake-server.ts'
import type { HostSetting } from '../../test/kit/open-host.ts'
import { jobId as id, openFunction, runId } from '../../test/kit/open-function.ts'
import { readFailedRecord } from '../wire/attempt-record.ts'

const retry = { maxAttempts: 3, initialDelay: '10s', backoff: 'fixed' } as const

type Options = Partial<Parameters<typeof defineJob<'work.asked', unknown>>[0]>

function open(options: Options = {}, answer?: Responder, setting?: HostSetting) {
  const definition = defineJob({ id: 'work', event: 'work.asked', handler: () => undefined, retry, ...options })
  return openFunction(definition as unknown as Definition, 'work.asked', answer, setting)
}

describe('the number of attempts', () => {
  test('cannot be raised by a send, which logs one warning', async () => {
    const { attempt, eventOf, logger } = open({ handler: () => undefined })
    await attempt(0, eventOf({ maxAttempts: 5 }))
    expect(logger.messages('warn')).toHaveLength(1)
    await attempt(1, eventOf({ maxAttempts: 5 }))
    expect(logger.lines.filter(({ level }) => level === 'warn')).toEqual([
      {
        level: 'warn',
        message: 'A send requested more attempts than its definition. Inngest cannot raise the maximum.',
        fields: { jobId: id, runId, definitionId: 'work', requested: 5, maxAttempts: 3 },
      },
    ])
  })
})

describe("a run invoked in Inngest's dashboard", () => {
  const given = {
    id: 'its own',
    name: 'inngest/function.invoked',
    ts: 5000,
    data: { tenantId: 'acme', number: 7, _inngest: { fn_id: 'shop-work', source_app_id: '1' } },
  }
  const answer: Responder = ({ url }) => ({
    body: url.pathname === `/v2/runs/${runId}` ? { data: { id: runId, trigger: { eventIds: [id] } } } : {},
  })
  const expected = { id, name: 'work.asked', payload: { tenantId: 'acme', number: 7 }, sentAt: new Date(5000) }

  test('has the event of its function and the entered payload', async () => {
    const seen: unknown[] = []
    const { attempt, startedAt } = open({ handler: (event) => void seen.push(event) }, answer)
    expect(await attempt(0, given)).toEqual({ returned: { attempt: 1, startedAt } })
    expect(seen).toEqual([expected])
  })

  test('has the same event in `onFailure`', async () => {
    const onFailure = vi.fn<(error: Error, event: unknown, context: JobContext) => void>()
    const { fail } = open({ onFailure }, answer)
    await fail({ name: 'Error', message: 'no answer' }, given)
    expect(onFailure.mock.calls[0]![1]).toEqual(expected)
    expect(onFailure.mock.calls[0]![2]).toMatchObject({ jobId: id, runId, tenantId: 'acme' })
  })

  test('fails permanently without a payload', async () => {
    const handler = vi.fn<() => void>()
    const { attempt } = open({ handler }, answer)
    for (const data of [undefined, null, {}, { _inngest: {} }]) {
      const { thrown } = await attempt(0, { ...given, data })
      expect(readFailedRecord(thrown)?.error).toMatchObject({ code: 'tenant_required' })
      expect(thrown?.name).toBe('NonRetriableError')
    }
    expect(handler).not.toHaveBeenCalled()
  })
})
