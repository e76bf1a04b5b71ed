import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'
import { whenSignedOut } from './api'
import { lang, t, tMaybe, type Key } from './i18n'
import { startEvents, stopEvents } from './lib/events'
import { sayError } from './lib/say'
import { loadMeta, meta } from './meta'
import { loadSession, session } from './session'
import { watch } from 'vue'

// `title` is a translation key; pages of one record show the record's own name in their tab.
const rooms: RouteRecordRaw[] = [
  { path: 'home', name: 'home', component: () => import('./pages/Home.vue'), meta: { title: 'room.home' } },
  { path: 'list/:record', name: 'list', component: () => import('./pages/RecordList.vue') },
  { path: 'list/:record/:id', name: 'record', component: () => import('./pages/RecordPage.vue') },
  { path: 'imports', name: 'imports', component: () => import('./pages/Imports.vue'), meta: { title: 'room.imports' } },
  { path: 'imports/:id', name: 'import', component: () => import('./pages/ImportWizard.vue'), meta: { title: 'room.import' } },
  { path: 'months', name: 'months', component: () => import('./pages/Months.vue'), meta: { title: 'room.months' } },
  { path: 'matching', name: 'matching', component: () => import('./pages/Matching.vue'), meta: { title: 'room.matching' } },
  { path: 'matching/new', name: 'match-new', component: () => import('./pages/MatchNew.vue'), meta: { title: 'match.new' } },
  { path: 'matching/:id/compare', name: 'match-compare', component: () => import('./pages/MatchCompare.vue'), meta: { title: 'match.compare' } },
  { path: 'matching/:id', name: 'match', component: () => import('./pages/MatchRun.vue'), meta: { title: 'match.title' } },
  { path: 'targets', name: 'targets', component: () => import('./pages/Targets.vue'), meta: { title: 'room.targets' } },
  { path: 'bulletin', name: 'bulletin', component: () => import('./pages/Bulletin.vue'), meta: { title: 'room.bulletin' } },
  { path: 'rows', name: 'rows', component: () => import('./pages/IndicatorRows.vue'), meta: { title: 'figure.rows' } },
  { path: 'claims', name: 'claims', component: () => import('./pages/Claims.vue'), meta: { title: 'room.claims' } },
  { path: 'ledger', name: 'ledger', component: () => import('./pages/Ledger.vue'), meta: { title: 'room.ledger' } },
  { path: 'reconcile', name: 'reconcile', component: () => import('./pages/Reconcile.vue'), meta: { title: 'room.reconcile' } },
  { path: 'budgets', name: 'budgets', component: () => import('./pages/Budgets.vue'), meta: { title: 'room.budgets' } },
  { path: ':rest(.*)*', name: 'missing', component: () => import('./pages/Missing.vue'), meta: { title: 'room.missing' } },
]

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/', redirect: '/home' },
    { path: '/signin', name: 'signin', component: () => import('./pages/SignIn.vue'), meta: { open: true } },
    { path: '/setup', name: 'setup', component: () => import('./pages/Setup.vue'), meta: { open: true } },
    // For paper: no menu, no tabs.
    { path: '/print/batch/:id', name: 'print-batch', component: () => import('./pages/PrintManifest.vue'), meta: { title: 'print.manifest' } },
    { path: '/print/notice/:id', name: 'print-notice', component: () => import('./pages/PrintNotice.vue'), meta: { title: 'print.notice' } },
    { path: '/print/ledger', name: 'print-ledger', component: () => import('./pages/PrintLedger.vue'), meta: { title: 'room.ledger' } },
    { path: '/app', component: () => import('./shell/Shell.vue'), children: rooms.map((r) => ({ ...r, path: `/${r.path}` })) },
  ],
})

let asked = false
router.beforeEach(async (to) => {
  if (to.meta.open) return true
  try {
    if (!session.value && !asked) {
      asked = true
      await loadSession()
    }
    if (!session.value) return { name: 'signin', query: to.path === '/home' ? {} : { to: to.fullPath } }
    if (session.value.must_change_password) return { name: 'signin', query: { step: 'password' } }
    if (!meta.value) {
      await loadMeta()
      startEvents()
    }
    return true
  } catch (e) {
    asked = false
    sayError(e)
    return { name: 'signin' }
  }
})

function setTitle(): void {
  const key = router.currentRoute.value.meta.title as Key | undefined
  const room = key ? tMaybe(key) : undefined
  document.title = room ? `${room} · ${t('app.name')}` : t('app.name')
}
router.afterEach(() => {
  setTitle()
  ElMessageBox.close()
})
watch(lang, setTitle)

// The session ended (signed out elsewhere, right revoked, too long idle): ask again, then come back here.
whenSignedOut(() => {
  if (!session.value) return
  session.value = null
  meta.value = null
  stopEvents()
  void router.replace({ name: 'signin', query: { to: router.currentRoute.value.fullPath, ended: '1' } })
})
