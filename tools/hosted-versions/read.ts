// Prints what the status of each job tells.
import { openClient } from './open-client.ts'

const client = await openClient([])
const statuses = await Promise.all(process.argv.slice(2).map((id) => client.getJobStatus(id)))
const told = statuses.map(({ event, state, runs }) => [
  event,
  state,
  ...runs.map(({ state: runState, attempts, version, output, error, steps }) => ({
    ...{ state: runState, attempts, version, output, error: error?.message },
    steps: steps?.map((step) => `${step.id} ${step.kind} ${step.state} ${step.attempts}`),
  })),
])
console.log(JSON.stringify(told))
await client.close()
