import { signal } from '@preact/signals'

/** The current time in milliseconds. It advances every second while the page is visible. */
export const now = signal(Date.now())

/** Starts to advance `now`. */
export function startClock(): void {
  const advance = () => {
    if (!document.hidden) now.value = Date.now()
  }
  setInterval(advance, 1000)
  document.addEventListener('visibilitychange', advance)
}
