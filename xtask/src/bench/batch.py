"""Splits requests into files of 50,000 lines, or merges results in the order of the requests."""

import json
import os
import sys

task, folder, requests, *results = sys.argv[1:]

if task == "split":
    groups, seen = {}, set()
    for line in open(requests):
        request = json.loads(line)
        if request["custom_id"] in seen:
            sys.exit("repeated id: " + request["custom_id"])
        seen.add(request["custom_id"])
        key = (request["url"], request["body"]["model"])
        count, number, file = groups.get(key, (0, 0, None))
        if count % 50_000 == 0:
            if file:
                file.close()
            number += 1
            file = open(os.path.join(folder, f"python-{len(groups)}-{number}.jsonl"), "w")
        file.write(line)
        groups[key] = (count + 1, number, file)
else:
    answers = {}
    for path in results:
        for line in open(path):
            answers[json.loads(line)["custom_id"]] = line
    with open(os.path.join(folder, "python-results.jsonl"), "w") as merged:
        for line in open(requests):
            merged.write(answers[json.loads(line)["custom_id"]])
