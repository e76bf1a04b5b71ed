// Browser tests of the console's main paths, against a running server:
//
//   BASE=http://127.0.0.1:8080 ACCOUNTS='{"clerk":["login","password"],…}' node test/e2e.mjs
//
// ACCOUNTS names at least "clerk" (imports, people, claims); "leader" (figures) and others are used when
// given. ROSTER is a spreadsheet with good and bad rows to import. SHOTS is a folder for screenshots. Exit
// status 0: every step held; each step prints its sentence, and problems stand below the one they broke.
import { AxeBuilder } from '@axe-core/playwright'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const base = (process.env.BASE ?? 'http://127.0.0.1:8080').replace(/\/$/, '')
const accounts = JSON.parse(process.env.ACCOUNTS ?? '{"clerk":["clerk","demo"]}')
const shots = process.env.SHOTS
if (shots) mkdirSync(shots, { recursive: true })

const profile = mkdtempSync(join(tmpdir(), 'queqiao-e2e-'))
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  viewport: { width: 1440, height: 900 },
  acceptDownloads: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-default-apps'],
})
const page = context.pages()[0] ?? (await context.newPage())
page.setDefaultTimeout(15_000)

// What must never happen on any page, gathered while the steps run.
const outside = new Set()
const broken = []
context.on('request', (r) => {
  const url = r.url()
  if (!url.startsWith(base) && !/^(data|blob|about):/.test(url)) outside.add(url)
})
page.on('console', (m) => {
  if (m.type() !== 'error') return
  // A refused request is reported by the step that made it.
  if (/Failed to load resource/.test(m.text())) return
  broken.push(m.text().slice(0, 300))
})
page.on('pageerror', (e) => broken.push(String(e.stack ?? e).slice(0, 400)))
page.on('response', (r) => r.status() >= 500 && broken.push(`${r.status()} ${r.request().method()} ${new URL(r.url()).pathname}`))

let failed = 0
let done = 0
async function step(sentence, fn) {
  const before = broken.length
  try {
    await fn()
    if (broken.length > before) throw new Error(broken.slice(before).join('\n'))
    console.log(`  ok   ${sentence}`)
    done++
  } catch (e) {
    failed++
    console.log(`  FAIL ${sentence}\n       ${String(e.message ?? e).split('\n').slice(0, 8).join('\n       ')}`)
    await shot(`fail-${failed}`)
  }
}
const must = (condition, message) => {
  if (!condition) throw new Error(message)
}
const shot = async (name) => shots && page.screenshot({ path: join(shots, `${name}.png`) }).catch(() => {})
const go = async (hash) => {
  await page.goto(`${base}/#${hash}`)
  await page.waitForTimeout(300)
}
const seen = (selector) => page.locator(selector).first().waitFor({ state: 'visible' })
const has = async (selector) => (await page.locator(selector).count()) > 0

// Element Plus 2.14 draws three things that axe counts and that no text of ours can change.
const BASELINE = new Set(['aria-allowed-attr', 'aria-required-children', 'aria-valid-attr-value', 'scrollable-region-focusable'])
async function accessible(name) {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa']).analyze()
  const ours = violations.filter((v) => !BASELINE.has(v.id))
  must(ours.length === 0, `${name}: ${ours.map((v) => `${v.id} (${v.nodes.length}): ${v.nodes[0].target} ${v.nodes[0].failureSummary?.split('\n')[1]?.trim() ?? ''}`).join('; ')}`)
}

async function signIn(who) {
  const [login, password] = accounts[who]
  await context.clearCookies()
  await page.goto('about:blank')
  await page.goto(`${base}/`)
  await seen('[data-test=signin]')
  await page.fill('input[name=login]', login)
  await page.fill('input[name=password]', password)
  await page.click('[data-test=signin] button[type=submit]')
  await seen('[data-test=tasks]')
}
const roster = () => {
  const file = join(profile, 'roster.csv')
  writeFileSync(file, `\uFEFF姓名,身份证号,户籍地,联系电话\n测试甲,621125199003070013,通渭县,13909320001\n测试乙,621125199003070014,通渭县,13909320002\n`)
  return file
}

await step('the sign-in page speaks both languages and refuses a wrong password', async () => {
  await page.goto(`${base}/`)
  await seen('[data-test=signin]')
  await page.click('[data-test=lang]')
  must(await page.getByRole('button', { name: 'Sign in' }).isVisible(), 'no English button')
  await page.click('[data-test=lang]')
  must(await page.getByRole('button', { name: '登录', exact: true }).isVisible(), 'no Chinese button')
  await accessible('sign-in')
  await page.fill('input[name=login]', 'nobody-here')
  await page.fill('input[name=password]', 'wrong-password')
  await page.click('[data-test=signin] button[type=submit]')
  await seen('[role=alert]')
  await shot('signin')
})

await step('a clerk signs in and sees the tasks of the day and the funnel', async () => {
  await signIn('clerk')
  await seen('[data-test=funnel]')
  await page.waitForTimeout(800)
  await shot('home')
  await accessible('home')
})

await step('the list of people shows rows and an exact total', async () => {
  await go('/list/person')
  await seen('[data-test=table] .el-table__row')
  const total = Number((await page.textContent('[data-test=total]')).replace(/,/g, ''))
  must(total > 0, `total is ${total}`)
  await shot('people')
  await accessible('people')
})

await step('a filter narrows the list, and the address keeps it', async () => {
  const total = async () => Number((await page.textContent('[data-test=total]')).replace(/\D/g, ''))
  const before = await total()
  const select = page.locator('[data-test=query] .el-select').first()
  await select.click()
  const option = page.locator('.el-select-dropdown__item:visible').nth(1)
  await option.click()
  await page.keyboard.press('Escape')
  await page.waitForTimeout(900)
  const after = await total()
  must(after <= before, `${after} rows after filtering ${before}`)
  must(page.url().includes('?'), 'the address has no filter')
  await page.getByRole('button', { name: '重置' }).first().click()
  await page.waitForTimeout(600)
  must((await total()) === before, 'reset does not bring the rows back')
})

await step('pages turn by cursor and come back', async () => {
  if (await page.locator('[data-test=next]').isDisabled()) return
  const first = await page.textContent('[data-test=table] .el-table__row .first')
  await page.click('[data-test=next]')
  await page.waitForTimeout(600)
  must((await page.textContent('[data-test=table] .el-table__row .index .cell')).trim() !== '1', 'the second page begins at 1')
  await page.getByRole('button', { name: '上一页' }).click()
  await page.waitForTimeout(600)
  must((await page.textContent('[data-test=table] .el-table__row .first')) === first, 'the first page differs')
})

await step('a record opens in the drawer, with its history', async () => {
  await page.locator('[data-test=table] .first').first().click()
  await seen('[data-test=detail] dl')
  await shot('person')
  await accessible('person')
  await page.getByRole('tab', { name: '变更历史' }).click()
  await seen('[data-test=history] li')
  await shot('history')
  await page.keyboard.press('Escape')
})

await step('a sealed number stays masked until a reason is given, and hides when the page is left', async () => {
  await page.locator('[data-test=table] .first').first().click()
  await seen('[data-test=detail] dl')
  const eye = page.locator('[data-test=detail] .eye').first()
  if (!(await eye.count())) return
  must(!/\d{17}[\dX]/.test(await page.locator('[data-test=detail] dl').innerText()), 'the number shows before a reason')
  await eye.click()
  await page.fill('.el-message-box textarea', '电话核实身份')
  await page.locator('.el-message-box .el-button--primary').click()
  await seen('[data-test=revealed]')
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')))
  await page.waitForTimeout(200)
  must(!(await has('[data-test=revealed]')), 'the number is still shown when printing')
  await page.keyboard.press('Escape')
})

await step('columns can be chosen, and the choice is kept', async () => {
  await go('/list/employer')
  await seen('[data-test=table]')
  const heads = () => page.locator('[data-test=table] .el-table__header th').count()
  const before = await heads()
  await page.click('[data-test=columns]')
  await page.locator('.el-checkbox-group.columns .el-checkbox:visible').last().click()
  await page.waitForTimeout(300)
  must((await heads()) === before - 1, 'the column is still there')
  await page.reload()
  await seen('[data-test=table]')
  must((await heads()) === before - 1, 'the choice is lost after a reload')
  await page.evaluate(() => localStorage.removeItem('queqiao.list.employer.columns'))
})

await step('a roster is checked cell by cell before anything is written', async () => {
  await go('/imports/new?record=person')
  await page.setInputFiles('[data-test=file]', process.env.ROSTER || roster())
  await page.waitForURL(/imports\/(?!new)/)
  await seen('[data-test=import-tiles]')
  await page.waitForFunction(() => document.querySelector('[data-test=problems], [data-test=commit]'))
  await seen('[data-test=problems] tbody tr')
  must(/[A-Z]+\d+/.test(await page.locator('[data-test=problems] tbody tr').first().innerText()), 'no cell is named')
  await shot('import')
  await accessible('import')
})

await step('the months show who vouched for whom', async () => {
  await go('/months')
  await page.waitForTimeout(1200)
  if (await has('[data-test=months]')) must((await page.locator('[data-test=months] .cell').count()) > 0, 'no cells')
  await shot('months')
  await accessible('months')
})

await step('a claim opens the explained decision it rests on', async () => {
  await go('/claims')
  await page.waitForTimeout(1200)
  const stages = page.locator('nav.road button')
  for (let i = (await stages.count()) - 1; i >= 0; i--) {
    if (!Number((await stages.nth(i).locator('b').innerText()).replace(/\D/g, ''))) continue
    await stages.nth(i).click()
    break
  }
  await page.waitForTimeout(800)
  await shot('claims')
  await accessible('claims')
  must(await has('[data-test=claim]'), 'the store has no claims')
  await page.locator('[data-test=claim]').first().click()
  await seen('[data-test=decision]')
  must((await page.locator('[data-test=decision] .conditions li').count()) > 0, 'the decision names no condition')
  await shot('decision')
  await accessible('decision')
  await page.keyboard.press('Escape')
})

for (const [name, hash, selector] of [
  ['policies', '/list/policy', '[data-test=table] .first'],
  ['batches', '/list/transfer_batch', '[data-test=table] .first'],
  ['payments', '/list/payment_batch', '[data-test=table] .first'],
  ['matching', '/matching', 'table.grid a'],
])
  await step(`${name}: the list leads to a room of its own`, async () => {
    await go(hash)
    await page.waitForTimeout(900)
    await shot(name)
    await accessible(name)
    const link = page.locator(selector).first()
    if (!(await link.count())) return
    await link.click()
    await page.waitForTimeout(1500)
    await shot(`${name}-one`)
    await accessible(`${name}, one`)
  })

await step('targets and bulletin have rows, and a figure opens its persons', async () => {
  if (accounts.leader) await signIn('leader')
  await go('/targets')
  await page.waitForTimeout(1200)
  await shot('targets')
  await accessible('targets')
  await go('/bulletin')
  await page.waitForTimeout(1500)
  await shot('bulletin')
  await accessible('bulletin')
  const figure = page.locator('[data-test=bulletin] tbody td.num a').first()
  if (!(await figure.count())) return
  await figure.click()
  await page.waitForTimeout(1200)
  must(await has('table, .el-table'), 'no rows behind the figure')
  await shot('rows')
})

await step('English is complete: no Chinese words of ours on the English pages', async () => {
  await go('/home')
  await seen('[data-test=tasks]')
  await page.click('header [data-test=lang]')
  await page.waitForTimeout(400)
  must((await page.getAttribute('html', 'lang')) === 'en', 'the document says another language')
  const menu = await page.locator('nav.menu').innerText()
  must(!/[一-鿿]/.test(menu), `Chinese in the menu: ${menu.match(/[一-鿿]+/)?.[0]}`)
  for (const hash of ['/home', '/list/person', '/list/job_post', '/imports/new', '/months', '/claims', '/matching', '/targets']) {
    await go(hash)
    await page.waitForTimeout(700)
    // Names of people, places and organisations stay as they are; headings, labels and buttons may not.
    const words = await page.locator('main h2, main label, main th .cell, main button:not(.link), main thead th').allInnerTexts()
    const chinese = words.filter((w) => /[一-鿿]/.test(w))
    must(chinese.length === 0, `${hash}: ${chinese.slice(0, 5).join(' | ')}`)
  }
  await shot('english')
  await page.click('header [data-test=lang]')
})

await step('the dark theme keeps its contrast', async () => {
  await go('/list/person')
  await seen('[data-test=table]')
  await page.evaluate(() => localStorage.setItem('queqiao.theme', '"dark"'))
  await page.reload()
  await seen('[data-test=table]')
  await page.waitForTimeout(900)
  await shot('dark')
  await accessible('people in the dark')
  await page.evaluate(() => localStorage.setItem('queqiao.theme', '"light"'))
})

await step('on a phone nothing sticks out and the menu opens', async () => {
  await page.setViewportSize({ width: 390, height: 844 })
  for (const hash of ['/home', '/list/person', '/claims', '/months', '/imports/new']) {
    await go(hash)
    await page.reload()
    await page.waitForTimeout(900)
    const over = await page.evaluate(() => {
      const main = document.querySelector('main')
      return Math.max(document.documentElement.scrollWidth - window.innerWidth, main.scrollWidth - main.clientWidth)
    })
    must(over <= 1, `${hash} is ${over} px too wide`)
  }
  await page.getByRole('button', { name: '菜单' }).click()
  await page.waitForTimeout(300)
  must(await page.locator('nav.menu a').first().isVisible(), 'the menu stays hidden')
  await shot('phone')
  await page.setViewportSize({ width: 1440, height: 900 })
})

await step('signing out ends the session', async () => {
  await go('/home')
  await page.reload()
  await seen('[data-test=user]')
  await page.click('[data-test=user]')
  await page.getByText('退出登录').click()
  await seen('[data-test=signin]')
  await go('/list/person')
  await seen('[data-test=signin]')
})

await step('no page asked anything of another host', async () => must(outside.size === 0, [...outside].join('\n')))
await step('no page broke the content security policy', async () => {
  const csp = broken.filter((b) => /Content.Security.Policy|violates/i.test(b))
  must(csp.length === 0, csp.join('\n'))
})

await context.close()
rmSync(profile, { recursive: true, force: true })
console.log(`${done} passed, ${failed} failed`)
process.exit(failed ? 1 : 0)
