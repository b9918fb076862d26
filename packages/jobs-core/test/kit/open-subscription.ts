import { createClient } from '../../src/client/create-client.ts'
import type { JobFilter } from '../../src/status/job-filter.ts'
import type { SubscribeOptions } from '../../src/inspection/job-inspector.ts'
import type { Feature } from '../../src/engines/capabilities.ts'
import type { JobState } from '../../src/status/job-state.ts'
import type { FakeInspection } from './fake-inspection.ts'
import { createFakeProvider } from './fake-provider.ts'
import { createManualClock } from './manual-clock.ts'
import { createMemoryLogger } from './memory-logger.ts'

interface Setting {
  filter?: JobFilter
  pushes?: boolean
  without?: readonly Feature[]
  options?: SubscribeOptions
}

/** Opens a subscription on a fake engine, and records what it reports. */
export function openSubscription(
  fake: FakeInspection,
  { filter = {}, pushes = false, without = [], options }: Setting = {},
) {
  const clock = createManualClock(0)
  const { logger, lines } = createMemoryLogger()
  const inspection = {
    ...fake,
    ...(pushes && {
      watch(changed: () => void) {
        fake.watchers.add(changed)
        return () => void fake.watchers.delete(changed)
      },
    }),
  }
  const provider = createFakeProvider({ inspection, without })
  const client = createClient({ load: () => provider }, { jobs: [], clock, logger })
  const changes: string[] = []
  const stop = client.inspect.subscribe(
    filter,
    ({ jobs, removed }) => {
      changes.push([...jobs.map(({ id, state }) => `${id} ${state}`), ...removed.map((id) => `-${id}`)].join(', '))
    },
    options,
  )
  const push = () => {
    for (const changed of fake.watchers) changed()
  }
  return { clock, client, changes, stop, push, lines, provider }
}
/** Changes the state of a job. */
export const become = (fake: FakeInspection, id: string, state: JobState) => {
  const index = fake.jobs.findIndex((job) => job.id === id)
  fake.jobs[index] = { ...fake.jobs[index]!, state }
}
