// Runs jobs until SIGTERM. Writes each attempt into its ledger.
import { readChildSettings, reportUp } from './child-settings.ts'
import { excessOf } from './check/pass-costs.ts'
import { countTransactions } from './count-transactions.ts'
import { defineChaosJobs } from './definitions.ts'
import { openLedger } from './ledger.ts'
import { nowMs } from './ledger-entry.ts'
import { openClient } from './open-client.ts'
import { injectIntoWorker } from './injected-bug.ts'

/** Interval of the checks of the event loop, and the delay that counts as a stall, in milliseconds. */
const checkIntervalMs = 100
const stallMs = 500
/** Statements and rows of a transaction, beyond those for the rows that it changed, up to which it is not noted. */
const maxExcess = 100

const { name, path, folder, bug } = readChildSettings()
const note = openLedger(folder, name)

countTransactions((cost) => {
  if (excessOf(cost) > maxExcess) note({ type: 'transaction', ...cost })
})
injectIntoWorker(bug)

let checkedAt = nowMs()
setInterval(() => {
  const since = checkedAt
  checkedAt = nowMs()
  if (checkedAt - since > stallMs) note({ type: 'stalled', since })
}, checkIntervalMs).unref()

// Some processes have two clients, which live and die together.
const opened = Array.from({ length: name.startsWith('w4.') ? 2 : 1 }, () =>
  openClient({ path, role: 'work', note, jobs: defineChaosJobs(note, name) }),
)
const clients = (await Promise.all(opened)).map(({ client }) => client)
note({ type: 'up', pid: process.pid })
reportUp()
process.once('SIGTERM', () => void Promise.all(clients.map((client) => client.close())).then(() => process.exit(0)))
