import { expect, test } from 'vitest'

import { renderJob } from './render-job.ts'

const screen = { columns: undefined, paint: (_style: unknown, text: string) => text }
const job = {
  id: 'job_1',
  event: 'order.placed',
  tenantId: 'shop\n1',
  state: 'failed' as const,
  createdAt: new Date(0),
  endedAt: new Date(90_000),
  runs: [
    {
      id: 'run_1',
      definitionId: 'confirm-order',
      state: 'failed' as const,
      restarts: 4,
      attempts: 2,
      maxAttempts: 3,
      error: {
        name: 'Error',
        message: 'no mail',
        stack:
          'Error: no mail\n    at \u001b[2Jsend\n    at run (/app/node_modules/@cgk-platform/jobs-core/dist/index.js:1:1)\n    at node:async_hooks:1:1',
        cause: { name: 'TypeError', message: 'no host', code: 'E_HOST' },
      },
      attemptHistory: [{ number: 1, startedAt: new Date(0), endedAt: new Date(2000), worker: 'w1' }],
      steps: [{ id: 'charge', kind: 'run' as const, state: 'completed' as const, attempts: 1, output: { paid: true } }],
    },
  ],
}

test('a job has its facts, and its runs their attempts, steps and errors with causes', () => {
  expect(renderJob(job, screen, 100_000)).toBe(String.raw`Job job_1
  state         failed
  event         order.placed
  tenant        shop\n1
  sent          1970-01-01T00:00:00.000Z  1m 40s ago
  ended         1970-01-01T00:01:30.000Z  10s ago

Run of confirm-order
  state         failed
  run           run_1
  restarts      4
  attempts      2 of 3
  ATTEMPT  STARTED                   TOOK  WORKER
  1        1970-01-01T00:00:00.000Z  2s    w1
  STEP    KIND  STATE      ATTEMPTS  OUTPUT
  charge  run   completed  1         {"paid":true}
  Error: no mail
      at \u{1b}[2Jsend
  caused by TypeError: no host (E_HOST)
`)
})

test('a step that waits tells for which signal, event or job', () => {
  const step = { kind: 'run', state: 'waiting', attempts: 0 } as const
  const steps = [
    { ...step, id: 'a', kind: 'waitForSignal' as const, waitsFor: { signal: 'approval' } },
    { ...step, id: 'b', kind: 'waitForEvent' as const, waitsFor: { event: 'order.paid' } },
    { ...step, id: 'c', kind: 'runJob' as const, waitsFor: { jobId: 'job_2' } },
  ]
  expect(renderJob({ ...job, runs: [{ ...job.runs[0]!, steps }] }, screen, 0)).toContain(`
  STEP  KIND           STATE    WAITS FOR
  a     waitForSignal  waiting  signal approval
  b     waitForEvent   waiting  order.paid
  c     runJob         waiting  job_2
`)
})

test('a payload of 16 MiB is cut', () => {
  const text = renderJob({ ...job, payload: { text: 'x'.repeat(16 * 1024 * 1024) } }, screen, 0)
  expect(text.length).toBeLessThan(10_000)
  expect(text).toMatch(/x… \(16777227 characters in total, `--json` prints all\)\n/)
})

test('the reason to wait has no escape codes, also on a terminal with colors', () => {
  const colors = { columns: undefined, paint: (_style: unknown, text: string) => `\u001b[2m${text}\u001b[22m` }
  const waiting = { kind: 'delay' as const, until: new Date(0) }
  const text = renderJob({ ...job, state: 'scheduled', waiting, runs: [] }, colors, 0)
  expect(text).toContain(': is delayed until 1970-01-01T00:00:00.000Z\n')
})
