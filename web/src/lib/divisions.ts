// The administrative tree, asked for level by level and kept while the page lives.
import { get } from '../api'

export interface Division {
  id?: string
  code: string
  name: string
  full_name?: string
  has_children?: boolean
  leaf?: boolean
}
const children = new Map<string, Promise<Division[]>>()
const paths = new Map<string, Promise<string>>()

export function divisionChildren(parent: string): Promise<Division[]> {
  let found = children.get(parent)
  if (!found) {
    found = get<{ items: Division[] }>('/divisions/tree', { parent }).then((page) =>
      page.items.map((d) => ({ ...d, code: String(d.id ?? d.code), leaf: d.has_children === false })))
    found.catch(() => children.delete(parent))
    children.set(parent, found)
  }
  return found
}

export function divisionPath(code: string): Promise<string> {
  let found = paths.get(code)
  if (!found) {
    found = get<Division>(`/divisions/${code}`).then((d) => d.full_name ?? d.name)
    found.catch(() => paths.delete(code))
    paths.set(code, found)
  }
  return found
}
