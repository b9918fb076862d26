import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** A vendor whose SDK a provider brings along. */
export type Vendor = 'inngest' | 'trigger'

/** A text of each SDK that no minifier changes and nothing of ours contains. A bundle bound to the vendor proves it. */
const marks: Readonly<Record<Vendor, string>> = {
  inngest: 'x-inngest-sdk-handled',
  trigger: 'x-trigger-request-idempotency-key',
}

/** The files of a bundle that hold code of each vendor's SDK. */
export function vendorFilesIn(folder: string): Readonly<Record<Vendor, string[]>> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => /\.[cm]?js$/.test(path) && statSync(path).isFile())
  const holding = (mark: string): string[] => files.filter((path) => readFileSync(path, 'utf8').includes(mark))
  return { inngest: holding(marks.inngest), trigger: holding(marks.trigger) }
}

/** Throws unless the bundle holds the SDK of this vendor and of no other; without a vendor, of none at all. */
export function checkVendors(folder: string, own: Vendor | undefined): void {
  for (const [vendor, files] of Object.entries(vendorFilesIn(folder))) {
    if (vendor === own && files.length === 0)
      throw new Error(`The bundle has no code of the SDK of ${vendor}, its own.`)
    if (vendor !== own && files.length > 0) throw new Error(`The SDK of ${vendor} is in ${files.join(', ')}.`)
  }
}
