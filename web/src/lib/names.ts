// Names of rows that are only named by their id: asked once, kept while the page lives.
import { get } from '../api'
import { recordOf, titleOf, type Row } from '../meta'

const names = new Map<string, Promise<string>>()

// Empty when the reader may not see the row.
export function nameOf(record: string, id: string): Promise<string> {
  const key = `${record}/${id}`
  let found = names.get(key)
  if (!found) {
    const path = recordOf(record)?.ops.get ? recordOf(record)!.path : undefined
    found = path ? get<Row>(`${path}/${id}`).then((row) => titleOf(row), () => '') : Promise.resolve('')
    names.set(key, found)
  }
  return found
}
