import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { readDocument } from '@cgk-platform/test-kit/documents'
import { blocksOf } from '@cgk-platform/test-kit/extract-snippets'
import { createReaderProject } from '@cgk-platform/test-kit/reader-project'
import { commandLine } from '@cgk-platform/test-kit/run-command'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'

import { bareEnvironment } from '../../../vitest.environment.ts'

// Runs the commands of the README in the app of the README.

const project = createReaderProject()
const [example] = blocksOf(readDocument('README.md')).filter(({ info }) => info === 'ts')
const commands = blocksOf(readDocument('README.md').split('## Dashboard')[1]!).find(({ info }) => info === 'sh')!.code

beforeAll(() => project.write('first-job.ts', example!.code))
afterAll(() => project.remove())

test('the dashboard shows the job of the example', async () => {
  const line = commands.replace('npx @cgk-platform/jobs-cli', `exec node ${commandLine}`)
  const child = spawn('bash', ['--norc', '-c', line], {
    cwd: project.folder,
    env: bareEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const printed: string[] = []
  createInterface({ input: child.stderr }).on('line', (text) => void printed.push(text))
  const lines = createInterface({ input: child.stdout })
  let address = ''
  for await (const text of lines) {
    printed.push(text)
    if (!text.startsWith('http')) continue
    address = text
    break
  }
  expect(printed).toContain("completed 2 { confirmed: 'order_456' }")
  const login = await fetch(address, { redirect: 'manual' })
  expect(login.status, printed.join('\n')).toBe(303)
  child.kill('SIGINT')
  expect(await once(child, 'close')).toEqual([0, null])
})
