import { effect, signal, type Signal } from '@preact/signals'

/** Returns a signal whose value this browser remembers. A browser that refuses storage forgets it. */
export function storedSignal<Value extends string>(
  key: string,
  initial: Value,
  isValid: (value: string) => boolean,
): Signal<Value> {
  const name = `jobs-dashboard:${key}`
  const stored = readStorage(name)
  const value = signal(stored !== null && isValid(stored) ? (stored as Value) : initial)
  effect(() => {
    const next = value.value
    try {
      localStorage.setItem(name, next)
    } catch {
      // Storage is full or forbidden. The choice then lasts until the page is closed.
    }
  })
  return value
}

function readStorage(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}
