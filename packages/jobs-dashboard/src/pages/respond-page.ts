import { respond } from '../http/respond.ts'
import { loadAssets } from './load-assets.ts'

/** The paths of the pages below the base path. The pages choose what to show by it. */
export const pagePaths: readonly string[] = [
  '',
  'errors',
  'search',
  'jobs',
  'job',
  'workflows',
  'definitions',
  'definition',
  'schedules',
  'engine',
  'send',
]

/** Answers with the HTML that loads the pages. It contains no data, and nothing of the request. */
export async function respondPage(basePath: string): Promise<Response> {
  const { script, styles } = await loadAssets()
  const html = `<!doctype html>
<html lang="en" data-base="${basePath}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Jobs</title>
<link rel="icon" href="data:,">
${styles.map((path) => `<link rel="stylesheet" href="${basePath}/${path}">`).join('\n')}
<script type="module" src="${basePath}/${script}"></script>
</head>
<body>
<noscript>The dashboard needs JavaScript.</noscript>
</body>
</html>
`
  return respond(html, 200, { 'Content-Type': 'text/html; charset=utf-8' })
}
