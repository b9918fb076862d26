import { leaseMs, type Plan } from './plan.ts'

/** Renders the faults and loads of a plan, one per line, grouped by process slot. */
export function renderPlan({ seed, durationMs, processFaults, sharedFaults, loads }: Plan): string[] {
  const head = `Seed ${seed}: ${durationMs / 1000} s, lease ${leaseMs} ms. Times are in milliseconds.`
  const bySlot = Object.entries(processFaults).flatMap(([slot, faults]) => [slot, ...faults.map(renderFault)])
  return [head, 'all', ...[...sharedFaults, ...loads].map(renderFault), ...bySlot]
}

function renderFault({ kind, ...settings }: { readonly kind: string }): string {
  const shown = Object.entries(settings).filter(([, value]) => value !== false)
  return `  ${kind}: ${shown.map(([name, value]) => `${name} ${String(value)}`).join(', ')}`
}
