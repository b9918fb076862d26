import { createReaderProject } from '@cgk-platform/test-kit/reader-project'
import { afterAll, expect, test } from 'vitest'

const project = createReaderProject()
afterAll(() => project.remove())

const everyMinute = `
import { defineCronJob } from '@cgk-platform/jobs'
defineCronJob({ id: 'every-minute', schedule: '* * * * *', handler: ({ scheduledAt }) => console.log(scheduledAt.toISOString()) })
`

const withTestEngine = `
const engine = createTestEngine({ startAt: new Date('2026-03-02T08:00:00Z') })
await engine.advance('2m')
await engine.close()
`

// If the default engine also started, a job of every minute would keep the process alive, and run during tests.
test.each([
  [
    'the kit is imported beside the jobs',
    `${everyMinute}import { createTestEngine } from '@cgk-platform/jobs/local/testing'\n${withTestEngine}`,
  ],
  [
    'the kit is loaded when the cron job has brought an engine to life',
    `${everyMinute}await new Promise((resolve) => setTimeout(resolve, 50))
    const { createTestEngine } = await import('@cgk-platform/jobs/local/testing')\n${withTestEngine}`,
  ],
])('cron jobs tick only on the test engine: %s', async (name, program) => {
  const file = `${name.replaceAll(' ', '-')}.ts`
  project.write(file, program)
  expect(await project.run(file)).toEqual({
    exitCode: 0,
    stdout: '2026-03-02T08:01:00.000Z\n2026-03-02T08:02:00.000Z\n',
    stderr: '',
  })
})
