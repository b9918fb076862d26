// How a changeset reads in a changelog: as it was written for users, without the commit that it came with.

/** @type {import('@changesets/types').ChangelogFunctions} */
const changelog = {
  getReleaseLine: ({ summary }) =>
    summary
      .trim()
      .split('\n')
      .map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`.trimEnd()))
      .join('\n'),
  // All packages have one version: that the others have it too tells a reader nothing.
  getDependencyReleaseLine: () => '',
}

export default changelog
