import { satisfies, validRange } from 'semver'

import type { Finding } from './doctor-report.ts'
import type { VendorPackages } from './find-packages.ts'

type VersionFinding = Omit<Finding, 'check'>

/** Checks a vendor's versions against ours and each other. A mismatch is a problem for the chosen engine, else a warning. */
export function checkVendorVersions(vendor: VendorPackages, provider: string | undefined): VersionFinding[] {
  const status = vendor.engine.name === provider ? 'problem' : 'warning'
  return [...outOfRange(vendor), ...mismatchedTools(vendor)].map((finding) => ({ status, ...finding }))
}

type Mismatch = Omit<VersionFinding, 'status'>

function outOfRange({ range, sdk, appSdk }: VendorPackages): Mismatch[] {
  const copies = new Map([sdk, appSdk].flatMap((one) => (one ? [[one.folder, one] as const] : [])))
  return [...copies.values()]
    .filter(({ version }) => !isWithin(version, range))
    .map(({ name, version }) => ({
      message: `\`${name}\` is ${version}, but this library supports ${range}`,
      remedy: `Run \`npm install ${name}@${range}\`.`,
    }))
}

/** Some vendors' tools require an SDK of the same version. Other tools have their own version numbers. */
function mismatchedTools({ engine, toolsMatchSdk, range, appSdk, sdk, tools }: VendorPackages): Mismatch[] {
  const used = appSdk ?? sdk
  if (!toolsMatchSdk || !used) return []
  return tools
    .filter(({ version }) => version !== used.version)
    .map(({ name, version }) => ({ name, version, both: isWithin(version, range) ? version : used.version }))
    .map(({ name, version, both }) => ({
      message: `\`${name}\` is ${version}, but \`${used.name}\` is ${used.version}; ${engine.title} requires the same version`,
      remedy: `Run \`npm install --save-exact ${name}@${both} ${used.name}@${both}\`.`,
    }))
}

/** Returns true if the version is in the range, or if the range is not a semver range, as in a workspace. */
function isWithin(version: string, range: string | undefined): boolean {
  return range === undefined || validRange(range) === null || satisfies(version, range, { includePrerelease: true })
}
