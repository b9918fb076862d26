const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/**
 * A checked schedule of five fields in words that mean the same to Inngest. It knows no weekday 7, and takes a day
 * field with a star anywhere in it, also a star divided by 1, for one that is left open.
 */
export function toInngestSchedule(schedule: string): string {
  const [minute, hour, day, month, weekday] = schedule.split(' ')
  return [minute, hour, day === '*' ? day : day!.replaceAll('*', '1-31'), month, toWeekdays(weekday!)].join(' ')
}

/** The field as a list of its days, Sunday as 0. */
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
