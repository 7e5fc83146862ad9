"""What the official client does against the local server; an assertion that fails is an error of the server.

Takes two base URLs: of a server that asks for the key in OPENAI_API_KEY, and of one that fails on purpose.
"""

import hashlib
import io
import os
import sys
import tempfile
from pathlib import Path

import openai

base_url, failing_url = sys.argv[1:]
client = openai.OpenAI(base_url=base_url, max_retries=0, timeout=60)
MIB = 1024 * 1024


def refused(exception, status, code, call):
    """The call fails with this very exception, which carries what the server said."""
    try:
        call()
    except exception as error:
        assert type(error) is exception, type(error)
        assert error.status_code == status, error.status_code
        assert error.code == code, error.code
        assert error.request_id.startswith("req_"), error.request_id
        return error
    raise AssertionError(f"{exception.__name__} was expected")


def read_back(upload, content, **properties):
    assert upload.status == "completed" and upload.object == "upload", upload
    file = client.files.retrieve(upload.file.id)
    assert file == upload.file, (file, upload.file)
    assert file.object == "file" and file.bytes == len(content), file
    for name, value in properties.items():
        assert getattr(file, name) == value, file
    assert client.files.content(file.id).read() == content
    assert file.id in [listed.id for listed in client.files.list()]
    return file


# From the disk, in parts that do not divide it.
content = os.urandom(3 * MIB + 17)
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "training examples.jsonl"
    path.write_bytes(content)
    upload = client.uploads.upload_file_chunked(
        file=path,
        mime_type="text/jsonl",
        purpose="fine-tune",
        part_size=MIB,
        md5=hashlib.md5(content).hexdigest(),
    )
file = read_back(upload, content, filename="training examples.jsonl", purpose="fine-tune")

# From memory, with the part size that the client has by itself.
content = os.urandom(65 * MIB)
upload = client.uploads.upload_file_chunked(
    file=content,
    filename="batch.jsonl",
    bytes=len(content),
    mime_type="text/jsonl",
    purpose="batch",
)
large = read_back(upload, content, filename="batch.jsonl", purpose="batch")

# By hand, in another order, with one part left out and an expiry.
upload = client.uploads.create(
    bytes=6,
    filename="a.txt",
    mime_type="text/plain",
    purpose="assistants",
    expires_after={"anchor": "created_at", "seconds": 3600},
)
assert upload.status == "pending" and upload.expires_at - upload.created_at == 3600, upload
parts = [client.uploads.parts.create(upload.id, data=data) for data in (b"abc", b"left out", io.BytesIO(b"def"))]
assert all(part.object == "upload.part" and part.upload_id == upload.id for part in parts), parts
completed = client.uploads.complete(upload.id, part_ids=[parts[2].id, parts[0].id])
by_hand = read_back(completed, b"defabc", filename="a.txt", purpose="assistants")
assert by_hand.expires_at - by_hand.created_at == 3600, by_hand

assert [f.id for f in client.files.list(purpose="batch")] == [large.id]
assert [f.id for f in client.files.list(limit=1, order="asc")] == [file.id, large.id, by_hand.id]
deleted = client.files.delete(file.id)
assert deleted.deleted and deleted.id == file.id, deleted
refused(openai.NotFoundError, 404, "not_found", lambda: client.files.retrieve(file.id))
refused(openai.NotFoundError, 404, "not_found", lambda: client.files.content(file.id))

# Each error by the client's own name for it.
new = dict(bytes=3, filename="a", mime_type="text/plain", purpose="batch")
error = refused(openai.BadRequestError, 400, "invalid_value", lambda: client.uploads.create(**new | {"purpose": "x"}))
assert error.param == "purpose" and error.type == "invalid_request_error", error
upload = client.uploads.create(**new)
part = client.uploads.parts.create(upload.id, data=b"abc")
error = refused(
    openai.BadRequestError,
    400,
    "md5_mismatch",
    lambda: client.uploads.complete(upload.id, part_ids=[part.id], md5="0" * 32),
)
assert error.param == "md5", error
refused(openai.BadRequestError, 400, "bytes_mismatch", lambda: client.uploads.complete(upload.id, part_ids=[]))
assert client.uploads.cancel(upload.id).status == "cancelled"
refused(
    openai.BadRequestError,
    400,
    "upload_cancelled",
    lambda: client.uploads.parts.create(upload.id, data=b"abc"),
)
refused(openai.NotFoundError, 404, "not_found", lambda: client.uploads.cancel("upload_unknown"))
too_long = bytes(64 * MIB + 1)
upload = client.uploads.create(**new)
refused(
    openai.APIStatusError,
    413,
    "part_too_large",
    lambda: client.uploads.parts.create(upload.id, data=too_long),
)
stranger = client.with_options(api_key="sk-another")
refused(openai.AuthenticationError, 401, "invalid_api_key", lambda: stranger.uploads.create(**new))

# A server that fails on purpose, first with 429 and then with 503, and is asked again as the client does.
failing = client.with_options(base_url=failing_url)
refused(openai.RateLimitError, 429, "failed_on_purpose", lambda: failing.uploads.create(**new))
refused(openai.InternalServerError, 503, "failed_on_purpose", lambda: failing.uploads.create(**new))
assert failing.with_options(max_retries=2).uploads.create(**new).status == "pending"
