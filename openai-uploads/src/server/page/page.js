// Asks the server for its state and shows it. Texts of the server are set as text and never as HTML.
"use strict";

const POLL_MS = 500;
const RETRY_MS = 2000;

const find = (attribute, value) => document.querySelector(`[data-${attribute}="${value}"]`);

// A new element with a class and children.
function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

// Sets a text only if it changes, so that a selection stays.
function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

// --- Figures ---

function bytes(count) {
  const units = ["bytes", "KB", "MB", "GB"];
  let unit = 0;
  let value = count;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return unit === 0 ? `${value} ${value === 1 ? "byte" : "bytes"}` : `${value.toFixed(1)} ${units[unit]}`;
}

const number = (count) => count.toLocaleString("en");

function duration(milliseconds) {
  if (milliseconds < 1) return "< 1 ms";
  if (milliseconds < 1000) return `${milliseconds} ms`;
  return milliseconds < 60000 ? `${(milliseconds / 1000).toFixed(1)} s` : `${Math.round(milliseconds / 60000)} min`;
}

function age(seconds) {
  if (seconds < 60) return `${Math.max(0, seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  return seconds < 86400 ? `${Math.floor(seconds / 3600)} h ago` : `${Math.floor(seconds / 86400)} d ago`;
}

const clock = (milliseconds) => new Date(milliseconds).toTimeString().slice(0, 8);

// Shortens the ids in a text to their ends.
const short = (text) => text.replace(/([0-9a-f]{4})[0-9a-f]{24}([0-9a-f]{4})/g, "$1…$2");

const words = (status) => status.replaceAll("_", " ");

const percent = (part, whole) => (whole > 0 ? Math.min(100, (100 * part) / whole) : 0);

// --- Lists ---

// The rows of each list by key. Rows stay the same elements, so that focus, selection and open details stay.
const lists = new Map();

function showList(name, items, key, create) {
  if (!lists.has(name)) lists.set(name, new Map());
  const rows = lists.get(name);
  const container = find("list", name);
  const keys = new Set(items.map(key));
  for (const [old, row] of rows) {
    if (!keys.has(old)) {
      row.root.remove();
      rows.delete(old);
    }
  }
  let previous = null;
  for (const item of items) {
    let row = rows.get(key(item));
    if (!row) {
      row = create(item);
      rows.set(key(item), row);
    }
    row.update(item);
    const expected = previous ? previous.nextSibling : container.firstChild;
    if (expected !== row.root) container.insertBefore(row.root, expected);
    previous = row.root;
  }
  const empty = find("empty", name);
  if (empty) empty.hidden = items.length > 0;
}

function showSection(name, section, create) {
  showList(name, section.newest, (item) => item.id, create);
  const more = section.total - section.newest.length;
  setText(find("more", name), more > 0 ? `and ${number(more)} older` : "");
}

function idCode(id) {
  const code = element("code", "", short(id));
  code.title = id;
  return code;
}

// A row with a name, a figure, a bar and a line of details.
function barRow(title, id) {
  const name = element("span", "name", title);
  name.title = title;
  const figure = element("span", "figure");
  const arriving = element("i", "arriving");
  const done = element("i");
  const bar = element("div", "bar", arriving, done);
  const status = element("span");
  const facts = element("span");
  const when = element("span");
  const details = element("div", "details", status, facts, when, element("span", "", idCode(id)));
  const root = element("div", "item", element("div", "line", name, figure), bar, details);
  return { root, figure, arriving, done, bar, status, facts, when, details };
}

let now = 0;

function uploadRow(upload) {
  const row = barRow(upload.filename, upload.id);
  const summary = element("summary");
  const list = element("ol");
  const parts = element("details", "parts", summary, list);
  row.root.append(parts);
  let listed = "";
  row.update = (upload) => {
    const stored = upload.parts.length < upload.part_count ? upload.received : upload.parts.reduce((sum, part) => sum + part.bytes, 0);
    const isPending = upload.status === "pending";
    row.root.classList.toggle("ended", !isPending);
    row.done.style.width = `${percent(stored, upload.bytes)}%`;
    row.arriving.style.width = `${percent(upload.received, upload.bytes)}%`;
    const share = Math.floor(percent(upload.received, upload.bytes));
    setText(row.figure, isPending ? `${bytes(upload.received)} of ${bytes(upload.bytes)} · ${share} %` : bytes(upload.bytes));
    setText(row.status, words(upload.status));
    row.status.className = isPending ? "good" : "";
    setText(row.facts, upload.purpose);
    setText(row.when, age(now - upload.created_at));
    parts.hidden = upload.part_count === 0;
    setText(summary, `${number(upload.part_count)} ${upload.part_count === 1 ? "part" : "parts"}`);
    const ids = upload.parts.map((part) => part.id).join();
    if (ids !== listed) {
      listed = ids;
      list.replaceChildren(...upload.parts.map((part) => element("li", "", idCode(part.id), element("span", "", bytes(part.bytes)))));
      const more = upload.part_count - upload.parts.length;
      if (more > 0) list.append(element("li", "", `and ${number(more)} more`));
    }
  };
  return row;
}

function batchRow(batch) {
  const row = barRow(batch.endpoint, batch.id);
  const problem = element("div", "details bad");
  row.root.append(problem);
  row.update = (batch) => {
    const isActive = ["validating", "in_progress", "finalizing", "cancelling"].includes(batch.status);
    row.root.classList.toggle("ended", !isActive);
    const answered = batch.completed + batch.failed;
    row.done.style.width = `${percent(answered, batch.total)}%`;
    setText(row.figure, batch.total > 0 ? `${number(answered)} of ${number(batch.total)}` : "");
    setText(row.status, words(batch.status));
    row.status.className = isActive ? "good" : batch.status === "completed" ? "" : "bad";
    setText(row.facts, batch.failed > 0 ? `${number(batch.failed)} failed` : "none failed");
    setText(row.when, age(now - batch.created_at));
    const problems = [batch.error, batch.faults.length > 0 ? `injected: ${batch.faults.join(", ")}` : null];
    setText(problem, problems.filter(Boolean).join(" · "));
  };
  return row;
}

function fileRow(file) {
  const name = element("span", "name", file.filename);
  name.title = `${file.filename} (${file.id})`;
  const when = element("small", "age");
  const root = element("div", "file", name, element("span", "bytes", bytes(file.bytes)), element("small", "purpose", file.purpose), when);
  return { root, update: (file) => setText(when, age(now - file.created_at)) };
}

function vectorStoreRow(store) {
  const row = barRow(store.name || "vector store", store.id);
  row.update = (store) => {
    const isActive = store.status === "in_progress";
    const done = store.completed + store.failed;
    row.root.classList.toggle("ended", !isActive);
    row.done.style.width = `${percent(done, store.total)}%`;
    setText(row.figure, `${number(done)} of ${number(store.total)} files`);
    setText(row.status, words(store.status));
    row.status.className = isActive ? "good" : "";
    setText(row.facts, store.failed > 0 ? `${number(store.failed)} failed` : "none failed");
    setText(row.when, age(now - store.created_at));
  };
  return row;
}

function jobRow(job) {
  const row = barRow(job.model, job.id);
  const problem = element("div", "details bad");
  row.bar.hidden = true;
  row.root.append(problem);
  row.update = (job) => {
    const isActive = ["validating_files", "queued", "running"].includes(job.status);
    row.root.classList.toggle("ended", !isActive);
    setText(row.status, words(job.status));
    row.status.className = isActive ? "good" : job.status === "succeeded" ? "" : "bad";
    setText(row.facts, job.fine_tuned_model ?? "");
    setText(row.when, age(now - job.created_at));
    setText(problem, job.error ?? "");
  };
  return row;
}

function requestRow(request) {
  const status = element("span", "status");
  const path = element("code", "path", short(request.path));
  path.title = request.path;
  const time = element("span", "time");
  const note = element("small", "note");
  const arrived = element("small", "arrived", clock(request.arrived));
  const root = element("div", "request", arrived, status, element("small", "method", request.method), path, note, time);
  const update = (request) => {
    const isRunning = request.milliseconds === null;
    const isBad = request.status === null ? !isRunning : request.status >= 400;
    setText(status, request.status === null ? (isRunning ? "…" : "–") : String(request.status));
    status.classList.toggle("bad", isBad);
    setText(time, isRunning ? "" : duration(request.milliseconds));
    const facts = [request.has_fault ? "fault injected" : "", !isRunning && request.status === null ? "no response" : "", request.received > 0 ? bytes(request.received) : ""];
    setText(note, facts.filter(Boolean).join(" · "));
    note.classList.toggle("bad", request.has_fault || (isBad && request.status === null));
  };
  return { root, update };
}

// --- Faults ---

// How many changes of each fault are not confirmed yet: its switch shows what was chosen.
const pending = new Map();

async function switchFault(index, input) {
  pending.set(index, (pending.get(index) ?? 0) + 1);
  try {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ fault: index, is_on: input.checked });
    const response = await fetch("/_page/faults", { method: "POST", headers, body });
    if (!response.ok) input.checked = !input.checked;
  } catch {
    input.checked = !input.checked;
  } finally {
    pending.set(index, pending.get(index) - 1);
  }
}

function faultRow(fault) {
  const input = element("input");
  input.type = "checkbox";
  input.setAttribute("role", "switch");
  input.addEventListener("change", () => switchFault(fault.index, input));
  const note = element("small");
  const root = element("label", "switch", element("span", "", fault.what), input, note);
  const update = (fault) => {
    if (!pending.get(fault.index)) input.checked = fault.is_on;
    const times = fault.injected > 0 ? ` · injected ${number(fault.injected)} ${fault.injected === 1 ? "time" : "times"}` : "";
    setText(note, fault.when + times);
  };
  return { root, update };
}

function showFaults(faults) {
  const numbered = faults.map((fault, index) => ({ ...fault, index }));
  for (const subject of ["requests", "batches", "connections"]) {
    const some = numbered.filter((fault) => fault.subject === subject);
    showList(`faults-${subject}`, some, (fault) => fault.index, faultRow);
    if (subject === "connections") document.getElementById("connections-title").hidden = some.length === 0;
  }
}

// --- State ---

function show(state) {
  now = state.now;
  setText(document.getElementById("base-url"), location.origin + state.base_path);
  const on = state.faults.filter((fault) => fault.is_on).length;
  const injected = state.faults.reduce((sum, fault) => sum + (fault.injected ?? 0), 0);
  const figures = {
    uploads: [state.uploads.total, `${number(state.uploads.active)} in progress`],
    batches: [state.batches.total, `${number(state.batches.active)} in progress`],
    files: [state.files.total, bytes(state.file_bytes)],
    faults: [on, `injected ${number(injected)} ${injected === 1 ? "time" : "times"}`],
  };
  for (const [name, [figure, note]] of Object.entries(figures)) {
    setText(find("figure", name), number(figure));
    setText(find("note", name), note);
  }
  showSection("uploads", state.uploads, uploadRow);
  showSection("batches", state.batches, batchRow);
  showSection("files", state.files, fileRow);
  for (const [name, section, row] of [["vector_stores", state.vector_stores, vectorStoreRow], ["jobs", state.jobs, jobRow]]) {
    document.getElementById(name).hidden = section.total === 0;
    showSection(name, section, row);
  }
  showList("requests", state.requests, (request) => request.id, requestRow);
  showFaults(state.faults);
}

function showConnection(isLive) {
  const connection = document.getElementById("connection");
  setText(connection, isLive ? "live" : "the server does not answer");
  connection.className = isLive ? "connection live" : "connection lost";
}

async function poll() {
  let wait = POLL_MS;
  try {
    const response = await fetch("/_page/state");
    if (!response.ok) throw new Error(`status ${response.status}`);
    show(await response.json());
    showConnection(true);
  } catch {
    showConnection(false);
    wait = RETRY_MS;
  }
  // A hidden page does not poll.
  if (document.hidden) {
    document.addEventListener("visibilitychange", poll, { once: true });
  } else {
    setTimeout(poll, wait);
  }
}

poll();
