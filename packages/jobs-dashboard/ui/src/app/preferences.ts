import { effect } from '@preact/signals'

import { storedSignal } from './stored-signal.ts'

/** The color scheme; `auto` follows the system. */
export const theme = storedSignal<'auto' | 'light' | 'dark'>('theme', 'auto', oneOf('auto', 'light', 'dark'))

/** The time zone of all times: `local`, or an IANA name such as `UTC`. */
export const timeZone = storedSignal<string>('time-zone', 'local', (zone) => zone === 'local' || isTimeZone(zone))

/** Tables show times as `5 min ago`, or as date and time. */
export const timeStyle = storedSignal<'relative' | 'exact'>('time-style', 'relative', oneOf('relative', 'exact'))

/** Turns shortcuts of single keys off, because speech input can press them by accident. */
export const shortcuts = storedSignal<'on' | 'off'>('shortcuts', 'on', oneOf('on', 'off'))

/** Applies the theme to the page. */
export function applyTheme(): void {
  effect(() => {
    if (theme.value === 'auto') delete document.documentElement.dataset['theme']
    else document.documentElement.dataset['theme'] = theme.value
  })
}

function oneOf(...values: string[]): (value: string) => boolean {
  return (value) => values.includes(value)
}

function isTimeZone(zone: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone: zone }).format(0)
    return true
  } catch {
    return false
  }
}
