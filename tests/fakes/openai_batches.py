"""Batches of FakeOpenAI carried out, as a test wants it."""

import json

from tests.fakes.openai_resources import NOW


def said(text, **choice):
    """What a chat model answers, with a token a word."""
    message = {"role": "assistant", "content": text, "refusal": None}
    usage = {"prompt_tokens": 5, "completion_tokens": len(text.split()), "total_tokens": 5}
    return 200, {
        "model": "gpt-4o-mini-2024-07-18", "usage": usage,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", **choice}],
    }  # fmt: skip


def refused(message, status=400):
    return status, {"error": {"message": message, "code": None}}


def carry_out(resources, id_, answer, *, status="completed", usage=True):
    """`answer(line)` is (status, body), or None for a request that was never made. The output has
    another order than the input, as the API has it.
    """
    batch = resources.batches[id_]
    lines = [json.loads(one) for one in resources.contents[batch["input_file_id"]].splitlines()]
    good, bad = [], []
    for one in reversed(lines):
        told = answer(one)
        error = None if told else {"code": "batch_expired", "message": "It was too late."}
        response = told and {"status_code": told[0], "request_id": "req_1", "body": told[1]}
        result = {"id": "batch_req_1", "custom_id": one["custom_id"], "response": response,
                  "error": error}  # fmt: skip
        (good if told and told[0] == 200 else bad).append(result)
    batch |= {
        "status": status, f"{status}_at": NOW + 60, "model": lines[0]["body"]["model"],
        "request_counts": {"total": len(lines), "completed": len(good), "failed": len(bad)},
    }  # fmt: skip
    if usage:
        read = sum(one["response"]["body"]["usage"]["prompt_tokens"] for one in good)
        wrote = sum(one["response"]["body"]["usage"]["completion_tokens"] for one in good)
        batch["usage"] = {"input_tokens": read, "output_tokens": wrote, "total_tokens": read}
    for kind, results in (("output", good), ("error", bad)):
        if results:
            batch[f"{kind}_file_id"] = kept(resources, f"{id_}_{kind}.jsonl", results)
    return batch


def kept(resources, name, lines, purpose="batch_output"):
    """A file that is there; its id."""
    content = "".join(f"{json.dumps(one)}\n" for one in lines).encode()
    id_ = f"file-{len(resources.files)}"
    resources.files[id_] = {
        "id": id_, "object": "file", "bytes": len(content), "created_at": NOW, "filename": name,
        "purpose": purpose, "status": "processed",
    }  # fmt: skip
    resources.contents[id_] = content
    return id_
