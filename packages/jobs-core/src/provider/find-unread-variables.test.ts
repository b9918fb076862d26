import { expect, test } from 'vitest'

import type { EngineDescriptor } from '../engines/engine-descriptor.ts'
import { findUnreadVariables } from './find-unread-variables.ts'

const here: EngineDescriptor = {
  ...{ name: 'here', title: 'Here', packageName: 'jobs-here', runsInProcess: true },
  variables: [
    { name: 'JOB_HERE_PATH', purpose: 'The file.', mistakes: ['JOB_HERE_FILE'] },
    { name: 'JOB_KEY', purpose: 'The key.', choosesEngine: true },
    { name: 'CLOUD_URL', purpose: 'The server.' },
  ],
}

test.each<[variables: Record<string, string>, found: Record<string, string>]>([
  [{ JOB_LOGLEVEL: 'debug' }, { JOB_LOGLEVEL: 'JOB_LOG_LEVEL' }],
  [{ JOBS_LOG_LEVEL: 'debug' }, { JOBS_LOG_LEVEL: 'JOB_LOG_LEVEL' }],
  [{ JOB_LOG: 'debug' }, { JOB_LOG: 'JOB_LOG_LEVEL' }],
  [{ JOB_HERE_FILE: 'a' }, { JOB_HERE_FILE: 'JOB_HERE_PATH' }],
  [
    { JOB_HERE_PAHT: 'a', JOB_LOG_LEVELS: 'b' },
    { JOB_LOG_LEVELS: 'JOB_LOG_LEVEL', JOB_HERE_PAHT: 'JOB_HERE_PATH' },
  ],
])('%j: the setting that is probably meant', (variables, found) => {
  const entries = findUnreadVariables([here], variables).map(({ name, meant }) => [name, meant])
  expect(Object.fromEntries(entries)).toEqual(found)
})

test.each([
  { JOB_ID: '1', JOB_NAME: 'build', JOB_TITLE: 'cook', JOB_LOG_DIR: '/var/log', JOB_LOGO: 'a.png' },
  { JOB_LOG_LEVEL: 'warn', JOB_PROVIDER: 'here', JOB_HERE_PATH: 'a', JOB_HERE_FILE: 'b', JOB_LOG_LEVEL_2: 'c' },
  { JOB_LOGLEVEL: '' },
  { CLOUD_URI: 'a', JOB_KEYS: 'b', MY_JOB_LOG_LEVEL: 'c' },
])('%j has none', (variables) => {
  expect(findUnreadVariables([here], variables)).toEqual([])
})
