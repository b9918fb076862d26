import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** A vendor whose SDK a package depends on. */
export type Vendor = 'inngest' | 'trigger'

/** A string of each SDK that no minifier changes and that this library does not contain. `checkVendors` verifies it. */
const markers: Readonly<Record<Vendor, string>> = {
  inngest: 'x-inngest-sdk-handled',
  trigger: 'x-trigger-request-idempotency-key',
}

/** Returns the files of a bundle with code of each vendor's SDK. */
export function vendorFilesIn(folder: string): Readonly<Record<Vendor, string[]>> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => /\.[cm]?js$/.test(path) && statSync(path).isFile())
  const filesWith = (marker: string): string[] => files.filter((path) => readFileSync(path, 'utf8').includes(marker))
  return { inngest: filesWith(markers.inngest), trigger: filesWith(markers.trigger) }
}

/** Checks that a bundle contains only the SDK of this vendor, or without a vendor none. @throws otherwise. */
export function checkVendors(folder: string, own: Vendor | undefined): void {
  for (const [vendor, files] of Object.entries(vendorFilesIn(folder))) {
    if (vendor === own && files.length === 0)
      throw new Error(`The bundle does not contain the SDK of its own vendor ${vendor}.`)
    if (vendor !== own && files.length > 0)
      throw new Error(`The bundle must not contain the SDK of ${vendor}, but has it in ${files.join(', ')}.`)
  }
}
