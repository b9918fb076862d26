import { readFile } from 'node:fs/promises'

import { createVirtualTimeEngine } from '../src/demo/virtual-time-engine.ts'
import { createScreen, type Screen } from '../src/demo/screen.ts'
import type { DemoEngine } from '../src/demo/demo-engine.ts'
import { type InvoiceLine, readInvoiceLines } from '../src/invoice-lines.ts'
import { type ShopEvent, toShopEvents } from '../src/orders.ts'

/** The two days, ready to simulate. */
export interface Days {
  readonly lines: readonly InvoiceLine[]
  readonly events: readonly ShopEvent[]
  readonly engine: DemoEngine
}

/** Reads the file and creates the engine. */
export async function openDays(): Promise<Days> {
  const lines = readInvoiceLines(
    await readFile(new URL('../data/online-retail-2010-12-01.csv', import.meta.url), 'utf8'),
  )
  const events = toShopEvents(lines)
  return { lines, events, engine: createVirtualTimeEngine({ startAt: events[0]!.at }) }
}

/** Creates a screen that stores its text. */
export function createMemoryScreen(): Screen & { text(): string } {
  let text = ''
  const write = (chunk: string | Uint8Array): boolean => {
    text += String(chunk)
    return true
  }
  return { ...createScreen({ write }), text: () => text }
}
