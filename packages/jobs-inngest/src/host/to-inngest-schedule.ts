const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/**
 * Converts a validated schedule of five fields to one with the same meaning in Inngest. Inngest does not know weekday
 * 7, and treats a day field that contains a star anywhere, such as a star with a step of 1, as unrestricted.
 */
export function toInngestSchedule(schedule: string): string {
  const [minute, hour, day, month, weekday] = schedule.split(' ')
  return [minute, hour, day === '*' ? day : day!.replaceAll('*', '1-31'), month, toWeekdays(weekday!)].join(' ')
}

/** Expands a weekday field to a list of days, with Sunday as 0. */
function toWeekdays(field: string): string {
  if (field === '*') return field
  const days = field.split(',').flatMap((item) => {
    const [range = '', step] = item.split('/')
    const [first = '', second] = range === '*' ? ['0', '6'] : range.split('-')
    const from = toWeekday(first)
    const openTo = step === undefined ? from : Math.max(from, 6)
    const to = second === undefined ? openTo : toWeekday(second)
    const stepDays = Number(step ?? 1)
    return Array.from({ length: Math.floor((to - from) / stepDays) + 1 }, (_, index) => (from + index * stepDays) % 7)
  })
  return [...new Set(days)].toSorted((one, other) => one - other).join(',')
}

function toWeekday(text: string): number {
  const day = weekdays.indexOf(text.toLowerCase())
  return day < 0 ? Number(text) : day
}
