// Opens the page of the local server in Chromium and checks what a person would see.
// Arguments: the folder of playwright-core, the path of Chromium, the URL of the page, the base URL of the API.
const assert = require('assert');
const [playwright, executablePath, pageUrl, baseUrl] = process.argv.slice(2);
const { chromium } = require(playwright);

const NAME = '<img src=x onerror=alert(1)>.jsonl';
const WIDTHS = [1280, 390];
const TIMEOUT = 60000;

async function post(path, body) {
  const isForm = body instanceof FormData;
  const init = { method: 'POST', body: isForm ? body : JSON.stringify(body) };
  if (!isForm) init.headers = { 'content-type': 'application/json' };
  const response = await fetch(baseUrl + path, init);
  return { status: response.status, body: await response.json() };
}

async function addPart(upload, bytes) {
  const form = new FormData();
  form.append('data', new Blob([Buffer.alloc(bytes, 120)]));
  const { status, body } = await post(`/uploads/${upload}/parts`, form);
  assert.equal(status, 200);
  return body.id;
}

const announcement = { filename: NAME, purpose: 'batch', bytes: 4000, mime_type: 'application/jsonl' };

async function open(browser, width, colorScheme, problems) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  context.setDefaultTimeout(TIMEOUT);
  const page = await context.newPage();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`error: ${error}`));
  page.on('dialog', (dialog) => problems.push(`dialog: ${dialog.message()}`));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(pageUrl).origin) problems.push(`request: ${request.url()}`);
  });
  await page.goto(pageUrl);
  await page.getByText('live', { exact: true }).waitFor();
  return page;
}

const upload = (page) => page.locator('#uploads .item').first();

async function checkLayout(page, width) {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  assert.equal(overflow, 0, `at ${width} px the page is ${overflow} px too wide`);
  const columns = await page.evaluate(() => getComputedStyle(document.querySelector('main')).gridTemplateColumns);
  assert.equal(columns.split(' ').length, width > 860 ? 2 : 1);
}

async function main() {
  const browser = await chromium.launch({ executablePath });
  const problems = [];
  try {
    const pages = [];
    for (const width of WIDTHS) pages.push(await open(browser, width, width === 390 ? 'dark' : 'light', problems));
    const backgrounds = await Promise.all(
      pages.map((page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor)),
    );
    assert.notEqual(backgrounds[0], backgrounds[1], 'dark mode has other colours');

    // An upload progresses on both pages.
    const { id } = (await post('/uploads', announcement)).body;
    const parts = [await addPart(id, 1000)];
    for (const page of pages) await upload(page).getByText('1.0 KB of 4.0 KB · 25 %').waitFor();
    assert.equal(await upload(pages[0]).locator('.name').textContent(), NAME, 'names are text');
    parts.push(await addPart(id, 3000));
    for (const page of pages) await upload(page).getByText('4.0 KB of 4.0 KB · 100 %').waitFor();
    await upload(pages[0]).locator('summary').click();
    await upload(pages[0]).locator('li', { hasText: '3.0 KB' }).waitFor();
    assert.equal((await post(`/uploads/${id}/complete`, { part_ids: parts })).status, 200);
    for (const page of pages) {
      await upload(page).getByText('completed', { exact: true }).waitFor();
      await page.locator('#files .file', { hasText: NAME }).waitFor();
    }

    // A switch on one page makes the next request fail, and both pages show it.
    const name = /^Answer 503/;
    await pages[1].getByRole('switch', { name }).click();
    await pages[0].locator('.switch:has(:checked)', { hasText: 'Answer 503' }).waitFor();
    assert.equal((await post('/uploads', announcement)).status, 503);
    for (const page of pages) await page.locator('.request', { hasText: '503' }).getByText('fault injected').waitFor();
    await pages[0].getByRole('switch', { name }).press('Space');
    await pages[1].locator('.switch:not(:has(:checked))', { hasText: 'Answer 503' }).waitFor();
    assert.equal((await post('/uploads', announcement)).status, 200);

    for (const [index, page] of pages.entries()) await checkLayout(page, WIDTHS[index]);
    assert.deepEqual(problems, []);
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
