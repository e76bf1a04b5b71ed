// A claim names its instalment by the policy's item: "m3", "work_funds/2". The items' titles stand in the decision
// it rests on; one decision of each policy is enough.
import { reactive } from 'vue'
import { get } from '../api'
import { label, t } from '../i18n'
import type { Row } from '../meta'

type Titles = Record<string, { zh?: string; en?: string }>
const known = reactive(new Map<string, Titles>())
const asked = new Set<string>()

export async function learnItems(claims: Row[]): Promise<void> {
  for (const c of claims) {
    const policy = String(c.policy_id)
    if (asked.has(policy) || !c.decision_id) continue
    asked.add(policy)
    try {
      const d = await get<{ trace?: { items?: { id: string; title?: { zh?: string; en?: string } }[] } }>(`/decisions/${String(c.decision_id)}`)
      known.set(policy, Object.fromEntries((d.trace?.items ?? []).map((i) => [i.id, i.title ?? {}])))
    } catch {
      asked.delete(policy)
    }
  }
}

export function instalmentText(claim: Row): string {
  const [item = '', seq] = String(claim.instalment ?? '').split('/')
  const title = label(known.get(String(claim.policy_id))?.[item])
  return title && seq ? t('claims.nth', { item: title, n: seq }) : title || String(claim.instalment ?? '')
}
