<?php
// SPDX-License-Identifier: Apache-2.0
// What PHP applications of a shop ask for, each over the transport that it uses, and what its library makes of the answer: whole,
// in pieces, a call of a tool, JSON by a schema, a list of models, and errors. Prints one JSON: {"LIBRARY": {"CASE": what came}}.
//   php shop.php
declare(strict_types=1);
require __DIR__ . '/transports.php';
require __DIR__ . '/parsers.php';

// A warning is an exception, as Magento's and Laravel's handlers make one of it; what is silenced by @ stays silent, and what
// libraries of Debian's deprecate is not the shop's.
set_error_handler(function ($kind, $words, $file, $line) {
    if (!(error_reporting() & $kind) || $kind === E_DEPRECATED || $kind === E_USER_DEPRECATED) {
        return false;
    }
    throw new ErrorException($words, 0, $kind, $file, $line);
});
error_reporting(E_ALL & ~E_DEPRECATED & ~E_USER_DEPRECATED);

const OPENAI = 'https://api.openai.com/v1/';
const GEMINI = 'https://generativelanguage.googleapis.com/v1beta/models/';
const PLACE = ['type' => 'object', 'properties' => ['url' => ['type' => 'string']]];
const SCHEMA = ['type' => 'object', 'properties' => ['a' => ['type' => 'string']], 'required' => ['a'], 'additionalProperties' => false];

/** @return array{int, array<string, string>, string} */
function ask(callable $way, string $url, ?array $call, array $keys = ['Authorization: Bearer sk-vendor-secret']): array
{
    $body = '';
    $fields = ['Content-Type: application/json', ...$keys];
    [$status, $found] = $way($url, $call === null ? null : json_encode($call), $fields, function (string $piece) use (&$body) {
        $body .= $piece;
    });
    return [$status, $found, $body];
}

function chat(array $more = []): array
{
    return $more + ['model' => 'gpt-4o', 'messages' => [['role' => 'developer', 'content' => 'Be brief.'], ['role' => 'user', 'content' => 'hi']], 'max_completion_tokens' => 50];
}

function message(array $more = []): array
{
    return $more + ['model' => 'claude-sonnet', 'max_tokens' => 64, 'messages' => [['role' => 'user', 'content' => 'hi']]];
}

function question(array $more = []): array
{
    return $more + ['contents' => [['role' => 'user', 'parts' => [['text' => 'hi']]]], 'system_instruction' => ['parts' => [['text' => 'Be brief.']]]];
}

// --- cases of a library: the transport is the argument --------------------------------------------------------------------

function openai(callable $way): array
{
    $send = function (array $call, string $path = 'chat/completions') use ($way): array {
        [$status, $fields, $body] = ask($way, OPENAI . $path, $call);
        openai_check($status, $body);
        return [json_decode($body, true, flags: JSON_THROW_ON_ERROR), $fields];
    };
    $stream = function (array $call, string $path = 'chat/completions') use ($way): string {
        [$status, , $body] = ask($way, OPENAI . $path, ['stream' => true] + $call);
        openai_check($status, $body);
        return $body;
    };
    $tools = [['type' => 'function', 'function' => ['name' => 'look', 'parameters' => PLACE]]];
    $format = ['type' => 'json_schema', 'json_schema' => ['name' => 'answer', 'strict' => true, 'schema' => SCHEMA]];
    return [
        'whole' => function () use ($send) {
            [$answer] = $send(chat());
            $chat = OpenAiChat::from($answer);
            return [$chat->choices[0]->content, $chat->model, $chat->choices[0]->finish, $chat->usage->total];
        },
        'stream' => fn () => openai_stream($stream(chat())),
        'tools' => function () use ($send, $tools) {
            $call = OpenAiChat::from($send(chat(['tools' => $tools]))[0])->choices[0]->calls[0];
            return [$call->name, json_decode($call->arguments, true)];
        },
        'streamed tools' => fn () => openai_stream($stream(chat(['tools' => $tools]))),
        'schema' => fn () => json_decode(OpenAiChat::from($send(chat(['response_format' => $format]))[0])->choices[0]->content, true),
        'models' => fn () => array_map(fn ($one) => [$one['id'], $one['object'], gettype($one['created']), $one['owned_by']], json_decode(ask($way, OPENAI . 'models', null)[2], true)['data']),
        'refused' => fn () => $send(['prompt' => 'x'], 'images/generations'),
        'full' => fn () => $send(chat(['model' => 'full'])),
    ];
}

function openai_more(callable $way): array
{
    return [
        'response' => function () use ($way) {
            [$status, , $body] = ask($way, OPENAI . 'responses', ['model' => 'gpt-4o', 'input' => 'hi']);
            openai_check($status, $body);
            return OpenAiResponse::from(json_decode($body, true))->output[0][4];
        },
        'streamed response' => fn () => openai_responses_stream(ask($way, OPENAI . 'responses', ['model' => 'gpt-4o', 'input' => 'hi', 'stream' => true])[2]),
        'fields' => fn () => array_filter(ask($way, OPENAI . 'chat/completions', chat())[1], fn ($name) => str_starts_with($name, 'x-ratelimit-') || in_array($name, ['x-request-id', 'content-type', 'date']), ARRAY_FILTER_USE_KEY),
        'fields of a refusal' => fn () => array_filter(ask($way, OPENAI . 'images/generations', ['prompt' => 'x'])[1], fn ($name) => in_array($name, ['x-request-id', 'x-should-retry', 'content-type']), ARRAY_FILTER_USE_KEY),
        'pause' => fn () => enricher_pause(ask($way, OPENAI . 'chat/completions', chat())[1]),
        'pause of a stream' => fn () => enricher_pause(ask($way, OPENAI . 'chat/completions', chat(['stream' => true]))[1]),
        'pause of a list' => fn () => enricher_pause(ask($way, OPENAI . 'models', null)[1]),
        'vectors' => fn () => json_decode(ask($way, OPENAI . 'embeddings', ['model' => 'e', 'input' => ['x']])[2], true)['data'][0]['embedding'],
    ];
}

function anthropic(callable $way, callable $read_stream): array
{
    $keys = ['x-api-key: sk-ant-vendor-secret', 'anthropic-version: 2023-06-01'];
    $url = 'https://api.anthropic.com/v1/messages';
    $send = function (array $call) use ($way, $keys, $url): AnthropicMessage {
        [$status, $fields, $body] = ask($way, $url, $call, $keys);
        anthropic_check($status, $body);
        $fields['request-id'];
        return AnthropicMessage::from(json_decode($body, true));
    };
    $stream = function (array $call) use ($way, $keys, $url, $read_stream): array {
        [$status, , $body] = ask($way, $url, ['stream' => true] + $call, $keys);
        anthropic_check($status, $body);
        return $read_stream($body);
    };
    $tools = [['name' => 'look', 'description' => 'Looks.', 'input_schema' => PLACE]];
    return [
        'whole' => function () use ($send) {
            $answer = $send(message());
            return [$answer->content[0][1], $answer->model, $answer->stopReason, $answer->in + $answer->out];
        },
        'stream' => fn () => $stream(message()),
        'tools' => fn () => array_slice($send(message(['tools' => $tools]))->content[0], 2),
        'streamed tools' => fn () => $stream(message(['tools' => $tools])),
        'schema' => fn () => json_decode($send(message(['output_config' => ['format' => ['type' => 'json_schema', 'schema' => SCHEMA]]]))->content[0][1], true),
        'refused' => fn () => anthropic_check(...array_values(array_intersect_key(ask($way, "$url/batches", null, $keys), [0, 2 => 2]))),
        'full' => fn () => $send(message(['model' => 'full'])),
    ];
}

function gemini(callable $way): array
{
    $keys = ['x-goog-api-key: vendor-secret'];
    $send = function (array $call, string $model = 'gemini-2.5-flash') use ($way, $keys): GeminiAnswer {
        [$status, , $body] = ask($way, GEMINI . "$model:generateContent", $call, $keys);
        gemini_check($status, $body);
        return GeminiAnswer::from(json_decode($body, true));
    };
    $stream = function (array $call) use ($way, $keys): array {
        [$status, , $body] = ask($way, GEMINI . 'gemini-2.5-flash:streamGenerateContent', $call, $keys);
        gemini_check($status, $body);
        return gemini_stream($body);
    };
    $tools = [['functionDeclarations' => [['name' => 'look', 'parameters' => ['type' => 'OBJECT', 'properties' => ['url' => ['type' => 'STRING']]]]]]];
    return [
        'whole' => function () use ($send) {
            $answer = $send(question());
            return [$answer->text, $answer->finish->value, $answer->usage->total];
        },
        'stream' => fn () => $stream(question()),
        'tools' => fn () => $send(question(['tools' => $tools]))->calls,
        'streamed tools' => fn () => $stream(question(['tools' => $tools])),
        'schema' => fn () => json_decode($send(question(['generationConfig' => ['responseMimeType' => 'application/json', 'responseSchema' => ['type' => 'OBJECT', 'properties' => ['a' => ['type' => 'STRING']]]]]))->text, true),
        'models' => fn () => array_map(fn ($one) => [$one['name'], $one['supportedGenerationMethods'][0]], json_decode(ask($way, rtrim(GEMINI, '/'), null, $keys)[2], true)['models']),
        'refused' => fn () => gemini_check(...array_values(array_intersect_key(ask($way, 'https://generativelanguage.googleapis.com/v1beta/files', null, $keys), [0, 2 => 2]))),
        'full' => fn () => $send(question(), 'full'),
    ];
}

// What modules do that have no library. The handbook's plugin gives Magento's client the status of what was asked.
function by_hand(): array
{
    $openai = fn (callable $way, array $more = []) => ask($way, OPENAI . 'chat/completions', chat($more));
    return [
        'navindbhudiya claude' => fn () => navindbhudiya(ask(by_guzzle(...), 'https://api.anthropic.com/v1/messages', message(), ['x-api-key: sk-ant-vendor-secret', 'anthropic-version: 2023-06-01'])[2]),
        'navindbhudiya openai' => fn () => navindbhudiya($openai(by_guzzle(...))[2]),
        'navindbhudiya full' => fn () => navindbhudiya($openai(by_guzzle(...), ['model' => 'full'])[2]),
        'mageprince chat' => fn () => mageprince(...array_values(array_intersect_key($openai(by_magento(...)), [0, 2 => 2]))),
        'mageprince completions' => fn () => mageprince(...array_values(array_intersect_key(ask(by_magento(...), OPENAI . 'completions', ['model' => 'davinci', 'prompt' => 'hi', 'max_tokens' => 9]), [0, 2 => 2]))),
        'mageprince claude' => fn () => mageprince(...array_values(array_intersect_key(ask(by_magento(...), 'https://api.anthropic.com/v1/messages', message(['system' => 'Be brief.']), ['x-api-key: sk-ant-vendor-secret', 'anthropic-version: 2023-06-01']), [0, 2 => 2]))),
        'mageprince gemini' => fn () => mageprince(...array_values(array_intersect_key(ask(by_magento(...), GEMINI . 'gemini-2.5-flash:generateContent?key=vendor-secret', question(['generationConfig' => ['max_output_tokens' => 9]]), []), [0, 2 => 2]))),
        'mageprince full' => fn () => mageprince(...array_values(array_intersect_key($openai(by_magento(...), ['model' => 'full']), [0, 2 => 2]))),
        'mageprince refused' => fn () => mageprince(...array_values(array_intersect_key(ask(by_magento(...), OPENAI . 'images/generations', ['prompt' => 'x']), [0, 2 => 2]))),
        'openrouter by curl' => fn () => mageprince(...array_values(array_intersect_key(ask(by_curl(...), 'https://openrouter.ai/api/v1/chat/completions', chat()), [0, 2 => 2]))),
        'creatuity stream' => fn () => openai_stream($openai(by_curl(...), ['stream' => true])[2])['text'],
    ];
}

$all = [
    'openai-php over curl' => openai(by_curl(...)),
    'openai-php over the stream wrapper' => openai(by_stream(...)),
    'openai-php over guzzle' => openai(by_guzzle(...)) + openai_more(by_guzzle(...)),
    'openai-php over symfony' => openai(by_symfony(...)) + openai_more(by_symfony(...)),
    'openai-php over psr-18' => array_diff_key(openai(by_psr18(...)), ['stream' => 0, 'streamed tools' => 0]),
    'mozex over guzzle' => anthropic(by_guzzle(...), mozex_stream(...)),
    'anthropic over symfony' => anthropic(by_symfony(...), anthropic_stream(...)),
    'gemini over guzzle' => gemini(by_guzzle(...)),
    'gemini over curl' => gemini(by_curl(...)),
    'by hand' => by_hand(),
];
$found = [];
foreach ($all as $library => $cases) {
    foreach ($cases as $case => $run) {
        try {
            $found[$library][$case] = $run();
        } catch (Throwable $failure) {
            $found[$library][$case] = ['failure' => get_class($failure), 'code' => $failure->getCode(), 'message' => substr($failure->getMessage(), 0, 300)];
        }
    }
}
echo json_encode($found), "\n";
