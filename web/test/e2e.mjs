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
  reducedMotion: 'reduce',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-default-apps'],
})
const page = context.pages()[0] ?? (await context.newPage())
page.setDefaultTimeout(60_000)

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
// Nothing under way: no request but the event stream, no veil over a part of the page, for a moment long enough that
// an answer which asks the next question has asked it.
const under = new Set()
context.on('request', (r) => !/\/events(\?|$)/.test(r.url()) && /^https?:/.test(r.url()) && under.add(r))
for (const end of ['requestfinished', 'requestfailed']) context.on(end, (r) => under.delete(r))
const veiled = () => page.evaluate(() => [...document.querySelectorAll('.el-loading-mask')].some((x) => x.getClientRects().length > 0)).catch(() => true)
async function settled() {
  const until = Date.now() + 90_000
  for (let quiet = 0; quiet < 4; ) {
    must(Date.now() < until, `the page does not come to rest: ${[...under].map((r) => new URL(r.url()).pathname).join(', ') || 'veiled'}`)
    quiet = under.size === 0 && !(await veiled()) ? quiet + 1 : 0
    await new Promise((next) => setTimeout(next, 40))
  }
}
const go = async (hash) => {
  await page.goto(`${base}/#${hash}`)
  await settled()
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

// A part of a page in both sizes, languages and themes.
const LOOKS = [1440, 390].flatMap((width) => ['zh', 'en'].flatMap((lang) => ['light', 'dark'].map((theme) => [width, lang, theme])))
const look = async (width, lang, theme) => {
  await page.setViewportSize({ width, height: 900 })
  await page.evaluate(([l, t]) => [['lang', l], ['theme', t]].forEach(([key, x]) => localStorage.setItem(`queqiao.${key}`, JSON.stringify(x))), [lang, theme])
  await page.goto('about:blank')
}
async function looksWell(name, hash, selector) {
  for (const [width, lang, theme] of LOOKS) {
    await look(width, lang, theme)
    await go(hash)
    await seen(selector)
    const part = page.locator(selector).first()
    await part.scrollIntoViewIfNeeded()
    const over = await page.evaluate(() => Math.max(document.documentElement.scrollWidth - window.innerWidth, document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth))
    must(over <= 1, `${name}: ${over} px too wide at ${width}`)
    must(lang === 'zh' || !/[一-鿿]/.test(await part.innerText()), `${name}: Chinese in English`)
    await accessible(`${name}, ${width} ${lang} ${theme}`)
    await shot(`${name}-${width}-${lang}-${theme}`)
  }
}

// What the server would reply in a case that the demo does not reach.
async function told(asked, reply, fn) {
  await page.route(asked, reply)
  try {
    await fn()
  } finally {
    await page.unroute(asked)
    await look(1440, 'zh', 'light')
  }
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
  await settled()
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
  await settled()
  const after = await total()
  must(after <= before, `${after} rows after filtering ${before}`)
  must(page.url().includes('?'), 'the address has no filter')
  await page.getByRole('button', { name: '重置' }).first().click()
  await settled()
  must((await total()) === before, 'reset does not bring the rows back')
})

await step('pages turn by cursor and come back', async () => {
  if (await page.locator('[data-test=next]').isDisabled()) return
  const first = await page.textContent('[data-test=table] .el-table__row .first')
  await page.click('[data-test=next]')
  await settled()
  must((await page.textContent('[data-test=table] .el-table__row .index .cell')).trim() !== '1', 'the second page begins at 1')
  await page.getByRole('button', { name: '上一页' }).click()
  await settled()
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
  await settled()
  must(!(await has('[data-test=revealed]')), 'the number is still shown when printing')
  await page.keyboard.press('Escape')
})

await step('what else the ledger holds about a person stands on her page', async () => {
  await go('/list/placement')
  await page.locator('[data-test=table] .first').first().click()
  await seen('[data-test=detail] dl')
  await page.locator('[data-test=detail] dl a[href*="/list/person/"]').first().click()
  await page.getByRole('tab', { name: '相关记录' }).click()
  await settled()
  must((await page.locator('[data-test=related] section').count()) > 0, 'nothing is related to a person who was placed')
  must(!/\b\d{17,}\b/.test(await page.locator('main').innerText()), 'a bare id shows')
  await shot('related')
  await accessible('related')
})

await step('the keyboard finds, walks and opens', async () => {
  await go('/list/person')
  await page.keyboard.press('/')
  must(await page.evaluate(() => document.activeElement?.id === 'q'), 'the slash does not lead to the search box')
  await page.evaluate(() => document.activeElement.blur())
  const row = () => page.evaluate(() => [...document.querySelectorAll('main [data-row]')].indexOf(document.activeElement))
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  await page.keyboard.press('ArrowDown')
  must((await row()) === 1, `the focus stands on row ${await row()}`)
  await page.keyboard.press('Enter')
  await seen('[data-test=detail] dl')
  await page.keyboard.press('Escape')
})

await step('a place is found by its name and kinds of work are chosen, nothing is typed by number', async () => {
  await go('/list/person?new=1')
  await seen('[data-test=record-form]')
  await page.click('#f-home')
  await page.keyboard.type('平襄')
  await page.locator('.el-select-dropdown__item:visible', { hasText: '平襄镇' }).first().click()
  must(/平襄镇/.test(await page.locator('.field', { has: page.locator('#f-home') }).innerText()), 'the place is not taken')
  await page.click('[data-test=more-fields]')
  await page.locator('.field', { has: page.locator('#f-occupations') }).locator('.el-select__wrapper').click()
  await page.keyboard.type('焊')
  await page.locator('.el-select-dropdown__item:visible', { hasText: '焊工' }).first().click()
  await page.keyboard.press('Escape')
  await shot('form')
  await accessible('a new person')
  await page.getByRole('button', { name: '取消' }).click()
})

await step('a refusal stands beside its button, in the words of the server', async () => {
  await go('/list/target')
  await page.locator('[data-test=table] .first').first().click()
  await seen('[data-test=detail] dl')
  const button = page.locator('[data-test=detail] [data-event=close]')
  if (!(await button.count())) return
  await page.route('**/targets/*/close', (r) => r.fulfill({ status: 409, contentType: 'application/json', body: JSON.stringify({ code: 'state.wrong', message: '还有县区没有填报，不能结案' }) }))
  await button.click()
  await page.locator('.el-message-box .el-button--primary').click()
  await seen('[data-test=refusal]')
  must(/还有县区没有填报/.test(await page.textContent('[data-test=refusal]')), 'the reason is not the server’s')
  await accessible('a refusal')
  await page.unroute('**/targets/*/close')
  await page.keyboard.press('Escape')
})

await step('columns can be chosen, and the choice is kept', async () => {
  await go('/list/employer')
  await seen('[data-test=table]')
  const heads = () => page.locator('[data-test=table] .el-table__header th').count()
  const before = await heads()
  await page.click('[data-test=columns]')
  await page.locator('.el-checkbox-group.columns .el-checkbox:visible').last().click()
  await settled()
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

await step('the good rows go in, the page says what became of them, and the whole can be undone', async () => {
  if (!(await page.locator('[data-test=commit]').isEnabled())) return
  const [book] = await Promise.all([page.waitForEvent('download'), page.click('[data-test=errors]')])
  must(/\.xlsx$/.test(book.suggestedFilename()), `the errors come as ${book.suggestedFilename()}`)
  await page.click('[data-test=commit]')
  await page.locator('.el-message-box .el-button--primary').click()
  await seen('[data-test=import-finish]')
  await shot('import-finish')
  await accessible('import, done')
  await page.click('[data-test=undo]')
  await page.locator('.el-message-box .el-button--primary').click()
  await page.locator('[data-test=import-finish]').waitFor({ state: 'detached' })
})

await step('the months show who vouched for whom', async () => {
  await go('/months')
  await settled()
  if (await has('[data-test=months]')) must((await page.locator('[data-test=months] .cell').count()) > 0, 'no cells')
  await shot('months')
  await accessible('months')
})

await step('a claim opens the explained decision it rests on', async () => {
  await go('/claims')
  await settled()
  const stages = page.locator('nav.road button')
  for (let i = (await stages.count()) - 1; i >= 0; i--) {
    if (!Number((await stages.nth(i).locator('b').innerText()).replace(/\D/g, ''))) continue
    await stages.nth(i).click()
    break
  }
  await settled()
  await shot('claims')
  await accessible('claims')
  must(await has('[data-test=claim]'), 'the store has no claims')
  await page.locator('[data-test=claim]').first().click()
  await seen('[data-test=decision]')
  must((await page.locator('[data-test=decision] .conditions li').count()) > 0, 'the decision names no condition')
  await settled()
  must(!/\d{12}/.test(await page.locator('[data-test=decision] .conditions').innerText()), 'a place is shown as a code')
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
    await settled()
    await shot(name)
    await accessible(name)
    const link = page.locator(selector).first()
    if (!(await link.count())) return
    await link.click()
    await settled()
    await shot(`${name}-one`)
    await accessible(`${name}, one`)
  })

await step('before a run it is told who takes part; weights and conditions are chosen by form', async () => {
  await go('/matching/new')
  await seen('[data-test=prospect]')
  await settled()
  must(/\d/.test(await page.locator('[data-test=prospect] b').first().innerText()), 'nobody is counted')
  must((await page.locator('[data-test=weights] .weight').count()) >= 8, 'the weights do not show')
  await page.click('[data-test=conditions] [data-kind=bus]')
  must(/不满 45 人就不成行/.test(await page.locator('[data-test=conditions]').innerText()), 'the condition is not a sentence')
  await shot('match-new')
  await accessible('start a run')
  await page.click('[data-test=match-go]')
  await page.waitForURL(/matching\/\d+/)
  await seen('[data-test=match-said]')
  must(/守住下列条件，没有人能成行/.test(await page.textContent('[data-test=match-said]')), 'that no bus fills is not said')
  must(/不满 45 人/.test(await page.locator('[data-test=match-conditions]').innerText()), 'the condition is lost')
})

await step('an estimate of retention that the ledger cannot bear says what is missing', async () => {
  await go('/matching/new')
  await page.click('[data-test=stay-train]')
  await seen('[data-test=stay] [data-test=refusal]')
  must(/样本太少/.test(await page.textContent('[data-test=stay] [data-test=refusal]')), 'it is not said that cases are too few')
})

// No demo has cases enough for an estimate, nor people enough for a run that lasts: both are told here as the server would.
const ESTIMATE = { id: '7', number: 3, cases: 12843, stayed: 7019, is_better: true, user_name: null, created_at: 1550630000,
  coefficients: [['back', '曾在该市务工', 'worked in that city before', 701000], ['arrears', '该单位每起欠薪（3年内，最多计3起）', 'each case of unpaid wages (of 3 years, 3 at most)', -1203000], ['companion', '想与人同去', 'wants to go with somebody', 0]].map(([name, zh, en, value]) => ({ name, zh, en, value })),
  test: { first: '2017-03-02', cut: '2018-08-14', last: '2018-11-19', fitted: 10274, fitted_stayed: 5600, tested: 2569, tested_stayed: 1419, error: 213, brier: 2044, brier_base: 2471, log_loss: 5970, log_loss_base: 6874, auc: 7312, groups: [{ n: 1285, predicted: 3100, seen: 3320 }, { n: 1284, predicted: 7900, seen: 7710 }] } }
await step('an estimate is told with its test, on a desk and a phone, in both languages and themes', () => told(/\/match-retentions(\/7|\?.*)$/, (route) => {
  const url = new URL(route.request().url())
  const row = { id: '7', home: Number(url.searchParams.get('home')), work: Number(url.searchParams.get('work')) }
  return route.fulfill({ json: url.pathname.endsWith('/7') ? ESTIMATE : { items: [row], total: 1, next: null } })
}, async () => {
  await looksWell('estimate', '/matching/new', '[data-test=stay]')
  await look(1440, 'zh', 'light')
  await go('/matching/new')
  must(/误差比都说同一个留存率小 17%/.test(await page.textContent('[data-test=stay-verdict]')), 'how much better it is is not said')
}))

const PROGRESS = { stage: 'STORING', done: 612, of: 1000, gap: 0, bound: 0, zh: '正在保存结果：612 / 1000人', en: 'storing the results: 612 of 1000 people' }
await step('a run under way tells how far it is and for how long', () => told(/\/match-runs\/\d+$/, async (route) => {
  const run = await (await route.fetch()).json()
  return route.fulfill({ json: { ...run, state: 'RUNNING', progress: PROGRESS, created_at: run.created_at - 60 } })
}, async () => {
  await go('/matching')
  const hash = (await page.locator('table.grid a[data-row]').first().getAttribute('href')).slice(1)
  await looksWell('running', hash, '[data-test=match-running]')
  await look(1440, 'zh', 'light')
  await go(hash)
  must((await page.textContent('[data-test=match-progress]')) === PROGRESS.zh, 'the stage is not told')
  must((await page.getAttribute('[data-test=match-running] [role=progressbar]', 'aria-valuenow')) === '61', 'the bar does not say how far')
  must(/已用 \d+ 分 \d+ 秒。/.test(await page.textContent('[data-test=match-running]')), 'minutes are told as seconds')
}))

// The run of the demo that waits for its offers.
const waitingRun = async () => {
  await go('/matching')
  const links = page.locator('table.grid a[data-row]')
  const paths = await links.evaluateAll((all) => all.map((a) => a.getAttribute('href').slice(1)))
  for (const path of paths) {
    await go(path)
    await seen('[data-test=match-said]')
    await settled()
    if (await has('[data-test=offer-all]')) return path
  }
  return ''
}

await step('a match run says in words how good it is, and gives the parts of each score', async () => {
  must(await waitingRun(), 'no run has proposals')
  await page.locator('[data-test=match-line]').first().click()
  await seen('[data-test=match-person] [data-test=parts] li')
  await settled()
  await shot('match-person')
  await accessible('a person of a run')
  await page.keyboard.press('Escape')
})

await step('why she did not get the post at 福清 is answered in two clicks, in Chinese', async () => {
  await page.getByText(/^未推荐 \d/).click()
  await settled()
  let clicks = 0
  await page.locator('[data-test=why-not]').first().click()
  clicks++
  await seen('[data-test=why-item]')
  await page.fill('[data-test=why-search]', '福清')
  await page.waitForFunction(() => [...document.querySelectorAll('[data-test=why-item]')].every((x) => /福清/.test(x.textContent)))
  await page.locator('[data-test=why-item]').first().click()
  clicks++
  await seen('[data-test=why-answer]')
  const answer = await page.locator('[data-test=why-answer]').innerText()
  must(clicks === 2 && /[一-鿿]{4,}/.test(answer), `after ${clicks} clicks: ${answer}`)
  must((await page.locator('[data-test=why] [data-test=parts] li').count()) > 1, 'the parts of the score are not told')
  await shot('match-why')
  await accessible('why not')
  await page.keyboard.press('Escape')
  await page.locator('[data-tab=posts]').click()
  await page.locator('[data-test=post-why]').first().click()
  await page.locator('[data-test=why-item]').first().click()
  await seen('[data-test=why-answer]')
  await page.keyboard.press('Escape')
})

await step('posts, shortage, fairness and what-ifs of a run open', async () => {
  await page.locator('[data-tab=posts]').click()
  await seen('[data-test=match-posts] tbody tr')
  await settled()
  await accessible('posts of a run')
  await page.locator('[data-tab=fair]').click()
  await seen('[data-test=match-stable]')
  await settled()
  await accessible('fairness of a run')
  await page.locator('[data-tab=short]').click()
  await seen('[data-test=match-rules] li')
  await settled()
  await accessible('shortage of a run')
  await page.locator('[data-test=try-seats]').first().click()
  await page.click('[data-test=try-run]')
  await seen('[data-test=try-effect]')
  await page.mouse.move(0, 0) // a button under the pointer is lighter
  await settled()
  await shot('match-try')
  await accessible('what if')
})

await step('somebody is moved by hand with a reason, and the rules refuse what they must', async () => {
  const path = page.url().split('#')[1].split('?')[0]
  await go(path)
  await page.reload()
  const lines = page.locator('[data-test=match-line]')
  await lines.first().waitFor()
  for (let i = 0, done = false; i < Math.min(12, await lines.count()) && !done; i++) {
    await lines.nth(i).click()
    await seen('[data-test=match-person] h3')
    await settled()
    await page.click('[data-test=override]')
    await seen('[data-test=override-form]')
    await settled()
    await page.fill('#ov-why', '本人要求，与家人同去')
    const save = page.locator('[data-test=override-save]')
    if (await save.isEnabled()) {
      await save.click()
      await Promise.race([page.locator('[data-test=override-form]').waitFor({ state: 'detached' }), seen('[data-test=override-form] [data-test=refusal]')])
      done = !(await has('[data-test=override-form]'))
      if (done) await seen('[data-test=match-person] .note')
    }
    if (!done) await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
    await settled()
  }
  must(await page.getByText(/^人工改派 \d/).count(), 'nobody was moved')
})

await step('two runs are compared: who stayed, who moved, what it is worth', async () => {
  await go('/matching')
  const boxes = page.locator('[data-test=choose-run]')
  await boxes.nth(0).check()
  await boxes.nth(1).check()
  await page.click('[data-test=compare-two]')
  await seen('[data-test=compare]')
  await settled()
  must(/人岗位不变/.test(await page.locator('[data-test=compare]').innerText()), 'the comparison is not said in words')
  must((await page.locator('[data-test=compare-rows] tbody tr').count()) > 0, 'nobody differs')
  await shot('match-compare')
  await accessible('two runs')
})

await step('offers go to the chosen, then to all, and it is told what was not sent', async () => {
  must(await waitingRun(), 'no run has proposals')
  const before = Number((await page.textContent('[data-test=offer-all]')).replace(/\D/g, ''))
  await page.locator('[data-test=match-results] .tick:not(.none)').first().check()
  await page.click('[data-test=offer-chosen]')
  await page.locator('.el-message-box .el-button--primary').click()
  await seen('[data-test=offers-sent]')
  must(/已发出 1 份/.test(await page.locator('[data-test=offers-sent]').innerText()), await page.locator('[data-test=offers-sent]').innerText())
  await page.keyboard.press('Escape')
  await settled()
  must(Number((await page.textContent('[data-test=offer-all]')).replace(/\D/g, '')) === before - 1, 'the chosen one still waits')
  await page.click('[data-test=offer-all]')
  await page.locator('.el-message-box .el-button--primary').click()
  await seen('[data-test=offers-sent]')
  await settled()
  await shot('match-offers')
  await accessible('offers sent')
  await page.keyboard.press('Escape')
  await settled()
  must(await page.getByText(/^已发通知 \d/).count(), 'no offer is told of')
  // An earlier run proposes the same people: what cannot be offered twice is refused by name.
  if (!(await waitingRun())) return
  await page.click('[data-test=offer-all]')
  await page.locator('.el-message-box .el-button--primary').click()
  await seen('[data-test=offers-sent] tbody tr')
  await settled()
  must((await page.locator('[data-test=offers-sent] td.warn').first().innerText()).length > 3, 'no reason is told')
  await shot('match-refused')
  await accessible('offers refused')
  await page.keyboard.press('Escape')
})

await step('a run is made again from the one before it: what is promised stays, and who changed is told', async () => {
  await go('/matching')
  await page.locator('table.grid a[data-row]').first().click()
  await seen('[data-test=match-said]')
  await settled()
  const from = page.url()
  await page.click('[data-test=match-again]')
  await page.waitForURL((url) => /matching\/\d+/.test(String(url)) && String(url) !== from)
  await seen('[data-test=changes-said]')
  await settled()
  must(/^比上次：.*人不变。$/.test((await page.textContent('[data-test=changes-said]')).trim()), await page.textContent('[data-test=changes-said]'))
  must(!/失去岗位/.test(await page.textContent('[data-test=changes-said]')), 'somebody lost a post for nothing')
  await shot('match-again')
  await accessible('a run made again')
})

await step('the east sees who is proposed to its posts, without names before an offer', async () => {
  if (!accounts['fuzhou-clerk']) return
  await signIn('fuzhou-clerk')
  await go('/matching')
  must(!(await has('[data-test=match-new]')), 'the east may start a run')
  await page.locator('table.grid a[data-row]').first().click()
  await seen('[data-test=match-said]')
  await settled()
  await accessible('a run in the east')
  if (await has('[data-test=match-line]')) must(!(await has('[data-test=match-results] .ask')) || /已发通知|人工改派/.test(await page.locator('main').innerText()), 'a name is open before an offer')
  await signIn('clerk')
})

await step('a manifest prints on paper without any number of a person', async () => {
  await go('/list/transfer_batch')
  await page.locator('[data-test=table] .first').first().click()
  await seen('[data-test=batch]')
  await settled()
  const link = page.locator('[data-test=print-manifest]')
  if (!(await link.count())) return
  await go((await link.getAttribute('href')).slice(1))
  await seen('[data-test=sheet] tbody tr')
  const text = await page.locator('[data-test=sheet] table').first().innerText()
  must(!/\d{11}|\d{3}\*{4}\d{4}|\d{6}\*+/.test(text), 'a number of a person is printed')
  await accessible('manifest')
  await page.emulateMedia({ media: 'print' })
  must(!(await page.locator('[data-test=print]').isVisible()), 'the tools are printed')
  await shot('manifest')
  await page.emulateMedia({ media: 'screen' })
})

await step('a public notice prints names, towns, periods and sums, and nothing else', async () => {
  if (!accounts.reviewer && !accounts['fuzhou-reviewer']) return
  await signIn(accounts['fuzhou-reviewer'] ? 'fuzhou-reviewer' : 'reviewer')
  await go('/list/public_notice')
  const row = page.locator('[data-test=table] .first').first()
  if (!(await row.count())) return
  await row.click()
  await page.locator('[data-test=print-notice]').waitFor()
  await go((await page.locator('[data-test=print-notice]').getAttribute('href')).slice(1))
  await seen('[data-test=sheet] tbody tr')
  must((await page.locator('[data-test=sheet] thead th').count()) === 5, 'another column is printed')
  must(!/\d{11}/.test(await page.locator('[data-test=sheet] tbody').innerText()), 'a number of a person is printed')
  await accessible('notice')
  await shot('notice')
})

await step('the ledger opens by fund, its statement adds up, prints without numbers and is taken as a workbook', async () => {
  if (!accounts['fuzhou-payer']) return
  await signIn('fuzhou-payer')
  await go('/ledger')
  await seen('[data-test=funds] tbody tr')
  await accessible('ledger')
  await page.locator('[data-test=funds] tbody a').first().click()
  await seen('[data-test=statement] tbody tr')
  await settled()
  must(/借贷相等/.test(await page.locator('main').innerText()), 'debits and credits are not said to be equal')
  const sum = await page.locator('[data-test=statement] tfoot td.num').last().innerText()
  must(sum === (await page.locator('[data-test=standing] b').last().innerText()), `the statement ends at ${sum}`)
  await shot('ledger')
  await accessible('statement')
  const [book] = await Promise.all([page.waitForEvent('download'), page.click('[data-test=ledger-xlsx]')])
  must(/\.xlsx$/.test(book.suggestedFilename()), `the statement comes as ${book.suggestedFilename()}`)
  await page.locator('[data-test=accounts] button.link').first().click()
  await page.waitForURL(/account=/)
  await settled()
  const paper = (await page.locator('[data-test=print-ledger]').getAttribute('href')).slice(1)
  await go(paper)
  await seen('[data-test=sheet] tbody tr')
  must(!/\d{17}[\dX]|1\d{10}|\d{3}\*{3,}/.test(await page.locator('[data-test=sheet]').innerText()), 'a number of a person is printed')
  await accessible('statement on paper')
  await shot('ledger-paper')
})

await step('a budget shows what is used, reserved and free, and its figures open movements', async () => {
  if (!accounts['fuzhou-payer']) return
  await go('/budgets')
  await seen('[data-test=budgets] .sums')
  await shot('budgets')
  await accessible('budgets')
  const used = await page.locator('[data-test=budgets] .used b').first().innerText()
  await page.locator('[data-test=budgets] .used a').first().click()
  await seen('[data-test=statement] tfoot')
  await settled()
  const closing = await page.locator('[data-test=statement] tfoot td.num').last().innerText()
  must(closing.includes(used), `the figure ${used} opens a statement that ends at ${closing}`)
})

await step('batches, bank and ledger stand side by side and differ by nothing', async () => {
  if (!accounts['fuzhou-payer']) return
  await go('/reconcile')
  await seen('[data-test=settlement] tbody tr')
  await settled()
  must((await page.locator('[data-test=settlement] tfoot td').last().innerText()) === '0.00', 'the batches differ')
  must((await page.locator('[data-test=verdict]').innerText()).length > 4, 'the page does not say how it stands')
  await shot('reconcile')
  await accessible('reconciliation')
})

await step('a correction is told from the month to the money, and a person’s page leads to her ledger', async () => {
  if (!accounts['fuzhou-reviewer']) return
  await signIn('fuzhou-reviewer')
  await go('/list/month_correction')
  const row = page.locator('[data-test=table] .first').first()
  if (!(await row.count())) return
  await row.click()
  await seen('[data-test=story] li')
  await settled()
  must((await page.locator('[data-test=story] > li').count()) >= 3, 'no money follows the correction')
  await shot('correction')
  await accessible('correction')
  await page.locator('[data-test=story] a[href*="/list/person/"]').first().click()
  await seen('[data-test=ledger-link]')
  await page.click('[data-test=ledger-link]')
  await seen('[data-test=statement] tbody tr')
})

await step('targets and bulletin have rows, and a figure opens its persons', async () => {
  if (accounts.leader) await signIn('leader')
  await go('/targets')
  await settled()
  await shot('targets')
  await accessible('targets')
  await go('/bulletin')
  await settled()
  await shot('bulletin')
  await accessible('bulletin')
  const figure = page.locator('[data-test=bulletin] tbody td.num a').first()
  if (!(await figure.count())) return
  await figure.click()
  await settled()
  must(await has('table, .el-table'), 'no rows behind the figure')
  await shot('rows')
})

await step('English is complete: no Chinese words of ours on the English pages', async () => {
  await go('/home')
  await seen('[data-test=tasks]')
  await page.click('header [data-test=lang]')
  await settled()
  must((await page.getAttribute('html', 'lang')) === 'en', 'the document says another language')
  const menu = await page.locator('nav.menu').innerText()
  must(!/[一-鿿]/.test(menu), `Chinese in the menu: ${menu.match(/[一-鿿]+/)?.[0]}`)
  for (const hash of ['/home', '/list/person', '/list/job_post', '/imports/new', '/months', '/claims', '/matching', '/matching/new', '/targets', '/ledger', '/budgets', '/reconcile']) {
    await go(hash)
    await settled()
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
  await settled()
  await shot('dark')
  await accessible('people in the dark')
  await page.evaluate(() => localStorage.setItem('queqiao.theme', '"light"'))
})

await step('on a phone nothing sticks out and the menu opens', async () => {
  await page.setViewportSize({ width: 390, height: 844 })
  for (const hash of ['/home', '/list/person', '/claims', '/matching', '/matching/new', '/months', '/imports/new', '/ledger', '/budgets', '/reconcile']) {
    await go(hash)
    await page.reload()
    await settled()
    const over = await page.evaluate(() => {
      const main = document.querySelector('main')
      return Math.max(document.documentElement.scrollWidth - window.innerWidth, main.scrollWidth - main.clientWidth)
    })
    must(over <= 1, `${hash} is ${over} px too wide`)
    // A finger needs 40 px; what is narrower than a line of text is a mark, not a target.
    const small = await page.evaluate(() => [...document.querySelectorAll('main .el-button, header button, main [role=toolbar] button')]
      .filter((x) => x.getClientRects().length).map((x) => [x.getBoundingClientRect(), x.textContent.trim() || x.getAttribute('aria-label')])
      .filter(([r]) => r.height < 39.5).map(([r, name]) => `${name} ${Math.round(r.height)}`))
    must(small.length === 0, `${hash}: too small for a finger: ${small.slice(0, 5).join(', ')}`)
  }
  await go('/list/person')
  await seen('[data-test=cards] button')
  await accessible('people on a phone')
  await page.getByRole('button', { name: '菜单' }).click()
  await settled()
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
