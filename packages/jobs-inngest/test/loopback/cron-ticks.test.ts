import { expect, it } from 'vitest'
import { createScaledClock } from './index.ts'
import { openLoopback } from './open-loopback.ts'

const startAt = Date.UTC(2026, 0, 1, 11, 59, 57)

it('ticks by the engine’s clock, with an event whose id is the time of the tick', async () => {
  const seen: object[] = []
  const { until, get } = await openLoopback(
    ({ client }) => [
      client.createFunction({ id: 'tick', triggers: [{ cron: 'TZ=Europe/Paris 0 13 * * *' }] }, ({ event }) => {
        seen.push(event)
      }),
    ],
    { clock: createScaledClock(20, startAt) },
  )
  const { body } = await until('/v2/apps/app/functions/tick/runs?status=COMPLETED', (answer) => answer.body.data)
  const tick = '2026-01-01T12:00:00Z'
  const data = { cron: 'TZ=Europe/Paris 0 13 * * *', scheduledAt: tick, fireAt: tick }
  expect(seen).toEqual([{ data, id: tick, name: 'inngest/scheduled.timer', ts: startAt + 3000, user: {} }])
  expect(body.data[0].trigger.cronSchedule).toBe(data.cron)
  expect((await get('/v1/events')).body.data).toEqual([]) // its event is the engine's own
})

it('goes on from tick to tick, and stops when the app registers without it', async () => {
  const ticks: (string | undefined)[] = []
  const clock = createScaledClock(200, startAt)
  const { until, request, pause } = await openLoopback(
    ({ client }) => [
      client.createFunction(
        { id: 'tick', triggers: [{ cron: '* * * * *' }] },
        ({ event }) => void ticks.push(event.id),
      ),
    ],
    { clock },
  )
  await until('/v2/runs?status=COMPLETED', ({ body }) => body.data?.length === 2)
  await request('POST', '/fn/register', {
    url: 'http://x',
    appName: 'app',
    framework: 'f',
    sdk: 'js:v4',
    functions: [],
  })
  await pause(90_000)
  expect(ticks).toEqual(['2026-01-01T12:00:00Z', '2026-01-01T12:01:00Z'])
})
