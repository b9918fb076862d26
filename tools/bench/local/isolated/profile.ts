import { mkdtempSync, rmSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { open } from '../contenders/local-engine.ts'
import { nameHiddenWork } from '../profile/name-hidden-work.ts'
import { timePerCategory } from '../profile/time-per-category.ts'

// Profiles the local engine with V8's sampling profiler, and prints microseconds per job by category.
const [store = 'memory', count = ''] = process.argv.slice(2)
const jobs = Number(count)
const intervalUs = 200
const rounds = 3

nameHiddenWork(DatabaseSync)
const folder = mkdtempSync(join(tmpdir(), 'bench-profile-'))
const engine = await open({ folder, settings: { store, concurrency: store === 'sqlite' ? 1_000 : 50 } })
await engine.run(jobs) // warm-up
const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.setSamplingInterval', { interval: intervalUs })
globalThis.gc?.()
const used = process.cpuUsage()
await session.post('Profiler.start')
for (let round = 0; round < rounds; round++) await engine.run(jobs)
const { profile } = await session.post('Profiler.stop')
const { user, system } = process.cpuUsage(used)
rmSync(folder, { recursive: true })
const total = profile.endTime - profile.startTime
const { categories, functions } = timePerCategory(profile, intervalUs)
const perJob = (us: number): number => us / (jobs * rounds)
console.log(
  JSON.stringify({
    categories: Object.fromEntries(Object.entries(categories).map(([name, us]) => [name, perJob(us)])),
    functions: functions.map(({ name, us }) => ({ name, us: perJob(us) })),
    totalUs: perJob(total),
    cpuUs: perJob(user + system),
  }),
)
