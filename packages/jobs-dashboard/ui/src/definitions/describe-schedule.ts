const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const hourOrMinute = /^\d{1,2}$/

/** Returns a schedule in words, such as `Every day at 03:00`; `undefined` if simple words would not be exact. */
export function describeSchedule(schedule: string): string | undefined {
  const [minute = '', hour = '', day = '', month, weekday = ''] = schedule.split(' ')
  if (month !== '*') return undefined
  const isDaily = day === '*' && weekday === '*'
  if (hour === '*' || hour.startsWith('*/')) return isDaily ? describeInterval(minute, hour) : undefined
  const hours = hour.split(',')
  if (![minute, ...hours].every((each) => hourOrMinute.test(each))) return undefined
  const at = `at ${listOf(hours.map((each) => `${twoDigits(each)}:${twoDigits(minute)}`))}`
  if (isDaily) return `Every day ${at}`
  // Some months have no later days.
  if (weekday === '*')
    return hourOrMinute.test(day) && Number(day) <= 28 ? `Day ${day} of every month ${at}` : undefined
  const names = day === '*' ? describeWeekdays(weekday) : undefined
  return names && `${names} ${at}`
}

function describeInterval(minute: string, hour: string): string | undefined {
  if (hour === '*' && (minute === '*' || minute.startsWith('*/'))) return every(minute, 60, 'minute')
  const hours = every(hour, 24, 'hour')
  if (!hours || !hourOrMinute.test(minute)) return undefined
  return Number(minute) === 0 ? hours : `${hours} at :${twoDigits(minute)}`
}

/** Returns the words for a step. One that does not divide the whole is shorter at its end. */
function every(step: string, whole: number, unit: string): string | undefined {
  const size = step === '*' ? 1 : Number(step.slice(2))
  if (whole % size !== 0) return undefined
  return size === 1 ? `Every ${unit}` : `Every ${size} ${unit}s`
}

function describeWeekdays(weekday: string): string | undefined {
  const range = weekday.split('-')
  const names = (range.length === 2 ? range : weekday.split(',')).map(dayOf)
  if (names.includes(undefined) || new Set(names).size < names.length) return undefined
  return range.length === 2 ? names.join(' to ') : listOf(names as string[])
}

function dayOf(text: string): string | undefined {
  if (/^[0-7]$/.test(text)) return days[Number(text) % 7]
  return days.find((day) => day.slice(0, 3).toLowerCase() === text.toLowerCase())
}

function listOf(items: string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

function twoDigits(text: string): string {
  return text.padStart(2, '0')
}
