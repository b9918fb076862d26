const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const weekdays = 'sun mon tue wed thu fri sat'.split(' ')
const longestMonthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Converts a valid schedule of five fields to one that means the same to Trigger.dev, or returns `undefined` if there
 * is none. Trigger.dev differs in three ways. It counts a step of weekdays up to a seventh day. It treats a day field
 * with as many days as the month as `*`. It rejects a day that the only month does not have, even if a weekday is the
 * alternative.
 */
export function toTriggerSchedule(schedule: string): string | undefined {
  const [minute, hour, day, month, weekday] = schedule.split(' ') as [string, string, string, string, string]
  const monthDays = longestMonthDays.filter((_, index) => valuesOf(month, [1, 12], months).includes(index + 1))
  const longest = Math.max(...monthDays)
  const days = day === '*' ? undefined : valuesOf(day, [1, 31]).filter((one) => one <= longest)
  const named = weekday === '*' ? undefined : valuesOf(weekday, [0, 6], weekdays).map((one) => one % 7)
  const daysOfWeek = named && [...new Set(named)].toSorted((one, other) => one - other)
  const fields = toDayFields(days, daysOfWeek, monthDays)
  return fields && [minute, hour, fields[0], month, fields[1]].join(' ')
}

type Days = readonly number[] | undefined

/** Returns both day fields. If both are restricted, either one suffices, so a field with every day makes both `*`. */
function toDayFields(days: Days, daysOfWeek: Days, monthDays: readonly number[]): [string, string] | undefined {
  const isEveryDay = days?.length === Math.max(...monthDays)
  const isEveryWeekday = daysOfWeek?.length === 7
  if (days && daysOfWeek) {
    if (isEveryDay || isEveryWeekday) return ['*', '*']
    if (days.length === 0) return ['*', daysOfWeek.join(',')]
    return days.length < Math.min(...monthDays) ? [days.join(','), daysOfWeek.join(',')] : undefined
  }
  return [isEveryDay || !days ? '*' : days.join(','), isEveryWeekday || !daysOfWeek ? '*' : daysOfWeek.join(',')]
}

/** Returns the values of a field in ascending order, without duplicates. The first of `names` has the value `min`. */
function valuesOf(field: string, [min, max]: readonly [number, number], names: readonly string[] = []): number[] {
  const toValue = (text: string): number => {
    const index = names.indexOf(text.toLowerCase())
    return index < 0 ? Number(text) : min + index
  }
  const values = field.split(',').flatMap((item) => {
    const [range = '', step] = item.split('/')
    const [first = '', second] = range === '*' ? [String(min), String(max)] : range.split('-')
    const from = toValue(first)
    const openTo = step === undefined ? from : Math.max(from, max)
    const to = second === undefined ? openTo : toValue(second)
    const by = Number(step ?? 1)
    return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, index) => from + index * by)
  })
  return [...new Set(values)].toSorted((one, other) => one - other)
}
