// Sends jobs until SIGTERM. Writes each send and each acknowledgement into its ledger.
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'

import { readChildSettings, reportUp } from './child-settings.ts'
import { openLedger } from './ledger.ts'
import { openClient } from './open-client.ts'
import { createRandom } from './random.ts'
import { createSender } from './create-sender.ts'

/** Number of concurrent sends. */
const lanes = 3
/** Pause between the sends of a lane, in milliseconds. */
const pauseMs = { min: 40, max: 240 }

const { name, path, folder, seed, bug } = readChildSettings()
const note = openLedger(folder, name)
const { client } = await openClient({ path, role: 'send', note, bug })
const random = createRandom(`${seed} ${name}`)
const app = new DatabaseSync(path)
app.exec('PRAGMA busy_timeout = 0')
const { sendNext, settled } = createSender({ client, app, note, random, name })
note({ type: 'up', pid: process.pid })
reportUp()

let shuttingDown = false
process.once('SIGTERM', () => {
  shuttingDown = true
})

async function runLane(): Promise<void> {
  while (!shuttingDown) {
    await sendNext()
    await sleep(random.between(pauseMs.min, pauseMs.max))
  }
}

await Promise.all(Array.from({ length: lanes }, runLane))
await settled()
await client.close()
process.exit(0)
