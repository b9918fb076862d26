// Runs jobs until SIGTERM. Writes each attempt into its ledger.
import { readChildSettings, reportUp } from './child-settings.ts'
import { defineChaosJobs } from './definitions.ts'
import { loadEngine } from './engines/chaos-engine.ts'
import { openLedger } from './ledger.ts'
import { nowMs } from './ledger-entry.ts'
import { openClient } from './open-client.ts'
import { moveClock } from './wall-clock.ts'

/** Interval of the checks of the event loop, and the delay that counts as a stall, in milliseconds. */
const checkIntervalMs = 100
const stallMs = 500

const { name, engine: engineName, address, folder, bug, clockAheadMs } = readChildSettings()
const note = openLedger(folder, name)

if (clockAheadMs !== 0) moveClock(clockAheadMs)
const engine = await loadEngine(engineName)
engine.prepareWorker(note, bug)

let checkedAt = nowMs()
setInterval(() => {
  const since = checkedAt
  checkedAt = nowMs()
  if (checkedAt - since > stallMs) note({ type: 'stalled', since })
}, checkIntervalMs).unref()

// Some processes have two clients, which live and die together.
const opened = Array.from({ length: name.startsWith('w4.') ? 2 : 1 }, () =>
  openClient({ engine, address, role: 'work', note, jobs: defineChaosJobs(note, name, engine.hasTransactions) }),
)
const clients = (await Promise.all(opened)).map(({ client }) => client)
note({ type: 'up', pid: process.pid })
reportUp()
process.once('SIGTERM', () => void Promise.all(clients.map((client) => client.close())).then(() => process.exit(0)))
