// A process that runs jobs until it is told to end, and writes down what it does.
import { readChildSettings, tellUp } from './child-settings.ts'
import { defineChaosJobs } from './definitions.ts'
import { openLedger } from './ledger.ts'
import { nowMs } from './line.ts'
import { openClient } from './open-client.ts'
import { takeFenceOut } from './plant.ts'

/** How often it looks whether its event loop turns, and what counts as a stall; milliseconds. */
const lookMs = 100
const stallMs = 500

const { name, path, folder, plant } = readChildSettings()
const note = openLedger(folder, name)
if (plant === 'no-fence') takeFenceOut()

let lookedAt = nowMs()
setInterval(() => {
  const since = lookedAt
  lookedAt = nowMs()
  if (lookedAt - since > stallMs) note({ what: 'stalled', since })
}, lookMs).unref()

const { client } = await openClient({ path, role: 'work', note, jobs: defineChaosJobs(note, name) })
note({ what: 'up' })
tellUp()
process.once('SIGTERM', () => void client.close().then(() => process.exit(0)))
