// A process that sends jobs until it is told to end, and writes down what it is about to send and what was acknowledged.
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pass } from 'node:timers/promises'

import { readChildSettings, tellUp } from './child-settings.ts'
import { openLedger } from './ledger.ts'
import { openClient } from './open-client.ts'
import { createRandom } from './random.ts'
import { createSends } from './sends.ts'

/** Sends under way at once, and the pauses between those of one lane, milliseconds. */
const lanes = 3
const pauseMs = { least: 40, most: 240 }

const { name, path, folder, seed, plant } = readChildSettings()
const note = openLedger(folder, name)
const { client } = await openClient({ path, role: 'send', note, plant })
const random = createRandom(`${seed} ${name}`)
const app = new DatabaseSync(path)
app.exec('PRAGMA busy_timeout = 0')
const { sendSome, settled } = createSends({ client, app, note, random, name })
note({ what: 'up' })
tellUp()

let ends = false
process.once('SIGTERM', () => {
  ends = true
})

async function sendOn(): Promise<void> {
  while (!ends) {
    await sendSome()
    await pass(random.between(pauseMs.least, pauseMs.most))
  }
}

await Promise.all(Array.from({ length: lanes }, sendOn))
await settled()
await client.close()
process.exit(0)
