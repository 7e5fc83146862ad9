"""What the official client does with files and batches against the local server; an assertion that fails is an error of
the server.

Takes two base URLs: of a server whose batches end at once, and of one whose batches take long.
"""

import json
import sys
import time

import openai

quick_url, slow_url = sys.argv[1:]
client = openai.OpenAI(base_url=quick_url, max_retries=0, timeout=60)
slow = client.with_options(base_url=slow_url)
CHAT = "/v1/chat/completions"


def lines(count, url=CHAT):
    body = {"model": "gpt-5", "messages": [{"role": "user", "content": "Hi"}]}
    requests = [{"custom_id": f"id-{n}", "method": "POST", "url": url, "body": body} for n in range(count)]
    return "".join(json.dumps(request) + "\n" for request in requests).encode()


def new_file(client, content, name="requests.jsonl"):
    file = client.files.create(file=(name, content), purpose="batch")
    assert file.bytes == len(content) and file.filename == name and file.purpose == "batch", file
    assert client.files.retrieve(file.id) == file
    assert client.files.content(file.id).read() == content
    return file


def new_batch(client, file, **options):
    batch = client.batches.create(
        input_file_id=file.id, endpoint=CHAT, completion_window="24h", **options
    )
    assert batch.object == "batch" and batch.input_file_id == file.id, batch
    assert batch.status in ["validating", "in_progress", "finalizing", "completed"], batch
    return batch


def ended(client, batch, *statuses):
    while client.batches.retrieve(batch.id).status not in statuses:
        time.sleep(0.02)
    return client.batches.retrieve(batch.id)


def ids(file):
    return sorted(json.loads(line)["custom_id"] for line in client.files.content(file).text.splitlines())


# A batch from its file to its results.
file = new_file(client, lines(5))
batch = new_batch(client, file, metadata={"job": "nightly"})
batch = ended(client, batch, "completed")
counts = batch.request_counts
assert (counts.total, counts.completed, counts.failed) == (5, 5, 0), batch
assert batch.metadata == {"job": "nightly"} and batch.endpoint == CHAT and batch.completion_window == "24h", batch
assert batch.created_at <= batch.in_progress_at <= batch.finalizing_at <= batch.completed_at <= batch.expires_at, batch
assert batch.usage.total_tokens == batch.usage.input_tokens + batch.usage.output_tokens > 0, batch
assert batch.error_file_id is None and batch.errors is None, batch
assert ids(batch.output_file_id) == [f"id-{n}" for n in range(5)]
output = client.files.retrieve(batch.output_file_id)
assert output.purpose == "batch_output", output
with client.files.with_streaming_response.content(output.id) as response:
    assert sum(len(chunk) for chunk in response.iter_bytes()) == output.bytes

# An input that a batch cannot use is accepted, and the batch fails.
batch = new_batch(client, new_file(client, lines(1, "/v1/embeddings")))
batch = ended(client, batch, "failed")
assert batch.errors.data[0].line == 1 and batch.errors.data[0].message, batch
assert batch.output_file_id is None and batch.failed_at, batch

# Several pages of batches, the newest first.
made = [batch.id for batch in client.batches.list()]
assert len(made) == 2
made = [new_batch(client, file).id for _ in range(5)][::-1] + made
pages = list(client.batches.list(limit=3).iter_pages())
assert [len(page.data) for page in pages] == [3, 3, 1], pages
assert [batch.id for page in pages for batch in page.data] == made
assert [batch.id for batch in client.batches.list(after=made[4])] == made[5:]

# Several pages of files, in both orders.
files = [file.id for file in client.files.list(purpose="batch", order="asc")]
files += [new_file(client, lines(1), f"{n}.jsonl").id for n in range(4)]
assert [file.id for file in client.files.list(purpose="batch", limit=2, order="asc")] == files
assert [file.id for file in client.files.list(purpose="batch", limit=2)] == files[::-1]
assert len(list(client.files.list(purpose="batch", limit=2).iter_pages())) == 3

# A batch that is cancelled, and one that has ended already.
batch = new_batch(slow, new_file(slow, lines(3)))
cancelled = slow.batches.cancel(batch.id)
assert cancelled.id == batch.id and cancelled.status in ["cancelling", "cancelled"] and cancelled.cancelling_at, cancelled


def refused(exception, call):
    try:
        call()
    except exception as error:
        assert type(error) is exception and error.request_id.startswith("req_"), error
        return
    raise AssertionError(f"{exception.__name__} was expected")


unknown = {"input_file_id": "file-unknown", "endpoint": CHAT, "completion_window": "24h"}
refused(openai.NotFoundError, lambda: client.batches.retrieve("batch_unknown"))
refused(openai.NotFoundError, lambda: client.batches.cancel("batch_unknown"))
refused(openai.BadRequestError, lambda: client.batches.create(**unknown | {"endpoint": "/v1/unknown"}))
refused(openai.BadRequestError, lambda: client.files.create(file=("a", b"x"), purpose="unknown"))
