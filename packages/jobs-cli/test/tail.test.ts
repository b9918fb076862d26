import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { commandLine } from '@cgk-platform/test-kit/run-command'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { bareEnvironment } from '../../../vitest.environment.ts'
import { createSeededProject, type SeededProject } from './seeded-project.ts'

let project: SeededProject

beforeAll(async () => {
  project = await createSeededProject()
})
afterAll(() => project.remove())

interface Line {
  readonly id: string
  readonly state: string
  readonly removed?: true
}

test('`tail --json` prints each change as a line, until Ctrl-C', async () => {
  const args = [commandLine, 'tail', '--file', 'jobs.db', '--json']
  const child = spawn('node', [...args, '--state', 'failed,scheduled,queued'], {
    cwd: project.folder,
    env: bareEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => void child.once('close', (code) => resolve(code)))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<Line> => JSON.parse((await lines.next()).value as string) as Line
  const { bad, other, waiting } = project.jobs
  expect([await next(), await next(), await next()]).toMatchObject([
    { id: bad, state: 'failed' },
    { id: other, state: 'failed' },
    { id: waiting, state: 'scheduled' },
  ])

  await project.run('retry', bad)
  expect(await next()).toMatchObject({ id: bad, state: 'queued' })
  await project.run('cancel', waiting)
  expect(await next()).toEqual({ id: waiting, removed: true })

  child.kill('SIGINT')
  expect(await ended).toBe(0)
})
