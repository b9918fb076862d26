// Sends jobs until SIGTERM. Writes each send and each acknowledgement into its ledger.
import { setTimeout as sleep } from 'node:timers/promises'

import { readChildSettings, reportUp } from './child-settings.ts'
import { loadEngine } from './engines/chaos-engine.ts'
import { openLedger } from './ledger.ts'
import { openClient } from './open-client.ts'
import { createRandom } from './random.ts'
import { createSender } from './create-sender.ts'

/** Number of concurrent sends. */
const lanes = 3
/** Pause between the sends of a lane, in milliseconds. */
const pauseMs = { min: 40, max: 240 }

const { name, engine: engineName, address, appAddress, folder, seed, bug } = readChildSettings()
const note = openLedger(folder, name)
const engine = await loadEngine(engineName)
const { client } = await openClient({ engine, address, role: 'send', note, bug })
const random = createRandom(`${seed} ${name}`)
const app = engine.openApp(appAddress)
const { hasTransactions } = engine
const { sendNext, settled } = createSender({ client, app, hasTransactions, note, random, name })
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
