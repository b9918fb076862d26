const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const weekdays = 'sun mon tue wed thu fri sat'.split(' ')
const longestMonthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * A checked schedule of five fields in words that mean the same to Trigger.dev, or `undefined` where it has none for
 * it. It reads a step of the weekdays up to a seventh day, takes a day field that names as many days as a month has for
 * one that is left open, and refuses a day that the only month does not have, also where a weekday is the alternative.
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

/** Both fields of days. Where both are given either suffices, so one that names every day leaves both open. */
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

/** A field's values, ascending, none twice; words count from the least on. */
function valuesOf(field: string, [least, most]: readonly [number, number], words: readonly string[] = []): number[] {
  const toValue = (text: string): number => {
    const word = words.indexOf(text.toLowerCase())
    return word < 0 ? Number(text) : least + word
  }
  const values = field.split(',').flatMap((item) => {
    const [range = '', step] = item.split('/')
    const [first = '', second] = range === '*' ? [String(least), String(most)] : range.split('-')
    const from = toValue(first)
    const openTo = step === undefined ? from : Math.max(from, most)
    const to = second === undefined ? openTo : toValue(second)
    const by = Number(step ?? 1)
    return Array.from({ length: Math.floor((to - from) / by) + 1 }, (_, index) => from + index * by)
  })
  return [...new Set(values)].toSorted((one, other) => one - other)
}
