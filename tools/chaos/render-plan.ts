import { leaseMs, type Plan } from './plan.ts'

/** The lines that tell what a plan has in store. */
export function renderPlan({ seed, durationMs, workers, senders, acts }: Plan): string[] {
  return [
    `Seed ${seed}: ${durationMs / 1000} s, workers ${workers.join(' ')}, senders ${senders.join(' ')}, lease ${leaseMs} ms`,
    ...acts.map((act) => {
      const when = 'atMs' in act ? `${(act.atMs / 1000).toFixed(2)} s` : `minute ${act.atMinute} + ${act.afterMs} ms`
      return `${when.padStart(18)}  ${act.act}${'slot' in act ? ` ${act.slot}` : ''}`
    }),
  ]
}
