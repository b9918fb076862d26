import { signal } from '@preact/signals'

/** A short message about an action. */
export interface Toast {
  readonly id: number
  readonly kind: 'done' | 'failed'
  readonly text: string
}

/** The messages that are shown, at most three. */
export const toasts = signal<readonly Toast[]>([])

const visibleMs = 8000
let lastId = 0

/** Shows a message. One about a failure stays until it is closed. */
export function showToast(kind: Toast['kind'], text: string): void {
  const id = (lastId += 1)
  toasts.value = [...toasts.value, { id, kind, text }].slice(-3)
  if (kind === 'done') setTimeout(() => closeToast(id), visibleMs)
}

/** Closes a message. */
export function closeToast(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id)
}
