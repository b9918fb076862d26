import { expect, test } from 'vitest'

import { shortenStack } from './shorten-stack.ts'

const inCore = 'file:///app/node_modules/@cgk-platform/jobs-core/dist/provider.js'
const title = 'Error: The mail server is busy\n  with a second line'
const stackOf = (...frames: string[]): string => [title, ...frames.map((frame) => `    at ${frame}`)].join('\n')

const below = [
  `${inCore}:721:141`,
  `HandlerAttempt.run (${inCore}:1748:53)`,
  'node:internal/async_local_storage/async_context_frame:46:52',
  'AsyncResource.runInAsyncScope (node:async_hooks:227:14)',
]

test('a stack keeps the frames of the app and of its packages, and of Node above them', () => {
  const own = [
    'open (node:fs:560:3)',
    'post (file:///app/node_modules/mailer/index.js:5:9)',
    'Object.handler (file:///app/jobs.ts:9:30)',
  ]
  const middleware = 'traced (file:///app/middleware.ts:3:4)'
  expect(shortenStack(stackOf(...own, ...below, middleware, ...below))).toBe(stackOf(...own, middleware))
})

test.each([
  ['pnpm', '/app/node_modules/.pnpm/@cgk-platform+jobs-core@1.0.0/node_modules/@cgk-platform/jobs-core/dist/index.js'],
  ['Windows', String.raw`C:\app\node_modules\@cgk-platform\jobs-local\dist\index.js`],
])('frames of the library are known with %s', (_where, path) => {
  const own = 'handler (/app/jobs.ts:1:1)'
  expect(shortenStack(stackOf(own, `run (${path}:1:1)`))).toBe(stackOf(own))
})

test.each([
  ['of which all frames are of the library', stackOf(...below)],
  [
    'without frames of the library',
    stackOf('handler (/repo/packages/jobs/src/jobs.ts:1:1)', 'node:internal/timers:1:1'),
  ],
  ['without frames', title],
])('a stack %s stays whole', (_what, stack) => {
  expect(shortenStack(stack)).toBe(stack)
})
