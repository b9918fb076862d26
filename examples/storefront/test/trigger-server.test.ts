import { expect, it } from 'vitest'

import { configuredTriggerServer } from '../src/demo/trigger-server.ts'

const cloud = 'https://api.trigger.dev'
const own = 'https://trigger.example'
const access = { accessToken: 'tr_pat_1', projectRef: 'proj_1' }
const variables = { TRIGGER_ACCESS_TOKEN: access.accessToken, TRIGGER_PROJECT_REF: access.projectRef }

it.each([
  [{}, undefined],
  [{ TRIGGER_API_URL: '', TRIGGER_SECRET_KEY: '' }, undefined],
  [variables, undefined],
  [{ TRIGGER_SECRET_KEY: 'tr_dev_1' }, { url: cloud }],
  [{ TRIGGER_API_URL: own }, { url: own }],
  [{ TRIGGER_SECRET_KEY: 'tr_dev_1', TRIGGER_PROJECT_REF: 'proj_1' }, { url: cloud }],
  [
    { ...variables, TRIGGER_SECRET_KEY: 'tr_dev_1', TRIGGER_API_URL: own },
    { url: own, access },
  ],
])('%j configures %j', (environment, server) => {
  expect(configuredTriggerServer(environment)).toEqual(server)
})
