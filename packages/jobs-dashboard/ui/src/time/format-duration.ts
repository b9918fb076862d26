const units = [
  ['y', 365 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const

/** Returns a duration in at most two units, such as `1 min 20 s`, `3.4 s` or `120 ms`. */
export function formatDuration(ms: number): string {
  const rounded = Math.max(0, Math.round(ms))
  if (rounded < 1000) return `${rounded} ms`
  if (rounded < 10_000) return `${(Math.floor(rounded / 100) / 10).toFixed(1)} s`
  const index = units.findIndex(([, size]) => rounded >= size)
  const [unit, size] = units[index]!
  const whole = Math.floor(rounded / size)
  const next = units[index + 1]
  const rest = next ? Math.floor((rounded % size) / next[1]) : 0
  return rest > 0 && next ? `${whole} ${unit} ${rest} ${next[0]}` : `${whole} ${unit}`
}

/** Returns how far a time is away, such as `3 min ago` or `in 2 h`. */
export function formatRelative(time: number, now: number): string {
  const distance = time - now
  if (Math.abs(distance) < 2000) return 'now'
  const text = coarse(Math.abs(distance))
  return distance < 0 ? `${text} ago` : `in ${text}`
}

function coarse(ms: number): string {
  const found = units.find(([, size]) => ms >= size)
  return found ? `${Math.floor(ms / found[1])} ${found[0]}` : '1 s'
}
