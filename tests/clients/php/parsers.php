<?php
// SPDX-License-Identifier: Apache-2.0
// How PHP libraries read an answer. They are Composer's, which the tests do not have: what they demand is imitated here with the
// same strictness, that is, a member that they read without asking is read without asking (a warning is an exception, as in
// Magento and Laravel), a property that is typed there is typed here, and an enum that they know has the same words.
declare(strict_types=1);

// --- openai-php/client ----------------------------------------------------------------------------------------------------

final class OpenAiError extends Exception
{
}

final class OpenAiUsage
{
    public function __construct(public readonly int $prompt, public readonly ?int $completion, public readonly int $total)
    {
    }

    public static function from(array $a): self
    {
        return new self($a['prompt_tokens'], $a['completion_tokens'] ?? null, $a['total_tokens']);
    }
}

final class OpenAiCall
{
    public function __construct(public readonly string $id, public readonly string $type, public readonly string $name, public readonly string $arguments)
    {
    }

    public static function from(array $a): self
    {
        return new self($a['id'], $a['type'], $a['function']['name'], $a['function']['arguments']);
    }
}

final class OpenAiChoice
{
    public function __construct(public readonly int $index, public readonly string $role, public readonly ?string $content, public readonly array $calls, public readonly ?string $finish)
    {
    }

    public static function from(array $a): self
    {
        $calls = array_map(OpenAiCall::from(...), $a['message']['tool_calls'] ?? []);
        return new self($a['index'], $a['message']['role'], $a['message']['content'] ?? null, $calls, $a['finish_reason'] ?? null);
    }
}

final class OpenAiChat
{
    public function __construct(public readonly ?string $id, public readonly string $object, public readonly int $created, public readonly string $model, public readonly array $choices, public readonly ?OpenAiUsage $usage)
    {
    }

    public static function from(array $a): self
    {
        return new self($a['id'] ?? null, $a['object'], $a['created'], $a['model'], array_map(OpenAiChoice::from(...), $a['choices']), isset($a['usage']) ? OpenAiUsage::from($a['usage']) : null);
    }
}

final class OpenAiDelta
{
    public function __construct(public readonly int $index, public readonly ?string $content, public readonly array $pieces, public readonly ?string $finish)
    {
    }

    public static function from(array $a): self
    {
        $pieces = array_map(fn (array $call) => [$call['index'] ?? null, $call['function']['name'] ?? null, $call['function']['arguments'] ?? ''], $a['delta']['tool_calls'] ?? []);
        return new self($a['index'], $a['delta']['content'] ?? null, $pieces, $a['finish_reason'] ?? null);
    }
}

final class OpenAiChunk
{
    public function __construct(public readonly ?string $id, public readonly string $object, public readonly int $created, public readonly string $model, public readonly array $choices, public readonly ?OpenAiUsage $usage)
    {
    }

    public static function from(array $a): self
    {
        return new self($a['id'] ?? null, $a['object'], $a['created'], $a['model'], array_map(OpenAiDelta::from(...), $a['choices']), isset($a['usage']) ? OpenAiUsage::from($a['usage']) : null);
    }
}

final class OpenAiResponse
{
    public function __construct(
        public readonly string $id,
        public readonly string $object,
        public readonly int $createdAt,
        public readonly string $status,
        public readonly array|string|null $instructions,
        public readonly ?int $maxOutputTokens,
        public readonly string $model,
        public readonly array $output,
        public readonly bool $parallel,
        public readonly ?string $previous,
        public readonly ?float $temperature,
        public readonly string|array $toolChoice,
        public readonly array $tools,
        public readonly ?float $topP,
        public readonly ?string $truncation,
        public readonly array $usage,
    ) {
    }

    public static function from(array $a): self
    {
        $usage = $a['usage'];
        $counts = [$usage['input_tokens'], $usage['input_tokens_details']['cached_tokens'], $usage['output_tokens'], $usage['output_tokens_details']['reasoning_tokens'], $usage['total_tokens']];
        $texts = array_map(fn (array $item) => [$item['type'], $item['id'], $item['role'], $item['status'], $item['content'][0]['text'], $item['content'][0]['annotations']], $a['output']);
        return new self(
            $a['id'], $a['object'], $a['created_at'], $a['status'], $a['instructions'], $a['max_output_tokens'], $a['model'], $texts, $a['parallel_tool_calls'],
            $a['previous_response_id'], $a['temperature'], $a['tool_choice'], $a['tools'], $a['top_p'], $a['truncation'], $counts,
        );
    }
}

// What its transporter makes of a status: 429, 5xx, and 4xx with an error in JSON.
function openai_check(int $status, string $body): void
{
    if ($status < 400) {
        return;
    }
    $error = json_decode($body, true, flags: JSON_THROW_ON_ERROR)['error'];
    if (is_string($error)) {
        throw new OpenAiError($error, $status);
    }
    $message = $error['message'] ?: $error['code'] ?: 'Unknown error';
    throw new OpenAiError(is_array($message) ? implode("\n", $message) : (string) $message, $status);
}

// Line by line; `event:` is taken with the line behind it; comments and pings are passed over, an error is thrown.
function openai_events(string $body): Generator
{
    $lines = preg_split('/(?<=\n)/', $body);
    while (($line = array_shift($lines)) !== null) {
        $event = null;
        if (str_starts_with($line, 'event:')) {
            $event = trim(substr($line, strlen('event:')));
            $line = array_shift($lines);
        }
        if (!str_starts_with($line, 'data:')) {
            continue;
        }
        $data = trim(substr($line, strlen('data:')));
        if ($data === '[DONE]') {
            return;
        }
        $one = json_decode($data, true, flags: JSON_THROW_ON_ERROR);
        if (isset($one['error'])) {
            throw new OpenAiError(is_string($one['error']) ? $one['error'] : $one['error']['message']);
        }
        if (in_array($one['type'] ?? '', ['ping', 'keepalive', 'response.keep_alive'], true)) {
            continue;
        }
        yield $event => $one;
    }
}

function openai_stream(string $body): array
{
    $text = '';
    $calls = [];
    $finish = null;
    foreach (openai_events($body) as $one) {
        foreach (OpenAiChunk::from($one)->choices as $choice) {
            $text .= $choice->content;
            $finish = $choice->finish ?? $finish;
            foreach ($choice->pieces as [$index, $name, $arguments]) {
                $calls[$index] = [($calls[$index][0] ?? '') . $name, ($calls[$index][1] ?? '') . $arguments];
            }
        }
    }
    return ['text' => $text, 'calls' => $calls, 'finish' => $finish];
}

function openai_responses_stream(string $body): array
{
    $text = '';
    $last = null;
    foreach (openai_events($body) as $event => $one) {
        if ($event === 'response.output_text.delta') {
            $text .= $one['delta'];
        }
        if ($event === 'response.created' || $event === 'response.completed') {
            $last = $one['response']['status'];
        }
    }
    return ['text' => $text, 'status' => $last];
}

// --- Mage-OS' module-catalog-data-ai ---------------------------------------------------------------------------------------

// It paces itself by the fields of each answer: without them it fails, and below its limits it sleeps.
function enricher_pause(array $fields): int
{
    $seconds = function (string $reset): int {
        preg_match('/^(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)(?:\.\d+)?s)?(?:(\d+)ms)?$/', $reset, $found) ?: throw new UnexpectedValueException("no time: $reset");
        return (int) ($found[1] ?? 0) * 3600 + (int) ($found[2] ?? 0) * 60 + (int) ($found[3] ?? 0);
    };
    if ((int) $fields['x-ratelimit-remaining-requests'] < 1) {
        return $seconds($fields['x-ratelimit-reset-requests']);
    }
    if ((int) $fields['x-ratelimit-remaining-tokens'] < 1000) {
        return $seconds($fields['x-ratelimit-reset-tokens']);
    }
    $seconds($fields['x-ratelimit-reset-requests']) + $seconds($fields['x-ratelimit-reset-tokens']);
    return 0;
}

// --- mozex/anthropic-php, Anthropic's own ----------------------------------------------------------------------------------

final class AnthropicMessage
{
    public function __construct(
        public readonly string $id,
        public readonly string $type,
        public readonly string $role,
        public readonly string $model,
        public readonly ?string $stopSequence,
        public readonly string $stopReason,
        public readonly array $content,
        public readonly int $in,
        public readonly int $out,
    ) {
    }

    public static function from(array $a): self
    {
        $content = array_map(fn (array $block) => [$block['type'], $block['text'] ?? null, $block['name'] ?? null, $block['input'] ?? null], $a['content']);
        return new self($a['id'], $a['type'], $a['role'], $a['model'], $a['stop_sequence'], $a['stop_reason'], $content, $a['usage']['input_tokens'], $a['usage']['output_tokens']);
    }
}

function anthropic_check(int $status, string $body): void
{
    if ($status >= 400) {
        $error = json_decode($body, true, flags: JSON_THROW_ON_ERROR)['error'];
        throw new Exception($error['type'] . ': ' . $error['message'], $status);
    }
}

// mozex reads `data:` alone, and stops at message_stop.
function mozex_stream(string $body): array
{
    $found = ['text' => '', 'arguments' => '', 'stop' => null];
    foreach (explode("\n", $body) as $line) {
        if (!str_starts_with($line, 'data:')) {
            continue;
        }
        $one = json_decode(trim(substr($line, 5)), true, flags: JSON_THROW_ON_ERROR);
        if ($one['type'] === 'error') {
            throw new Exception($one['error']['message']);
        }
        if ($one['type'] === 'message_start') {
            [$one['message']['id'], $one['message']['usage']['input_tokens'], $one['message']['stop_reason']];
        }
        $found['text'] .= $one['delta']['text'] ?? '';
        $found['arguments'] .= $one['delta']['partial_json'] ?? '';
        $found['stop'] = $one['delta']['stop_reason'] ?? $found['stop'];
        if ($one['type'] === 'message_stop') {
            return $found;
        }
    }
    throw new Exception('no message_stop');
}

// Anthropic's own goes by the `event` of each, ignores those it does not know, and throws for an error.
function anthropic_stream(string $body): array
{
    $found = ['text' => '', 'arguments' => '', 'stop' => null];
    foreach (explode("\n\n", trim($body)) as $block) {
        $fields = [];
        foreach (explode("\n", $block) as $line) {
            [$name, $value] = explode(':', $line, 2) + [1 => ''];
            $fields[$name] = ltrim($value);
        }
        switch ($fields['event'] ?? '') {
            case 'error':
                throw new RuntimeException(json_encode(json_decode($fields['data'])));
            case 'content_block_delta':
            case 'message_delta':
                $delta = json_decode($fields['data'], true, flags: JSON_THROW_ON_ERROR)['delta'];
                $found['text'] .= $delta['text'] ?? '';
                $found['arguments'] .= $delta['partial_json'] ?? '';
                $found['stop'] = $delta['stop_reason'] ?? $found['stop'];
        }
    }
    return $found;
}

// --- google-gemini-php -----------------------------------------------------------------------------------------------------

enum GeminiFinish: string
{
    case Unspecified = 'FINISH_REASON_UNSPECIFIED';
    case Stop = 'STOP';
    case MaxTokens = 'MAX_TOKENS';
    case Safety = 'SAFETY';
    case Recitation = 'RECITATION';
    case Language = 'LANGUAGE';
    case Other = 'OTHER';
    case Blocklist = 'BLOCKLIST';
    case Prohibited = 'PROHIBITED_CONTENT';
    case Spii = 'SPII';
    case Malformed = 'MALFORMED_FUNCTION_CALL';
}

final class GeminiUsage
{
    public function __construct(public readonly int $prompt, public readonly int $total, public readonly ?int $candidates)
    {
    }

    public static function from(array $a): self
    {
        return new self($a['promptTokenCount'], $a['totalTokenCount'], $a['candidatesTokenCount'] ?? null);
    }
}

final class GeminiAnswer
{
    public function __construct(public readonly string $text, public readonly array $calls, public readonly ?GeminiFinish $finish, public readonly GeminiUsage $usage)
    {
    }

    public static function from(array $a): self
    {
        $text = '';
        $calls = [];
        $finish = null;
        foreach ($a['candidates'] ?? [] as $candidate) {
            $finish = isset($candidate['finishReason']) ? GeminiFinish::from($candidate['finishReason']) : null;
            foreach ($candidate['content']['parts'] ?? [] as $part) {
                $text .= $part['text'] ?? '';
                if (isset($part['functionCall'])) {
                    $calls[] = [$part['functionCall']['name'], $part['functionCall']['args']];
                }
            }
        }
        return new self($text, $calls, $finish, GeminiUsage::from($a['usageMetadata']));
    }
}

function gemini_check(int $status, string $body): void
{
    if ($status >= 400) {
        $error = json_decode($body, true, flags: JSON_THROW_ON_ERROR)['error'];
        throw new Exception($error['code'] . ' ' . $error['status'] . ': ' . $error['message'], $status);
    }
}

// It asks for no `alt=sse`, and collects bytes from each "{" on until they are JSON.
function gemini_stream(string $body): array
{
    $found = ['text' => '', 'calls' => [], 'finish' => null, 'total' => 0];
    $buffer = '';
    for ($i = 0; $i < strlen($body); $i++) {
        $buffer .= $body[$i];
        if (strlen($buffer) === 1 && $buffer !== '{') {
            $buffer = '';
        }
        if ($buffer === '' || $body[$i] !== '}' || ($one = json_decode($buffer, true)) === null) {
            continue;
        }
        if (isset($one['error'])) {
            throw new Exception($one['error']['code'] . ' ' . $one['error']['status'] . ': ' . $one['error']['message']);
        }
        $answer = GeminiAnswer::from($one);
        $found['text'] .= $answer->text;
        $found['calls'] = [...$found['calls'], ...$answer->calls];
        $found['finish'] = $answer->finish?->value ?? $found['finish'];
        $found['total'] = $answer->usage->total;
        $buffer = '';
    }
    return $found;
}

// --- modules that read by hand ---------------------------------------------------------------------------------------------

// navindbhudiya's recommendations: one member or an exception.
function navindbhudiya(string $body): string
{
    $answer = json_decode($body, true);
    return $answer['content'][0]['text'] ?? $answer['choices'][0]['message']['content'] ?? throw new Exception('Unexpected response: ' . ($answer['error']['message'] ?? $body));
}

// mageprince's: by the status first, then by the error of the body.
function mageprince(int $status, string $body): string
{
    $answer = json_decode($body, true);
    if ($status === 401) {
        throw new Exception('Unauthorized response. Please check token.');
    }
    if ($status >= 500) {
        throw new Exception("Server error: $status");
    }
    if (!empty($answer['error'])) {
        throw new Exception($answer['error']['message'] ?? 'Unknown Error');
    }
    return trim($answer['choices'][0]['message']['content'] ?? $answer['choices'][0]['text'] ?? $answer['content'][0]['text'] ?? $answer['candidates'][0]['content']['parts'][0]['text'] ?? throw new Exception('No results were returned by the server'));
}
