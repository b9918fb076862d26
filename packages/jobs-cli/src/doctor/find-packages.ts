import { findPackage, type InstalledPackage } from './installed-package.ts'

/** The packages that an app has of this library, and of the engines' vendors. */
export interface InstalledPackages {
  /** Of this library: every copy that the app or one of them would load, each once. */
  readonly ours: readonly InstalledPackage[]
  /** Of each vendor, where a package of ours for it is installed or one of the vendor's own. */
  readonly vendors: readonly VendorPackages[]
}

/** What is installed of a vendor. */
export interface VendorPackages {
  readonly provider: 'inngest' | 'trigger.dev'
  /** The versions of the SDK that our package is made for. */
  readonly range: string | undefined
  /** The SDK that our package loads. */
  readonly sdk: InstalledPackage | undefined
  /** The SDK that the app loads, where it can: it need not be the same. */
  readonly appSdk: InstalledPackage | undefined
  /** The vendor's tools that the app has beside it. */
  readonly tools: readonly InstalledPackage[]
}

const family = ['', '-core', '-local', '-inngest', '-trigger'].map((end) => `@cgk-platform/jobs${end}`)

const vendors = [
  { provider: 'inngest', ours: '@cgk-platform/jobs-inngest', sdk: 'inngest', tools: ['inngest-cli'] },
  {
    provider: 'trigger.dev',
    ours: '@cgk-platform/jobs-trigger',
    sdk: '@trigger.dev/sdk',
    tools: ['trigger.dev', '@trigger.dev/build'],
  },
] as const

/** Looks from the folder of an app, and from there where its packages look. */
export function findPackages(cwd: string): InstalledPackages {
  const byFolder = new Map<string, InstalledPackage>()
  const lookFrom = (folder: string): void => {
    for (const name of family) {
      const found = findPackage(name, folder)
      if (!found || byFolder.has(found.folder)) continue
      byFolder.set(found.folder, found)
      lookFrom(found.folder)
    }
  }
  lookFrom(cwd)
  const ours = [...byFolder.values()]
  return { ours, vendors: vendors.map((vendor) => findVendor(vendor, ours, cwd)).filter(isThere) }
}

function findVendor(
  { provider, ours: ourName, sdk, tools }: (typeof vendors)[number],
  ours: readonly InstalledPackage[],
  cwd: string,
): VendorPackages {
  const our = ours.find(({ name }) => name === ourName)
  return {
    provider,
    range: our?.dependencies[sdk],
    sdk: our && findPackage(sdk, our.folder),
    appSdk: findPackage(sdk, cwd),
    tools: tools.map((tool) => findPackage(tool, cwd)).filter((tool) => tool !== undefined),
  }
}

function isThere({ sdk, appSdk, tools }: VendorPackages): boolean {
  return (sdk ?? appSdk ?? tools[0]) !== undefined
}
