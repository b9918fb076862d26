import { showToast } from '../app/toasts.ts'

/** Copies a text and says so. Returns false if the browser does not allow it, as without HTTPS. */
export async function copyText(text: string, message: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    return false
  }
  showToast('done', message)
  return true
}
