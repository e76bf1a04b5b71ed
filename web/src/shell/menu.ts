// The menu follows the road from the person to the bulletin, and the money's rooms the way the money goes. Records come from the server; what no group
// names stands under "more", so a new record is reachable without a change here.
import {
  Collection, Connection, Guide, HomeFilled, More, OfficeBuilding, Setting, Suitcase, User, Wallet,
} from '@element-plus/icons-vue'
import { computed, type Component } from 'vue'
import { t, type Key } from '../i18n'
import { labelMany, meta, recordOf } from '../meta'
import { canAny } from '../session'

export interface Entry {
  path: string
  title: string
  icon?: Component
}
export interface Group {
  key: string
  title: string
  icon: Component
  entries: Entry[]
}

interface Room {
  room: string
  title: Key
  perms: string[] // any of them; none = everybody
}
type Item = string | Room
const GROUPS: { key: Key; icon: Component; items: Item[] }[] = [
  { key: 'group.overview', icon: HomeFilled, items: [
    { room: '/home', title: 'room.home', perms: [] },
    { room: '/bulletin', title: 'room.bulletin', perms: ['STATS_READ'] },
    { room: '/targets', title: 'room.targets', perms: ['TARGET_READ'] },
  ] },
  { key: 'group.people', icon: User, items: ['person', 'household', 'training', { room: '/imports', title: 'room.imports', perms: ['IMPORT'] }] },
  { key: 'group.posts', icon: Suitcase, items: ['employer', 'job_post', 'job_fair'] },
  { key: 'group.match', icon: Connection, items: [{ room: '/matching', title: 'room.matching', perms: ['MATCH_READ'] }, 'offer'] },
  { key: 'group.transfer', icon: Guide, items: ['transfer_batch', 'passenger'] },
  { key: 'group.placement', icon: OfficeBuilding, items: ['placement', { room: '/months', title: 'room.months', perms: ['PLACEMENT_READ', 'MONTH_CONFIRM'] }, 'labour_station', 'visit', 'rights_case'] },
  { key: 'group.rights', icon: Collection, items: ['policy', { room: '/claims', title: 'room.claims', perms: ['CLAIM_READ'] }, 'claim_audit', 'public_notice', 'decision'] },
  { key: 'group.money', icon: Wallet, items: [
    { room: '/budgets', title: 'room.budgets', perms: ['PAYMENT_READ'] },
    'payment_batch', 'payment_line', 'account_change',
    { room: '/reconcile', title: 'room.reconcile', perms: ['PAYMENT_READ'] },
    { room: '/ledger', title: 'room.ledger', perms: ['PAYMENT_READ'] },
    'month_correction', 'adjustment',
  ] },
  { key: 'group.system', icon: Setting, items: ['organisation', 'user', 'stand_in', 'pairing', 'division'] },
]
// Shown inside a room of their own or only with their parent.
const HIDDEN = new Set(['budget', 'ledger_entry', 'import_batch', 'match_run', 'claim', 'target', 'month_evidence', 'job_intention', 'person_status', 'match_result'])

function entryOf(item: Item): Entry | null {
  if (typeof item === 'string') {
    const record = recordOf(item)
    return record?.ops.list ? { path: `/list/${item}`, title: labelMany(record) } : null
  }
  return !item.perms.length || canAny(...item.perms) ? { path: item.room, title: t(item.title) } : null
}

export const menu = computed<Group[]>(() => {
  const named = new Set(GROUPS.flatMap((g) => g.items.filter((i): i is string => typeof i === 'string')))
  const rest = (meta.value?.records ?? []).map((r) => r.name).filter((n) => !named.has(n) && !HIDDEN.has(n))
  return [...GROUPS, { key: 'group.more' as Key, icon: More, items: rest as Item[] }]
    .map((g) => ({ key: g.key, title: t(g.key), icon: g.icon, entries: g.items.map(entryOf).filter((e): e is Entry => e !== null) }))
    .filter((g) => g.entries.length > 0)
})

