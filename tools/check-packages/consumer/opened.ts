// Prints the engines of other packages that this app can open. The others must fail with the command that installs them.
import assert from 'node:assert/strict'
import { createJobClient } from '@cgk-platform/jobs'
import { ProviderNotInstalledError } from '@cgk-platform/jobs/errors'

const clients = {
  inngest: createJobClient({ provider: 'inngest', config: { eventKey: 'key' }, jobs: [] }),
  'trigger.dev': createJobClient({ provider: 'trigger.dev', config: { apiKey: 'tr_dev_1' }, jobs: [] }),
  postgres: createJobClient({ provider: 'postgres', config: { connectionString: 'postgres://localhost' }, jobs: [] }),
}
const opened: string[] = []
for (const [name, client] of Object.entries(clients)) {
  try {
    await client.capabilities()
    opened.push(name)
  } catch (error) {
    assert(ProviderNotInstalledError.isInstance(error), `${name}: ${String(error)}`)
    assert.match(error.message, new RegExp(`@cgk-platform/jobs-${name.split('.')[0]}`))
  }
}
console.log(opened.length === 0 ? 'none' : opened.join(' '))
