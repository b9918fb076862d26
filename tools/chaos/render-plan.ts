import { leaseMs, type Plan } from './plan.ts'

/** The lines that tell what a plan has in store. */
export function renderPlan({ seed, durationMs, lives, common }: Plan): string[] {
  const head = `Seed ${seed}: ${durationMs / 1000} s, a lease of ${leaseMs} ms. Times are milliseconds.`
  const ofSlots = Object.entries(lives).flatMap(([slot, acts]) => [slot, ...acts.map(toText)])
  return [head, 'all', ...common.map(toText), ...ofSlots]
}

function toText({ act, ...rest }: { readonly act: string }): string {
  const told = Object.entries(rest).filter(([, value]) => value !== false)
  return `  ${act}: ${told.map(([name, value]) => `${name} ${String(value)}`).join(', ')}`
}
