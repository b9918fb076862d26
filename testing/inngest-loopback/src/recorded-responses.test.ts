import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Answer, type OpenLoopback, openLoopback } from './open-loopback.ts'
import { createProbeApp } from './probe-app.ts'

const file = new URL('recorded-responses.json', import.meta.url)
const { answers } = JSON.parse(readFileSync(file, 'utf8')) as {
  answers: Record<string, { status: number; body: unknown }>
}
const missing = '01M89NKYKGFF7HX03T9STQ8AAA'

describe('the engine responds like the recorded real server', () => {
  it('about apps', async () => {
    const { get } = await openProbe()
    expectRecorded('apps.v2-apps', await get('/v2/apps'))
    expectRecorded('apps.v2-app', await get('/v2/apps/probe-app'))
    expectRecorded('apps.v2-app-missing', await get('/v2/apps/nope'))
    expectRecorded('apps.v2-app-missing-functions', await get('/v2/apps/nope/functions'))
    expectRecorded('apps.v2-app-function-ok', await get('/v2/apps/probe-app/functions/ok'))
  })

  it('about missing resources', async () => {
    const { get, request } = await openProbe()
    expectRecorded('err.v2-run-missing', await get(`/v2/runs/${missing}`))
    expectRecorded('err.v2-run-invalid', await get('/v2/runs/nonsense'))
    expectRecorded('err.v1-run-missing', await get(`/v1/runs/${missing}`))
    expectRecorded('err.v1-run-invalid', await get('/v1/runs/nonsense'))
    expectRecorded('err.v1-event-missing', await get(`/v1/events/${missing}`))
    expectRecorded('err.v2-event-runs-missing', await get(`/v2/events/${missing}/runs`))
    expectRecorded('err.v1-event-runs-missing', await get(`/v1/events/${missing}/runs`))
    expectRecorded('err.v2-trace-missing', await get(`/v2/runs/${missing}/trace`))
    expectRecorded('err.v2-cancel-missing', await request('POST', `/v2/runs/${missing}/cancel`, {}))
    expectRecorded('err.v2-rerun-missing', await request('POST', `/v2/runs/${missing}/rerun`, {}))
    expectRecorded('err.v1-cancel-missing', await request('DELETE', `/v1/runs/${missing}`))
    expectRecorded('err.v2-event-single', await get(`/v2/events/${missing}`))
    expectRecorded('err.v2-runs-badcursor', await get(`/v2/events/${missing}/runs?cursor=xx`))
  })

  it('to events', async () => {
    const { request } = await openProbe()
    const none = { name: 'probe/none', data: {} }
    expectRecorded('evt.multi', await request('POST', '/e/key', [none, none]))
    expectRecorded('evt.noname', await request('POST', '/e/key', { data: {} }))
    expectRecorded('evt.empty-array', await request('POST', '/e/key', []))
    expectRecorded(
      'evt.internal-name',
      await request('POST', '/e/key', { name: 'inngest/function.finished', data: {} }),
    )
    const { status, body } = await request('POST', '/e/key', '{nope')
    const { error, ...rest } = answers['evt.badjson']!.body as { error: string }
    expect({ status, body }).toEqual({ status: 400, body: { ...rest, error: expect.any(String) } })
    expect(error).toContain('invalid character') // Go's message
  })

  it('about a completed run and its rerun', async () => {
    const probe = await openProbe()
    const event = await probe.send('probe/ok', { a: 1 })
    const [{ id }] = await probe.runsWhen(event, ([run]) => run?.status === 'RUNNING')
    await expectStage(probe, 'ok.2-running', event, id)
    await probe.runsWhen(event, ([run]) => run?.status === 'COMPLETED')
    await expectStage(probe, 'ok.3-completed', event, id)
    expectRecorded('ok.3-completed.v1-event', await probe.get(`/v1/events/${event}?x=1`))
    expectRecorded('ok.3-completed.v2-run-no-output', await probe.get(`/v2/runs/${id}`))

    await probe.request('POST', `/v2/runs/${id}/rerun`, {})
    await probe.runsWhen(event, (runs) => runs.length === 2 && runs.every(({ status }) => status === 'COMPLETED'))
    await expectStage(probe, 'ok.7-rerun-completed', event)
  })

  it('about a run between its attempts', async () => {
    const probe = await openProbe()
    const event = await probe.send('probe/flaky')
    const [{ id }] = await probe.runsWhen(event, ([run]) => run?.output?.error)
    await expectStage(probe, 'flaky.2-backoff1', event, id)
    await probe.runsWhen(event, ([run]) => run.status === 'COMPLETED')
    await expectStage(probe, 'flaky.4-completed', event, id)
  })

  it('about a run whose step failed and will be retried', async () => {
    const probe = await openProbe()
    const event = await probe.send('probe/flaky-step')
    const [{ id }] = await probe.runsWhen(event, ([run]) => run?.output?.error)
    await expectStage(probe, 'flakystep.1-backoff1', event, id)
  })

  it('about a failed run', async () => {
    const probe = await openProbe()
    const event = await probe.send('probe/fail')
    const [{ id }] = await probe.runsWhen(event, ([run]) => run?.status === 'FAILED')
    await expectStage(probe, 'fail.1-failed', event, id)
    expectRecorded('fail.2-cancel-ended.v2', await probe.request('POST', `/v2/runs/${id}/cancel`, {}))
  })

  it('about a run that sleeps and is cancelled', async () => {
    const probe = await openProbe()
    const event = await probe.send('probe/sleep')
    const [{ id }] = await probe.runsWhen(event, ([run]) => run?.status === 'RUNNING')
    await probe.until(`/v2/runs/${id}/trace`, ({ body }) => body.data.rootSpan.children?.length === 1)
    await expectStage(probe, 'sleep.1-sleeping', event, id)
    expectRecorded('sleep.2-cancel.v2', await probe.request('POST', `/v2/runs/${id}/cancel`, {}))
    await expectStage(probe, 'sleep.3-cancelled', event, id)
    expectRecorded('sleep.4-cancel-again.v2', await probe.request('POST', `/v2/runs/${id}/cancel`, {}))
    expectRecorded('sleep.4-cancel-again.v1', await probe.request('DELETE', `/v1/runs/${id}`))
  })

  it('about a run that is cancelled between its attempts', async () => {
    const probe = await openProbe()
    const event = await probe.send('probe/flaky')
    const [{ id }] = await probe.runsWhen(event, ([run]) => run?.output?.error)
    await probe.request('POST', `/v2/runs/${id}/cancel`, {})
    await expectStage(probe, 'backoff.2-cancelled', event, id)
  })

  it('about a run that waits for its concurrency limit', async () => {
    const probe = await openProbe()
    const first = await probe.send('probe/queue', { i: 1 })
    await probe.runsWhen(first, ([run]) => run?.status === 'RUNNING')
    const event = await probe.send('probe/queue', { i: 2 })
    const [{ id }] = await probe.runsWhen(event, (runs) => runs.length === 1)
    await expectStage(probe, 'queued.1-queued', event, id)
  })

  it('about a delayed run', async () => {
    const probe = await openProbe()
    const event = await probe.send('probe/delayed', {}, { ts: probe.clock.now() + 60_000 })
    const [{ id }] = await probe.runsWhen(event, (runs) => runs.length === 1)
    await expectStage(probe, 'delayed.1-future-ts', event, id)
  })

  it('about return values of handlers', async () => {
    const probe = await openProbe()
    const event = await probe.send('probe/ret')
    const all = await probe.runsWhen(event, (list) => list.length === 10 && list.every(({ endedAt }) => endedAt))
    for (const { id, function: fn } of all) {
      const name = fn.id.replace('ret-', '')
      expectRecorded(`ret.${name}.v2-run`, await probe.get(`/v2/runs/${id}?includeOutput=true`))
    }
    const { body } = await probe.get(`/v2/events/${event}/runs?limit=3`)
    const page = (answers['ret.page1.v2-events-runs']!.body as Answer['body']).page
    expect(normalise(body).page).toEqual(page)
  })

  it('about the run of a cron tick', async () => {
    const probe = await openProbe()
    const runs = '/v2/apps/probe-app/functions/cronned/runs?status=COMPLETED'
    const { body } = await probe.until(runs, (answer) => answer.body.data?.length > 0)
    const { id, trigger } = body.data[0]
    expectRecorded('cron.v2-run', await probe.get(`/v2/runs/${id}?includeOutput=true`))
    expectRecorded('cron.v1-event', await probe.get(`/v1/events/${trigger.eventIds[0]}`))
  })
})

const openProbe = (): Promise<OpenLoopback> => openLoopback(createProbeApp, { appId: 'probe-app' })

async function expectStage(probe: OpenLoopback, stage: string, eventId: string, runId?: string): Promise<void> {
  const paths: Record<string, string> = {
    'v2-events-runs': `/v2/events/${eventId}/runs?includeOutput=true`,
    'v1-events-runs': `/v1/events/${eventId}/runs?stage=${stage}`,
    ...(runId && {
      'v2-run': `/v2/runs/${runId}?includeOutput=true`,
      'v1-run': `/v1/runs/${runId}?stage=${stage}`,
      'v2-trace': `/v2/runs/${runId}/trace?includeOutput=true`,
    }),
  }
  for (const [name, path] of Object.entries(paths)) {
    if (answers[`${stage}.${name}`]) expectRecorded(`${stage}.${name}`, await probe.get(path))
  }
}

function expectRecorded(name: string, { status, body }: Answer): void {
  expect({ name, status, body: normalise(body) }).toEqual({ name, ...answers[name] })
}

/** Replaces values that differ between runs with the recording's placeholders. */
function normalise(value: unknown, key = ''): Answer['body'] {
  if (Array.isArray(value)) return value.map((item) => normalise(item, key))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, normalise(inner, name)]))
  }
  if (key === 'ts') return 0
  if (key === 'functionCount') return 22
  if (typeof value !== 'string') return value
  if (key === 'stack' || key === 'url') return `<${key}>`
  if (key === 'durationMs') return '<ms>'
  if (key === 'cursor') return '<cursor>'
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return '<time>'
  if (/^[0-9A-HJKMNP-TV-Z]{26}$/.test(value)) return '<ulid>'
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(value)) return '<uuid>'
  return /^[0-9a-f]{16}$/.test(value) ? '<span>' : value
}
