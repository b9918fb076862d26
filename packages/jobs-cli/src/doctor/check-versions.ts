import { relative } from 'node:path'

import type { EngineDescriptor } from '@cgk-platform/jobs-core/provider'
import { satisfies } from 'semver'

import { checkScriptPackages } from './check-script-packages.ts'
import { checkVendorVersions } from './check-vendor-versions.ts'
import type { CheckResult, Finding, PackageFacts } from './doctor-report.ts'
import { findPackages } from './find-packages.ts'
import type { InstalledPackage } from './installed-package.ts'

/** Reports the app's installed packages and whether their versions fit together. */
export function checkVersions({
  engines,
  cwd,
  ownVersion,
  provider,
  nodeVersion = process.versions.node,
}: {
  engines: readonly EngineDescriptor[]
  cwd: string
  /** The version of this command's package. */
  ownVersion: string
  /** The name of the chosen engine. */
  provider: string | undefined
  nodeVersion?: string
}): CheckResult<readonly PackageFacts[]> {
  const { ours, others, vendors } = findPackages(cwd, engines)
  const vendorPackages = vendors.flatMap(({ sdk, appSdk, tools }) => [sdk, appSdk, ...tools])
  const all = new Map(
    [...ours, ...others, ...vendorPackages].flatMap((one) => (one ? [[one.folder, one] as const] : [])),
  )
  const problems = [
    ...nodeFindings([...ours, ...others], nodeVersion),
    ...ownPackageFindings(ours, ownVersion, cwd),
    ...vendors.flatMap((vendor) => checkVendorVersions(vendor, provider)),
    ...checkScriptPackages(cwd),
  ]
  return {
    facts: [...all.values()].map(({ name, version, folder }) => ({ name, version, path: relative(cwd, folder) })),
    findings: [
      { check: 'versions', status: 'ok', message: `Node ${nodeVersion}${listVersions([...all.values()])}` },
      ...problems.map((problem) => ({ check: 'versions' as const, ...problem })),
    ],
  }
}

type VersionFinding = Omit<Finding, 'check'>

/** Lists names and versions. Packages of this library with the same version appear once. */
function listVersions(packages: readonly InstalledPackage[]): string {
  const names = new Map<string, string>()
  for (const { name, version } of packages) {
    const title = name.startsWith('@cgk-platform/') ? '@cgk-platform/jobs' : name
    names.set(`${title} ${version}`, title)
  }
  return [...names.keys()].map((one) => `, ${one}`).join('')
}

function nodeFindings(ours: readonly InstalledPackage[], nodeVersion: string): VersionFinding[] {
  const unmet = ours.find(({ node }) => node !== undefined && !satisfies(nodeVersion, node))
  if (!unmet) return []
  const message = `this is Node ${nodeVersion}, but \`${unmet.name}\` ${unmet.version} needs ${unmet.node}`
  return [{ status: 'problem', message, remedy: 'Install a Node version in that range.' }]
}

function ownPackageFindings(ours: readonly InstalledPackage[], ownVersion: string, cwd: string): VersionFinding[] {
  if (ours.length === 0) {
    const message = 'no package of `@cgk-platform/jobs` is installed here'
    return [{ status: 'warning', message, remedy: "Run this in the app's folder, or install `@cgk-platform/jobs`." }]
  }
  const versions = new Set(ours.map(({ version }) => version))
  if (versions.size > 1) {
    const message = `the packages of \`@cgk-platform/jobs\` have different versions: ${listNames(ours)}`
    return [{ status: 'problem', message, remedy: 'Install the same version of all of them.' }]
  }
  const [version] = versions
  const cores = ours.filter(({ name }) => name === '@cgk-platform/jobs-core')
  return [
    ...(version === ownVersion ? [] : [doctorVersionWarning(ownVersion, version!)]),
    ...(cores.length > 1 ? [duplicateCoreWarning(cores, cwd)] : []),
  ]
}

function doctorVersionWarning(ownVersion: string, version: string): VersionFinding {
  const message = `this command is ${ownVersion}, but the app has ${version}`
  return { status: 'warning', message, remedy: `Run \`npx @cgk-platform/jobs-cli@${version} doctor\`.` }
}

function duplicateCoreWarning(cores: readonly InstalledPackage[], cwd: string): VersionFinding {
  const places = cores.map(({ folder }) => relative(cwd, folder)).join(' and ')
  const message = `\`@cgk-platform/jobs-core\` is installed ${cores.length} times: ${places}`
  const remedy = 'Deduplicate them: they share jobs, but `instanceof` fails between them.'
  return { status: 'warning', message, remedy }
}

function listNames(packages: readonly InstalledPackage[]): string {
  return packages.map(({ name, version }) => `\`${name}\` ${version}`).join(', ')
}
