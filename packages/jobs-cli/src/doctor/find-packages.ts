import type { EngineDescriptor, VendorSdk } from '@cgk-platform/jobs-core/provider'

import { findPackage, type InstalledPackage } from './installed-package.ts'

/** The packages that an app has of this library, and of the engines' vendors. */
export interface InstalledPackages {
  /** Of this library: every copy that the app or one of them would load, each once. */
  readonly ours: readonly InstalledPackage[]
  /** The packages that others have written for an engine. */
  readonly others: readonly InstalledPackage[]
  /** Of each vendor, where a package of ours for it is installed or one of the vendor's own. */
  readonly vendors: readonly VendorPackages[]
}

/** What is installed of a vendor. */
export interface VendorPackages {
  readonly engine: EngineDescriptor
  /** True if its tools must have the version of the SDK. */
  readonly toolsMatchSdk: boolean
  /** The versions of the SDK that our package is made for. */
  readonly range: string | undefined
  /** The SDK that our package loads. */
  readonly sdk: InstalledPackage | undefined
  /** The SDK that the app loads, where it can: it need not be the same. */
  readonly appSdk: InstalledPackage | undefined
  /** The vendor's tools that the app has beside it. */
  readonly tools: readonly InstalledPackage[]
}

const scope = '@cgk-platform/'
const withoutEngine = ['', '-core'].map((end) => `${scope}jobs${end}`)

/** Looks from the folder of an app, and from there where its packages look. */
export function findPackages(cwd: string, engines: readonly EngineDescriptor[]): InstalledPackages {
  const byFolder = new Map<string, InstalledPackage>()
  const family = [...withoutEngine, ...engines.map(({ packageName }) => packageName)]
  const lookFrom = (folder: string): void => {
    for (const name of family) {
      const found = findPackage(name, folder)
      if (!found || byFolder.has(found.folder)) continue
      byFolder.set(found.folder, found)
      lookFrom(found.folder)
    }
  }
  lookFrom(cwd)
  const found = [...byFolder.values()]
  return {
    ours: found.filter(({ name }) => name.startsWith(scope)),
    others: found.filter(({ name }) => !name.startsWith(scope)),
    vendors: engines
      .flatMap((engine) => (engine.setup?.sdk ? [findVendor(engine, engine.setup.sdk, found, cwd)] : []))
      .filter(isThere),
  }
}

function findVendor(
  engine: EngineDescriptor,
  { packageName, tools, toolsMatchSdk = false }: VendorSdk,
  installed: readonly InstalledPackage[],
  cwd: string,
): VendorPackages {
  const provider = installed.find(({ name }) => name === engine.packageName)
  return {
    engine,
    toolsMatchSdk,
    range: provider?.dependencies[packageName],
    sdk: provider && findPackage(packageName, provider.folder),
    appSdk: findPackage(packageName, cwd),
    tools: tools.map((tool) => findPackage(tool, cwd)).filter((tool) => tool !== undefined),
  }
}

function isThere({ sdk, appSdk, tools }: VendorPackages): boolean {
  return (sdk ?? appSdk ?? tools[0]) !== undefined
}
