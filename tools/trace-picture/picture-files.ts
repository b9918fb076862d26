import { join } from 'node:path'

const folder = join(import.meta.dirname, '../../docs/images')

/** The spans of the picture. */
export const spansFile: string = join(folder, 'trace-of-a-workflow.json')
/** The picture at the top of docs/observability.md. */
export const pictureFile: string = join(folder, 'trace-of-a-workflow.svg')
/** The title of the picture. */
export const pictureTitle = 'The spans of a workflow that ships an order, and refunds it when the parcel comes back'
