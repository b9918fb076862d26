/** Formats milliseconds in at most two units: `250ms`, `1.5s`, `3m 20s`, `2h 5m`, `4d 1h`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))}ms`
  if (ms < 60_000) return `${Math.floor(ms / 100) / 10}s`
  const units: readonly (readonly [unit: string, unitMs: number])[] = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ]
  const first = units.findIndex(([, unitMs]) => ms >= unitMs)
  const [unit, unitMs] = units[first]!
  const [smallerUnit, smallerMs] = units[first + 1]!
  const rest = Math.floor((ms % unitMs) / smallerMs)
  const main = `${Math.floor(ms / unitMs)}${unit}`
  return rest === 0 ? main : `${main} ${rest}${smallerUnit}`
}
