import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'
import type { VendorSdk } from '@cgk-platform/jobs-core/tools'

import { findPackage, type InstalledPackage } from './installed-package.ts'

/** The app's installed packages of this library and of the engines' vendors. */
export interface InstalledPackages {
  /** Packages of this library: every copy that the app or one of these packages would load, each once. */
  readonly ours: readonly InstalledPackage[]
  /** Third-party packages for an engine. */
  readonly others: readonly InstalledPackage[]
  /** Vendors of which our package or one of their own is installed. */
  readonly vendors: readonly VendorPackages[]
}

/** The installed packages of a vendor. */
export interface VendorPackages {
  readonly engine: EngineDescriptor
  /** True if its tools must have the version of the SDK. */
  readonly toolsMatchSdk: boolean
  /** The SDK versions that our package supports. */
  readonly range: string | undefined
  /** The SDK that our package loads. */
  readonly sdk: InstalledPackage | undefined
  /** The SDK that the app loads, which can be a different copy. */
  readonly appSdk: InstalledPackage | undefined
  /** The vendor's tools that the app has installed. */
  readonly tools: readonly InstalledPackage[]
}

const scope = '@cgk-platform/'
const enginelessPackages = ['', '-core'].map((suffix) => `${scope}jobs${suffix}`)

/** Finds packages as the app resolves them, and then as each found package resolves them. */
export function findPackages(cwd: string, engines: readonly EngineDescriptor[]): InstalledPackages {
  const byFolder = new Map<string, InstalledPackage>()
  const names = [...enginelessPackages, ...engines.map(({ packageName }) => packageName)]
  const searchFrom = (folder: string): void => {
    for (const name of names) {
      const found = findPackage(name, folder)
      if (!found || byFolder.has(found.folder)) continue
      byFolder.set(found.folder, found)
      searchFrom(found.folder)
    }
  }
  searchFrom(cwd)
  const found = [...byFolder.values()]
  return {
    ours: found.filter(({ name }) => name.startsWith(scope)),
    others: found.filter(({ name }) => !name.startsWith(scope)),
    vendors: engines
      .flatMap((engine) => (engine.setup?.sdk ? [findVendor(engine, engine.setup.sdk, found, cwd)] : []))
      .filter(isInstalled),
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

function isInstalled({ sdk, appSdk, tools }: VendorPackages): boolean {
  return (sdk ?? appSdk ?? tools[0]) !== undefined
}
