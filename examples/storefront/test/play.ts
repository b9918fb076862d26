import { readFile } from 'node:fs/promises'

import { createFastForward } from '../src/demo/fast-forward.ts'
import { createScreen, type Screen } from '../src/demo/screen.ts'
import type { Stage } from '../src/demo/stage.ts'
import { type InvoiceLine, readInvoiceLines } from '../src/invoice-lines.ts'
import { type ShopEvent, toShopEvents } from '../src/orders.ts'

/** The two days, ready to be played. */
export interface Days {
  readonly lines: readonly InvoiceLine[]
  readonly events: readonly ShopEvent[]
  readonly stage: Stage
}

/** Reads the file and sets the stage. */
export async function openDays(): Promise<Days> {
  const lines = readInvoiceLines(
    await readFile(new URL('../data/online-retail-2010-12-01.csv', import.meta.url), 'utf8'),
  )
  const events = toShopEvents(lines)
  return { lines, events, stage: createFastForward({ startAt: events[0]!.at }) }
}

/** A screen that only remembers. */
export function createMemoryScreen(): Screen & { text(): string } {
  let text = ''
  const write = (chunk: string | Uint8Array): boolean => {
    text += String(chunk)
    return true
  }
  return { ...createScreen({ write }), text: () => text }
}
