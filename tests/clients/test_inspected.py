# SPDX-License-Identifier: Apache-2.0
"""Requests of real clients under a rule that looks into them: PHP's curl with a form of parts, and the SDK of OpenAI with a
conversation whose values come back in a stream."""
import json

from support.gate import allow, hosts
from support.inference import chat_chunk
from support.llm import event_stream, local, reroute
from support.node import run_script
from support.php import run_php

PARTS = """<?php
$picture = tempnam(sys_get_temp_dir(), 'p');
file_put_contents($picture, "\\x89PNG\\r\\n\\x1a\\n" . str_repeat("\\0", 64));
$request = curl_init($argv[1]);
curl_setopt_array($request, [CURLOPT_RETURNTRANSFER => true, CURLOPT_PROXY => getenv('EXEAT_PROXY'), CURLOPT_TIMEOUT => 60, CURLOPT_POSTFIELDS => [
    'mail' => 'anna.muster@shop.example', 'note' => 'card 4111 1111 1111 1111', 'photo' => new CURLFile($picture, 'image/png', 'photo.png')]]);
$body = curl_exec($request);
unlink($picture);
echo json_encode(['status' => curl_getinfo($request, CURLINFO_RESPONSE_CODE), 'body' => $body]);
"""


def test_a_form_of_phps_curl_goes_on_without_the_card_and_with_its_picture(gate, origin, tmp_path):
    script = tmp_path / "parts.php"
    script.write_text(PARTS)
    rule = allow("shop.example", id="courier", schemes=["http"], inspect={"redact": ["card", "email"], "types": ["image/png"]})
    one = gate(resolve=hosts("shop.example"), rules=[rule])
    assert run_php(one, f"http://shop.example:{origin.port}/upload_form", script=script)["status"] == 200
    sent = origin.requests[0]["body"]
    assert b"[EMAIL_1]" in sent and b"card [CARD_1]" in sent and b"4111" not in sent and b"anna" not in sent
    assert b"\x89PNG\r\n\x1a\n" + bytes(64) in sent and b'filename="photo.png"' in sent
    found = one.only_decision()["found"]
    assert "email redact 1 " in found and "card redact 1 " in found and "body unseen 1 image/png" in found


def test_the_sdk_of_openai_hears_the_values_that_the_model_never_saw(gate, inference, tmp_path):
    one = gate(inference=[local(inference.port)], rules=[{**reroute("local"), "inspect": {"redact": ["greeting"], "restore": True}}],
               detectors={"greeting": {"pattern": r"\bhi\b"}})
    chunks = [chat_chunk("m", {"content": text}) for text in ("you said [GREE", "TING_1", "]!")] + [chat_chunk("m", {}, "stop")]
    inference.raw = event_stream(*[b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks], b"data: [DONE]\n\n")
    assert run_script(one, "sdk.mjs", "stream") == {"text": "you said hi!"}
    assert json.loads(inference.requests[0]["body"])["messages"] == [{"role": "user", "content": "[GREETING_1]"}]
