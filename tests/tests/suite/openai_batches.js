// What the official client for Node.js does with files and batches against the local server; an assertion that fails is
// an error of the server.
//
// Takes the folder of the client, and two base URLs: of a server whose batches end at once, and of one whose batches take
// long.
const assert = require("node:assert/strict");

const [folder, quickUrl, slowUrl] = process.argv.slice(2);
const openai = require(folder);
const options = { maxRetries: 0, timeout: 60_000 };
const client = new openai.OpenAI({ baseURL: quickUrl, ...options });
const slow = new openai.OpenAI({ baseURL: slowUrl, ...options });
const CHAT = "/v1/chat/completions";

function lines(count, url = CHAT) {
  const body = { model: "gpt-5", messages: [{ role: "user", content: "Hi" }] };
  const request = (_, n) => JSON.stringify({ custom_id: `id-${n}`, method: "POST", url, body }) + "\n";
  return Array.from({ length: count }, request).join("");
}

async function newFile(client, content, name = "requests.jsonl") {
  const file = await client.files.create({ file: await openai.toFile(Buffer.from(content), name), purpose: "batch" });
  assert.deepEqual([file.bytes, file.filename, file.purpose], [Buffer.byteLength(content), name, "batch"]);
  assert.deepEqual({ ...(await client.files.retrieve(file.id)) }, { ...file });
  assert.equal(await (await client.files.content(file.id)).text(), content);
  return file;
}

async function newBatch(client, file, others = {}) {
  const request = { input_file_id: file.id, endpoint: CHAT, completion_window: "24h", ...others };
  const batch = await client.batches.create(request);
  assert.deepEqual([batch.object, batch.input_file_id], ["batch", file.id]);
  return batch;
}

async function ended(client, { id }, status) {
  for (;;) {
    const batch = await client.batches.retrieve(id);
    if (batch.status === status) return batch;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function all(pages) {
  const items = [];
  for await (const item of pages) items.push(item.id);
  return items;
}

async function sizes(pages) {
  const found = [];
  for await (const page of (await pages).iterPages()) found.push(page.data.length);
  return found;
}

async function main() {
  // A batch from its file to its results.
  const file = await newFile(client, lines(5));
  let batch = await newBatch(client, file, { metadata: { job: "nightly" } });
  batch = await ended(client, batch, "completed");
  assert.deepEqual({ ...batch.request_counts }, { total: 5, completed: 5, failed: 0 });
  assert.deepEqual({ ...batch.metadata }, { job: "nightly" });
  assert.equal(batch.error_file_id ?? null, null);
  const output = await (await client.files.content(batch.output_file_id)).text();
  const results = output.trim().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(results.map((line) => line.custom_id).sort(), ["id-0", "id-1", "id-2", "id-3", "id-4"]);
  assert.ok(results.every((line) => line.response.status_code === 200));

  // An input that a batch cannot use is accepted, and the batch fails.
  batch = await newBatch(client, await newFile(client, lines(1, "/v1/embeddings")));
  batch = await ended(client, batch, "failed");
  assert.equal(batch.errors.data[0].line, 1);

  // Several pages of batches, the newest first.
  const made = await all(client.batches.list());
  assert.equal(made.length, 2);
  for (let n = 0; n < 5; n++) made.unshift((await newBatch(client, file)).id);
  assert.deepEqual(await sizes(client.batches.list({ limit: 3 })), [3, 3, 1]);
  assert.deepEqual(await all(client.batches.list({ limit: 3 })), made);
  assert.deepEqual(await all(client.batches.list({ after: made[4] })), made.slice(5));

  // Several pages of files, in both orders.
  const files = await all(client.files.list({ purpose: "batch", order: "asc" }));
  for (let n = 0; n < 4; n++) files.push((await newFile(client, lines(1), `${n}.jsonl`)).id);
  assert.deepEqual(await all(client.files.list({ purpose: "batch", limit: 2, order: "asc" })), files);
  assert.deepEqual(await all(client.files.list({ purpose: "batch", limit: 2 })), [...files].reverse());
  assert.deepEqual(await sizes(client.files.list({ purpose: "batch", limit: 2 })), [2, 2, 2]);
  assert.ok((await client.files.delete(files[5])).deleted);

  // A batch that is cancelled, and requests that are refused.
  batch = await newBatch(slow, await newFile(slow, lines(3)));
  const cancelled = await slow.batches.cancel(batch.id);
  assert.ok(["cancelling", "cancelled"].includes(cancelled.status));
  await assert.rejects(client.batches.retrieve("batch_unknown"), openai.NotFoundError);
  await assert.rejects(client.files.content(files[5]), openai.NotFoundError);
  await assert.rejects(newBatch(client, file, { endpoint: "/v1/unknown" }), openai.BadRequestError);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
